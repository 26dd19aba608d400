"""Recheck: visits the pages of stored articles again; an edit becomes a version, a page that is gone for good is withdrawn.

Claims follow: what an edit took out of the text is reported as the claims that it changed.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.config import Settings
from pipeline.deciding import Judge
from pipeline.errors import DatabaseError, InputError
from pipeline.ingest import pacing, versions
from pipeline.ingest.articles import read_article
from pipeline.ingest.visits import Sight, Visit, visit_pages
from pipeline.ingest.waiting import wait_for
from pipeline.keeping import kept
from pipeline.memory import PageMemory
from pipeline.model import Article, Entry, InputProblem, Removal, RunResult
from pipeline.monitor import Progress, log_run, make_judge, merge_results, silent
from pipeline.steps import Tally, take_article, take_removal
from pipeline.store import articles as stored_articles
from pipeline.store import leases
from pipeline.store import pages as stored_pages
from pipeline.store import rechecks as stored_rechecks
from pipeline.store.database import Database
from pipeline.watches import Story

_log = logging.getLogger(__name__)
# One process at a time: two would only ask the same pages twice.
RECHECK = "recheck"
# Pages in one run. The rest is due the next time, the longest overdue first.
LIMIT = 200
# Where so many pages of one site differ at once, and so large a part of those visited, the site was rebuilt, not edited.
_REBUILT, _REBUILT_SHARE = 5, 0.5


def recheck(
    story: Story, settings: Settings, database: Database, *, now: dt.datetime, progress: Progress = silent, limit: int = LIMIT
) -> RunResult:
    """Visit the pages that are due, and save what follows from their edits and removals.

    Args:
        story: The watches.
        settings: How to fetch.
        database: Where everything is kept.
        now: The clock (UTC).
        progress: Told what is done, how much of how many.
        limit: Most pages to visit.
    """
    with database.claiming() as connection:
        lease = leases.acquire(connection, RECHECK, leases.new_owner())
    if lease is None:
        # Another process is at it.
        return RunResult(started_at=now, articles=0, claims=0, changes=())
    try:
        with kept(database, lambda connection: leases.renew(connection, lease)):
            visits = visit_due(settings, database, now=now, progress=progress, limit=limit)
            result = take_visits(visits, story, settings, database, now=now)
    finally:
        with database.claiming() as connection:
            leases.release(connection, lease)
    log_run(database, "recheck", result, now)
    return result


def visit_due(
    settings: Settings, database: Database, *, now: dt.datetime, progress: Progress = silent, limit: int = LIMIT
) -> tuple[Visit, ...]:
    """Visit the pages that are due; nothing is saved yet."""
    with database.reading() as connection:
        due = [
            (memory, stored.article)
            for memory in stored_rechecks.due_pages(connection, now + pacing.SLACK, limit)
            if (stored := stored_articles.latest_version(connection, memory.url)) is not None
        ]
    if not due:
        return ()
    finished = 0

    def count(_visit: Visit) -> None:
        nonlocal finished
        finished += 1
        progress("pages", finished, len(due))

    return wait_for(visit_pages(due, settings, now=now, done=count))


def take_visits(visits: Sequence[Visit], story: Story, settings: Settings, database: Database, *, now: dt.datetime) -> RunResult:
    """Save what some visits found: new versions and withdrawals with the claims they change, and when to visit next."""
    rebuilt = _rebuilt_sites(visits)
    quiet = [visit.memory for visit in visits if visit.sight not in (Sight.EDITED, Sight.WITHDRAWN)]
    with database.writing() as connection:
        stored_rechecks.save_page_memories(connection, quiet)
    judge: Judge | None = None
    results: list[RunResult] = []
    problems = [visit.problem for visit in visits if visit.problem is not None]
    problems += [
        InputProblem(
            where=site,
            what=f"{number} of its pages differ all at once: the site was rebuilt, and its texts are left as they were",
            remedy="If they were really edited, the differences will be seen again when fewer change at a time.",
            code="rebuilt",
        )
        for site, number in rebuilt.items()
    ]
    for visit in visits:
        if visit.sight not in (Sight.EDITED, Sight.WITHDRAWN):
            continue
        try:
            if visit.sight is Sight.EDITED and (_site(visit.memory) in rebuilt or _ours(visit, settings, database)):
                with database.writing() as connection:
                    stored_rechecks.save_page_memories(connection, [replace(visit.memory, etag="", last_modified="")])
                continue
            judge = judge or make_judge(story)
            results.append(_take(visit, judge, story, settings, database, now))
        except DatabaseError:
            raise
        except Exception as error:
            problems.append(_set_aside(visit, database, now, error))
    merged = merge_results(results, problems)
    return replace(merged, started_at=now)


def _take(visit: Visit, judge: Judge, story: Story, settings: Settings, database: Database, now: dt.datetime) -> RunResult:
    tally = Tally(channels=story.channels)
    if visit.article is not None:
        take_article(visit.article, judge, database, tally, again=True)
    else:
        take_removal(Removal(url=visit.memory.url, removed_at=now), judge, database, tally)
    with database.writing() as connection:
        if visit.page is not None:
            stored_pages.keep_page(
                connection,
                url=visit.memory.url,
                address=visit.page.url,
                body=visit.page.body,
                content_type=visit.page.full_type,
                fetched_at=now,
                max_bytes=settings.max_page,
            )
        stored_rechecks.save_page_memories(connection, [visit.memory])
    return tally.result(now)


def _set_aside(visit: Visit, database: Database, now: dt.datetime, error: Exception) -> InputProblem:
    """One page that our own code fails on never stops the others: it is reported, and visited again later."""
    _log.error("%s could not be compared", visit.memory.address, exc_info=error)
    with database.writing() as connection:
        later = replace(visit.memory, etag="", last_modified="", next_due_at=pacing.retry_at(2, now))
        stored_rechecks.save_page_memories(connection, [later])
    what = f"could not be analysed ({type(error).__name__})"
    return InputProblem(where=visit.memory.address, what=what, remedy="The rest went on; the log has the details.", code="unexpected")


def _rebuilt_sites(visits: Sequence[Visit]) -> dict[str, int]:
    visited = Counter(_site(visit.memory) for visit in visits)
    edited = Counter(_site(visit.memory) for visit in visits if visit.sight in (Sight.EDITED, Sight.PENDING))
    return {site: number for site, number in edited.items() if number >= _REBUILT and number > visited[site] * _REBUILT_SHARE}


def _site(memory: PageMemory) -> str:
    return urlsplit(memory.address).netloc


def _ours(visit: Visit, settings: Settings, database: Database) -> bool:
    """True if the page is the one we have, read in another way: then our own extraction changed, not the article."""
    with database.reading() as connection:
        stored = stored_articles.latest_version(connection, visit.memory.url)
        page = stored_pages.latest_page(connection, visit.memory.url, before=stored.article.seen_at) if stored else None
    if stored is None or page is None or visit.article is None or page.size > settings.max_page:
        return False
    old = stored.article
    fallback = Entry(feed=old.source, url=page.address, title=old.title, publisher=old.publisher, published=old.published)
    try:
        charset = page.content_type.partition("charset=")[2]
        reread: Article = read_article(
            page.body, url=page.address, seen_at=old.seen_at, fallback=fallback, source=old.source, charset=charset
        )
    except InputError:
        return False
    return versions.same_words(reread, visit.article)
