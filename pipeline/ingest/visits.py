"""Stored articles' pages, seen again: unchanged, edited, missing, or unknown. Whether an edit counts is decided by two visits."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.config import Settings
from pipeline.errors import FetchError, InputError
from pipeline.ingest import pacing, versions
from pipeline.ingest.articles import read_article
from pipeline.ingest.fetch import Fetched, Fetcher, NotModified
from pipeline.ingest.identity import agree, link_key
from pipeline.ingest.politeness import Robots
from pipeline.ingest.poll import fetch_page, make_fetcher, make_gate, problem_of
from pipeline.ingest.worker import PARSER
from pipeline.memory import PageMemory
from pipeline.model import Article, Entry, InputProblem

_log = logging.getLogger(__name__)
_MISSING = (404, 410)
# Of pages that came and went so many are remembered.
_VARIANTS = 8
FULL_EVERY = dt.timedelta(hours=24)


class Sight(StrEnum):
    """What a visit found."""

    SAME = "same"
    PENDING = "pending"
    EDITED = "edited"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit. `memory` is what is to be remembered of it; `article` the edited text; `page` what was fetched where it differed."""

    memory: PageMemory
    sight: Sight
    article: Article | None = None
    page: Fetched | None = None
    problem: InputProblem | None = None


async def visit_pages(
    due: Sequence[tuple[PageMemory, Article]],
    settings: Settings,
    *,
    now: dt.datetime,
    done: Callable[[Visit], None] = lambda _visit: None,
) -> tuple[Visit, ...]:
    """Visit pages, many at once; one that fails never stops the others. Results in the order given.

    Args:
        due: What is remembered of each page, with the newest stored version of its article.
        settings: How to fetch.
        now: The clock (UTC).
        done: Told each visit as it is over.
    """
    gate = make_gate(settings)
    async with make_fetcher(settings, gate) as fetcher:
        robots = Robots(fetcher, settings.user_agent, gate) if settings.robots else None

        async def one(memory: PageMemory, stored: Article) -> Visit:
            visit = await _visit(memory, stored, fetcher, robots, now)
            done(visit)
            return visit

        return tuple(await asyncio.gather(*(one(memory, stored) for memory, stored in due)))


async def _visit(memory: PageMemory, stored: Article, fetcher: Fetcher, robots: Robots | None, now: dt.datetime) -> Visit:
    try:
        full = memory.full_at is None or now - memory.full_at >= FULL_EVERY
        answer = await fetch_page(
            memory.address, fetcher, robots, etag="" if full else memory.etag, last_modified="" if full else memory.last_modified
        )
        if isinstance(answer, NotModified):
            return _same(memory, now)
        seen = await _read(answer, memory, stored, now)
        if versions.same_words(stored, seen) or versions.words_digest(seen) in memory.variants:
            return _same(memory, now, answer)
        # A second look at once tells an edit from what the page shows by chance.
        again = await fetcher.fetch(memory.address)
        return _different(memory, stored, seen, await _read(again, memory, stored, now), answer, now)
    except InputError as error:
        if isinstance(error, FetchError) and error.status in _MISSING:
            return _missing(memory, now, error)
        return _unknown(memory, now, problem_of(error, memory.address), error.retry_after if isinstance(error, FetchError) else None)
    except Exception as error:
        _log.exception("unexpected error while visiting %s", memory.address)
        what = f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"
        return _unknown(memory, now, InputProblem(where=memory.address, what=what, code="unexpected"))


async def _read(answer: Fetched | NotModified, memory: PageMemory, stored: Article, now: dt.datetime) -> Article:
    """The article on the page, under the identity by which it is stored.

    Raises:
        InputError: There is none, or it is another article.
    """
    if isinstance(answer, NotModified):
        raise InputError("answered 304 without being asked", where=memory.address, code="http_304")
    fallback = Entry(feed=memory.feed, url=memory.address, title=stored.title, publisher=stored.publisher, published=stored.published)
    found: Article = await PARSER.wait_for(
        lambda: read_article(
            answer.body, url=answer.url, seen_at=now, fallback=fallback, source=memory.feed, charset=answer.charset
        )
    )
    if link_key(answer.url) != link_key(memory.address) and not agree(found, stored):
        raise InputError("now leads to another page", where=memory.address, code="other_page")
    return replace(found, url=stored.url, published=stored.published, dated=stored.dated, date_text=stored.date_text)


def _different(memory: PageMemory, stored: Article, seen: Article, again: Article, answer: Fetched, now: dt.datetime) -> Visit:
    common = versions.settled(stored, seen, again)
    if versions.same_words(stored, common):
        # What differed was there by chance: another reader gets another text.
        return _same(_with_variant(memory, seen), now, answer)
    if memory.pending is None:
        soon = replace(_well(memory), pending=common, checked_at=now, next_due_at=now + pacing.SECOND_LOOK)
        return Visit(memory=soon, sight=Sight.PENDING, page=answer)
    settled = versions.settled(stored, memory.pending, common)
    if versions.same_words(stored, settled):
        soon = replace(_with_variant(_well(memory), memory.pending), pending=common, checked_at=now, next_due_at=now + pacing.SECOND_LOOK)
        return Visit(memory=soon, sight=Sight.PENDING, page=answer)
    return Visit(memory=_checked(memory, now, answer), sight=Sight.EDITED, article=settled, page=answer)


def _well(memory: PageMemory) -> PageMemory:
    return replace(memory, missing=0, missing_since=None, failures=0, last_code="", last_error="")


def _same(memory: PageMemory, now: dt.datetime, answer: Fetched | None = None) -> Visit:
    gone = memory if memory.pending is None else _with_variant(memory, memory.pending)
    return Visit(memory=_checked(gone, now, answer), sight=Sight.SAME)


def _checked(memory: PageMemory, now: dt.datetime, answer: Fetched | None) -> PageMemory:
    if answer is not None:
        memory = replace(memory, etag=answer.etag, last_modified=answer.last_modified, full_at=now)
    return replace(_well(memory), pending=None, checked_at=now, next_due_at=pacing.next_visit(memory, now))


def _with_variant(memory: PageMemory, article: Article) -> PageMemory:
    known = versions.words_digest(article)
    return replace(memory, variants=(*(item for item in memory.variants if item != known), known)[-_VARIANTS:])


def _missing(memory: PageMemory, now: dt.datetime, error: FetchError) -> Visit:
    since = memory.missing_since or now
    confirmed = memory.missing >= 1 and now - since >= pacing.SECOND_LOOK_MISSING - pacing.SLACK
    noted = replace(
        memory,
        checked_at=now,
        missing=memory.missing + 1,
        missing_since=since,
        last_code=error.code,
        last_error=error.what,
        next_due_at=None if confirmed else now + pacing.SECOND_LOOK_MISSING,
    )
    return Visit(memory=noted, sight=Sight.WITHDRAWN if confirmed else Sight.MISSING)


def _unknown(memory: PageMemory, now: dt.datetime, problem: InputProblem, retry_after: float | None = None) -> Visit:
    """A failure says nothing about the article: what is known of it stays, and it is tried again later."""
    regular = pacing.next_visit(memory, now)
    due = max(regular, pacing.retry_at(memory.failures, now, retry_after)) if regular else None
    noted = replace(
        memory,
        checked_at=now,
        missing=0,
        missing_since=None,
        failures=memory.failures + 1,
        last_code=problem.code,
        last_error=problem.what,
        next_due_at=due,
    )
    return Visit(memory=noted, sight=Sight.UNKNOWN, problem=problem)
