"""Feeds -> their entries -> their articles, many at once; one that fails never stops the others."""

import asyncio
import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.config import Settings
from pipeline.errors import FetchError, InputError
from pipeline.ingest.articles import article_of_entry, read_article
from pipeline.ingest.entries import parse_feed
from pipeline.ingest.fetch import Fetched, Fetcher, NotModified, without_password
from pipeline.ingest.pacing import after_failure, after_success, wants_full_answer
from pipeline.ingest.politeness import HostGate, Robots, Turns
from pipeline.ingest.worker import PARSER
from pipeline.memory import FeedMemory
from pipeline.model import Article, Entry, InputProblem
from pipeline.watches import Feed

# Of the whole process: as a flow, each feed is polled by a task of its own.
_TURNS = Turns()
_log = logging.getLogger(__name__)
_BUG = "Please report this: Claimwatch should have handled it. The rest goes on."


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll of a feed gave.

    `memory` is what is to be remembered once the entries are stored; with a body that was new it still lacks when to poll next,
    which depends on what the entries bring. `unchanged` says that there is nothing to store.
    """

    feed: Feed
    memory: FeedMemory
    entries: tuple[Entry, ...] = ()
    problem: InputProblem | None = None
    unchanged: bool = False
    max_age: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleResult:
    """An entry's article, or why there is none. `page` is what was fetched for it, None where the feed carried it whole."""

    entry: Entry
    article: Article | None = None
    problem: InputProblem | None = None
    page: Fetched | None = None
    retry_after: float | None = None


def make_gate(settings: Settings) -> HostGate:
    """The distance to keep between requests to one host."""
    return HostGate(per_host=settings.per_host, delay=settings.delay, exempt=frozenset(settings.allowed_hosts), turns=_TURNS)


def make_fetcher(settings: Settings, gate: HostGate | None = None) -> Fetcher:
    """A fetcher as the settings want it."""
    return Fetcher(
        user_agent=settings.user_agent,
        allowed_hosts=settings.allowed_hosts,
        timeout=settings.timeout,
        max_body=settings.max_body,
        concurrency=settings.concurrency,
        proxy=settings.proxy,
        gate=gate or make_gate(settings),
    )


async def poll_feeds(
    feeds: Sequence[Feed],
    known: Mapping[str, FeedMemory],
    settings: Settings,
    *,
    now: dt.datetime,
    done: Callable[[PollResult], None] = lambda _result: None,
) -> tuple[PollResult, ...]:
    """Poll all feeds at once; results in the order given.

    Args:
        feeds: What to poll.
        known: What is remembered, by feed id.
        settings: How to fetch.
        now: The clock (UTC).
        done: Told each result as it comes.
    """

    async def one(feed: Feed, fetcher: Fetcher) -> PollResult:
        result = await _poll(feed, remembered(feed, known.get(feed.id)), fetcher, now)
        done(result)
        return result

    async with make_fetcher(settings) as fetcher:
        return tuple(await asyncio.gather(*(one(feed, fetcher) for feed in feeds)))


def remembered(feed: Feed, memory: FeedMemory | None) -> FeedMemory:
    """What is remembered of a feed as it is configured now."""
    url = without_password(feed.url)
    if memory is None:
        return FeedMemory(id=feed.id, url=url)
    # Another address under the same id is another feed: only its habits are worth keeping.
    return memory if memory.url == url else FeedMemory(id=feed.id, url=url, arrivals=memory.arrivals)


async def _poll(feed: Feed, memory: FeedMemory, fetcher: Fetcher, now: dt.datetime) -> PollResult:
    try:
        full = wants_full_answer(memory, now)
        answer = await fetcher.fetch(
            memory.moved_to or feed.url, etag="" if full else memory.etag, last_modified="" if full else memory.last_modified
        )
        if isinstance(answer, NotModified):
            return PollResult(feed=feed, memory=after_success(memory, now, new=()), unchanged=True)
        return await _read(feed, memory, answer, now)
    except InputError as error:
        # The old validators stay, so that what was missed comes with the next good answer.
        wait = error.retry_after if isinstance(error, FetchError) else None
        failed = after_failure(memory, now, code=error.code, reason=error.what, retry_after=wait)
        if memory.moved_to:
            failed = replace(failed, moved_to="")  # the next try is at the address in the configuration again
        return PollResult(feed=feed, memory=failed, problem=problem_of(error, memory.url))
    except Exception as error:
        _log.exception("unexpected error while polling %s", memory.url)
        what = f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"
        problem = InputProblem(where=memory.url, what=what, remedy=_BUG, code="unexpected")
        return PollResult(feed=feed, memory=after_failure(memory, now, code="unexpected", reason=what), problem=problem)


async def _read(feed: Feed, memory: FeedMemory, answer: Fetched, now: dt.datetime) -> PollResult:
    digest = hashlib.sha256(answer.body).hexdigest()
    moved_to = without_password(answer.moved_to) or memory.moved_to
    fresh = replace(memory, etag=answer.etag, last_modified=answer.last_modified, digest=digest, last_full_at=now, moved_to=moved_to)
    if digest == memory.digest:
        return PollResult(feed=feed, memory=after_success(fresh, now, new=(), max_age=answer.max_age), unchanged=True)
    parsed = await PARSER.wait_for(lambda: parse_feed(answer.body, feed, base_url=without_password(answer.url), charset=answer.charset))
    notes = (*((parsed.partial,) if parsed.partial else ()), *parsed.notes)
    # What was cut off may be whole the next time under the same validators.
    kept = replace(fresh, etag="", last_modified="", notes=notes) if parsed.partial else replace(fresh, notes=notes)
    return PollResult(feed=feed, memory=kept, entries=parsed.entries, max_age=answer.max_age)


def problem_of(error: InputError, where: str) -> InputProblem:
    """The error as it is listed for people."""
    return InputProblem(where=where, what=error.what, remedy=error.remedy, code=error.code)


async def fetch_articles(entries: Sequence[Entry], settings: Settings, *, now: dt.datetime) -> tuple[ArticleResult, ...]:
    """The articles of some entries, in their order; an entry that carries its full text needs no page.

    Args:
        entries: What to read.
        settings: How to fetch.
        now: When it is read (UTC).
    """
    gate = make_gate(settings)
    async with make_fetcher(settings, gate) as fetcher:
        robots = Robots(fetcher, settings.user_agent, gate) if settings.robots else None
        return tuple(await asyncio.gather(*(_article(entry, fetcher, robots, now) for entry in entries)))


async def _article(entry: Entry, fetcher: Fetcher, robots: Robots | None, now: dt.datetime) -> ArticleResult:
    try:
        if entry.content:
            return ArticleResult(entry=entry, article=article_of_entry(entry, seen_at=now))
        answer = await fetch_page(entry.url, fetcher, robots)
        if isinstance(answer, NotModified):
            raise InputError("answered 304 without being asked", where=entry.url, code="http_304")
        article = await PARSER.wait_for(
            lambda: read_article(
                answer.body, url=answer.url, seen_at=now, fallback=entry, source=entry.feed, charset=answer.charset
            )
        )
        return ArticleResult(entry=entry, article=article, page=answer)
    except InputError as error:
        wait = error.retry_after if isinstance(error, FetchError) else None
        return ArticleResult(entry=entry, problem=problem_of(error, entry.url), retry_after=wait)
    except Exception as error:
        _log.exception("unexpected error while reading %s", entry.url)
        what = f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"
        return ArticleResult(entry=entry, problem=InputProblem(where=entry.url, what=what, remedy=_BUG, code="unexpected"))


async def fetch_page(
    url: str, fetcher: Fetcher, robots: Robots | None, *, etag: str = "", last_modified: str = ""
) -> Fetched | NotModified:
    """An article's page, if robots.txt lets us read it.

    Raises:
        FetchError: It may not be read, or could not be.
    """
    if robots is not None:
        await robots.check(url)
    return await fetcher.fetch(url, etag=etag, last_modified=last_modified)
