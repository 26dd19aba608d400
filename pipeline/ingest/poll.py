"""Feeds -> their new entries -> their articles, many at once; one that fails never stops the others."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import Settings
from pipeline.errors import FetchError, InputError
from pipeline.ingest.articles import read_article
from pipeline.ingest.entries import parse_entries
from pipeline.ingest.fetch import Fetcher, NotModified
from pipeline.model import Article, Entry, InputProblem
from pipeline.watches import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Validators of the last good poll of a feed."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll of a feed gave: entries with the validators that belong to them, or a problem."""

    feed: Feed
    entries: tuple[Entry, ...] = ()
    etag: str = ""
    last_modified: str = ""
    problem: InputProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleResult:
    """An entry's article, or why there is none."""

    entry: Entry
    article: Article | None = None
    problem: InputProblem | None = None


def make_fetcher(settings: Settings) -> Fetcher:
    """A fetcher as the settings want it."""
    return Fetcher(
        user_agent=settings.user_agent,
        allowed_hosts=settings.allowed_hosts,
        timeout=settings.timeout,
        max_body=settings.max_body,
        concurrency=settings.concurrency,
    )


async def poll_feeds(feeds: Sequence[Feed], known: Mapping[str, Remembered], settings: Settings) -> tuple[PollResult, ...]:
    """Poll all feeds at once, in the order given.

    Args:
        feeds: What to poll.
        known: Validators by feed id.
        settings: How to fetch.
    """
    async with make_fetcher(settings) as fetcher:
        return tuple(await asyncio.gather(*(_poll(feed, known.get(feed.id, Remembered()), fetcher) for feed in feeds)))


async def _poll(feed: Feed, known: Remembered, fetcher: Fetcher) -> PollResult:
    try:
        answer = await fetcher.fetch(feed.url, etag=known.etag, last_modified=known.last_modified)
        if isinstance(answer, NotModified):
            return PollResult(feed=feed, etag=known.etag, last_modified=known.last_modified)
        entries = await asyncio.to_thread(parse_entries, answer.body, feed, base_url=answer.url)
        return PollResult(feed=feed, entries=entries, etag=answer.etag, last_modified=answer.last_modified)
    except (FetchError, InputError) as error:
        # The old validators stay, so that what was missed comes with the next good answer.
        problem = InputProblem(where=feed.url, what=error.what, remedy=error.remedy)
        return PollResult(feed=feed, etag=known.etag, last_modified=known.last_modified, problem=problem)


async def fetch_articles(entries: Sequence[Entry], settings: Settings, *, now: dt.datetime) -> tuple[ArticleResult, ...]:
    """The articles of some entries, in their order; an entry that carries its full text needs no page.

    Args:
        entries: What to read.
        settings: How to fetch.
        now: When it is read (UTC).
    """
    async with make_fetcher(settings) as fetcher:
        return tuple(await asyncio.gather(*(_article(entry, fetcher, now) for entry in entries)))


async def _article(entry: Entry, fetcher: Fetcher, now: dt.datetime) -> ArticleResult:
    if entry.content and entry.published is not None:
        article = Article(
            url=entry.url,
            publisher=entry.publisher,
            title=entry.title,
            published=entry.published,
            updated=entry.updated,
            seen_at=now,
            text=entry.content,
            source=entry.feed,
        )
        return ArticleResult(entry=entry, article=article)
    try:
        answer = await fetcher.fetch(entry.url)
        if isinstance(answer, NotModified):
            raise InputError("answered 304 without being asked", where=entry.url)
        article = await asyncio.to_thread(read_article, answer.body, url=answer.url, seen_at=now, fallback=entry, source=entry.feed)
        return ArticleResult(entry=entry, article=article)
    except (FetchError, InputError) as error:
        return ArticleResult(entry=entry, problem=InputProblem(where=entry.url, what=error.what, remedy=error.remedy))
