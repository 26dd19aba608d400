"""Gather: reads what is new, and finds out which stored article it is a version of, and of which it is a copy.

What it does to the database is idempotent; deciding what an article says is left to `pipeline.backlog`.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from pipeline.config import Settings
from pipeline.ingest import copies, identity, pacing, versions
from pipeline.ingest.poll import ArticleResult, fetch_articles
from pipeline.ingest.waiting import wait_for
from pipeline.memory import PageMemory
from pipeline.model import Article, Entry, InputProblem
from pipeline.store import articles as stored_articles
from pipeline.store import copies as stored_copies
from pipeline.store import pages as stored_pages
from pipeline.store import rechecks as stored_rechecks
from pipeline.store.aliases import add_marks, articles_known_as
from pipeline.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger(__name__)


def read_articles(entries: Sequence[Entry], settings: Settings, database: Database, *, now: dt.datetime) -> tuple[ArticleResult, ...]:
    """The articles of some entries, in their order, each under the identity by which it is known.

    An entry that leads to an article which another feed, or the same one, has brought already is not fetched, unless it says that it
    was updated since: it gives the stored text. So does one whose page differs from that only by chance.

    Args:
        entries: What to read.
        settings: How to fetch.
        database: What is known.
        now: When it is read (UTC).
    """
    with database.reading() as connection:
        known = [_alone(entry, _known, connection, entry) for entry in entries]
    wanted = [entry for entry, result in zip(entries, known, strict=True) if result is None]
    fetched = iter(wait_for(fetch_articles(wanted, settings, now=now)) if wanted else ())
    results: list[ArticleResult] = []
    edited: dict[int, Article] = {}
    with database.reading() as connection:
        for number, (entry, result) in enumerate(zip(entries, known, strict=True)):
            if result is not None:
                results.append(result)
                continue
            compared = _alone(entry, _compared, connection, next(fetched))
            named, stored = compared if isinstance(compared, tuple) else (compared, None)
            results.append(named)
            if stored is not None:
                edited[number] = stored
    results = _told_apart(results)
    # An edit of a stored text must be seen twice: pages show different readers different texts.
    again = wait_for(fetch_articles([results[number].entry for number in edited], settings, now=now)) if edited else ()
    for (number, stored), second in zip(edited.items(), again, strict=True):
        results[number] = _alone(second.entry, _settled, results[number], stored, second)
    return tuple(results)


def _alone(entry: Entry, step: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | ArticleResult:
    """What a step gives; where our own code fails on one article it is that article's problem, and stops no other."""
    try:
        return step(*arguments, **named)
    except SQLAlchemyError:
        raise
    except Exception as error:
        _log.exception("unexpected error while reading %s", entry.url)
        what = f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"
        remedy = "Please report this: Claimwatch should have handled it. The rest goes on."
        return ArticleResult(entry=entry, problem=InputProblem(where=entry.url, what=what, remedy=remedy, code="unexpected"))


def _known(connection: Connection, entry: Entry) -> ArticleResult | None:
    text = _stored_text(connection, entry)
    return ArticleResult(entry=entry, article=text) if text is not None else None


def _compared(connection: Connection, result: ArticleResult) -> tuple[ArticleResult, Article | None]:
    """The result under its identity, with the stored text if its page shows another one."""
    if result.article is None:
        return result, None
    article = identified(connection, result.article, result.entry, _address(result))
    newest = stored_articles.latest_version(connection, article.url)
    stored = newest.article if newest is not None else None
    if stored is None or stored.fingerprint == article.fingerprint:
        return replace(result, article=article), None
    if versions.same_words(stored, article):
        return replace(result, article=stored), None
    return replace(result, article=article), stored if result.page is not None else None


def _settled(first: ArticleResult, stored: Article, second: ArticleResult) -> ArticleResult:
    if first.article is None or second.article is None:
        return replace(first, article=stored)
    text = versions.settled(stored, first.article, replace(second.article, url=first.article.url))
    return replace(first, article=stored if versions.same_words(stored, text) else text, page=second.page)


def _told_apart(results: list[ArticleResult]) -> list[ArticleResult]:
    """Different articles that were read together under one address get those of their pages: a canonical link of many pages is none."""
    found: dict[str, list[Article]] = {}
    for result in results:
        if result.article is not None:
            found.setdefault(result.article.url, []).append(result.article)
    shared = {url for url, articles in found.items() if not all(identity.agree(articles[0], other) for other in articles[1:])}
    return [
        replace(result, article=replace(result.article, url=identity.clean_address(result.page.url)))
        if result.article is not None and result.article.url in shared and result.page is not None
        else result
        for result in results
    ]


def _stored_text(connection: Connection, entry: Entry) -> Article | None:
    """The stored text of an entry's article, if there is nothing to be read."""
    url = next(iter(articles_known_as(connection, identity.entry_marks(entry)).values()), None)
    stored = stored_articles.latest_version(connection, url) if url else None
    if stored is None:
        return None
    if entry.content and identity.normal_words(entry.content) != identity.normal_words(stored.article.text):
        return None
    seen = max(stored.article.seen_at, stored.article.updated or stored.article.published)
    return stored.article if entry.updated is None or entry.updated <= seen else None


def _address(result: ArticleResult) -> str:
    return result.page.url if result.page is not None else ""


def identified(connection: Connection, article: Article, entry: Entry, address: str) -> Article:
    """The article under the URL by which it is stored already, if it is; else under its own.

    Args:
        connection: An open connection.
        article: As it was read.
        entry: The feed entry it came from.
        address: Where its page was fetched in the end ("" if the feed carried it).
    """
    sure, likely = identity.sure_marks(article, entry, address), identity.likely_marks(article, entry)
    known = articles_known_as(connection, (*sure, *likely))
    for mark in sure:
        if mark in known:
            return replace(article, url=known[mark])
    for mark in likely:
        stored = stored_articles.latest_version(connection, known[mark]) if mark in known else None
        if stored is not None and identity.agree(article, stored.article):
            return replace(article, url=known[mark])
    taken = stored_articles.latest_version(connection, article.url)
    if taken is not None and address and not identity.agree(article, taken.article):
        # A canonical link that many pages share is none.
        return replace(article, url=identity.clean_address(address))
    return article


def remember_article(connection: Connection, result: ArticleResult, article: Article, settings: Settings, *, now: dt.datetime) -> None:
    """Note how an article that was stored is known, its page as evidence, and when to visit it again.

    Args:
        connection: An open connection that writes.
        result: How it was read.
        article: As it was stored.
        settings: How much of a page is kept.
        now: The clock (UTC).
    """
    address = _address(result)
    add_marks(
        connection,
        article.url,
        (*identity.sure_marks(article, result.entry, address), *identity.likely_marks(article, result.entry)),
    )
    if result.page is not None:
        page = result.page
        stored_pages.keep_page(
            connection,
            url=article.url,
            address=address,
            body=page.body,
            content_type=page.full_type,
            fetched_at=now,
            max_bytes=settings.max_page,
        )
    memory = stored_rechecks.page_memory(connection, article.url)
    if memory is None and result.page is not None:
        memory = PageMemory(url=article.url, address=address, feed=result.entry.feed, published=article.published)
        fresh = replace(
            memory,
            checked_at=now,
            full_at=now,
            etag=result.page.etag,
            last_modified=result.page.last_modified,
            next_due_at=pacing.next_visit(memory, now),
        )
        stored_rechecks.save_page_memories(connection, (fresh,))


def note_copy(connection: Connection, article: Article, bands: Sequence[int]) -> str | None:
    """Link an article to the first one with its text, if there is one; returns that one's URL.

    Args:
        connection: An open connection that writes.
        article: As it was stored.
        bands: Of its text, by `pipeline.ingest.copies.bands`.
    """
    since = article.published - dt.timedelta(days=copies.DAYS)
    found: tuple[float, str] | None = None
    others = [url for url in stored_copies.alike(connection, bands, since=since) if url != article.url]
    # Others wait for the database meanwhile, and a text that went round has many copies.
    shingles = copies.shingles(article.text) if others else frozenset()
    for stored in stored_articles.latest_versions(connection, others):
        if stored.article.published <= article.published + dt.timedelta(days=copies.DAYS):
            found = max(found or (0.0, ""), (copies.overlap(shingles, copies.shingles(stored.article.text)), stored.article.url))
    stored_copies.add_bands(connection, article.url, bands, article.published)
    if found is None or not found[0]:
        return None
    first = stored_copies.copy_of(connection, found[1]) or found[1]
    if first == article.url or stored_copies.copies_of(connection, article.url):
        return None  # it is the first itself: the other is linked to it
    stored_copies.link_copy(connection, article.url, first, found[0])
    return first
