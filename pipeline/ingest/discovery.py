"""An address that a person typed -> the feeds that are found there, each looked into."""

import asyncio
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html
from lxml.etree import LxmlError

from pipeline.config import Settings
from pipeline.errors import InputError
from pipeline.ingest.entries import ParsedFeed, parse_feed
from pipeline.ingest.fetch import Fetched, Fetcher, without_password
from pipeline.ingest.poll import make_fetcher, problem_of
from pipeline.ingest.waiting import wait_for
from pipeline.ingest.worker import PARSER
from pipeline.model import InputProblem
from pipeline.watches import Feed

_TYPES = ("rss", "atom", "feed+json", "rdf")
# Where feeds mostly are on sites that do not say so.
_USUAL = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/all.atom.xml")
_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that can be read. `newest` is the date of its newest entry, None if they have none."""

    url: str
    title: str
    parsed: ParsedFeed
    newest: dt.datetime | None

    @property
    def headlines(self) -> tuple[str, ...]:
        """The titles of its first entries."""
        return tuple(entry.title for entry in self.parsed.entries[:3])

    @property
    def full_text(self) -> bool:
        """True if most entries carry their whole article."""
        return sum(bool(entry.content) for entry in self.parsed.entries) * 2 > len(self.parsed.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A configured feed, read once: what was found, or what is wrong."""

    feed: Feed
    found: FoundFeed | None = None
    problem: InputProblem | None = None


def discover(url: str, settings: Settings) -> tuple[FoundFeed, ...]:
    """The feeds at an address: the address itself, those that its page names, or those at the usual places.

    Raises:
        FetchError: The address cannot be fetched.
        InputError: No feed was found.
    """
    return wait_for(_discover(url if "://" in url else f"https://{url}", settings))


def check_feeds(feeds: Iterable[Feed], settings: Settings) -> tuple[Checked, ...]:
    """Read every feed once, without remembering anything; results in the order given."""
    return wait_for(_check_all(tuple(feeds), settings))


async def _discover(url: str, settings: Settings) -> tuple[FoundFeed, ...]:
    async with make_fetcher(settings) as fetcher:
        answer = await _get(url, fetcher)
        try:
            return (await _look_into(answer),)
        except InputError as error:
            named = _named_feeds(answer)
            reason = error
        found = await _first_readable(named, fetcher, _MOST)
        if not found:
            found = await _first_readable([urljoin(answer.url, path) for path in _USUAL], fetcher, 1)
        if not found:
            remedy = "Look on the site for a link called RSS or feed, and give its address."
            raise InputError("no feed was found there", where=without_password(url), remedy=remedy, code=reason.code)
        return tuple(found)


async def _first_readable(urls: Iterable[str], fetcher: Fetcher, most: int) -> list[FoundFeed]:
    found: list[FoundFeed] = []
    for url in urls:
        try:
            found.append(await _look_into(await _get(url, fetcher)))
        except InputError:
            continue
        if len(found) == most:
            break
    return found


async def _check_all(feeds: tuple[Feed, ...], settings: Settings) -> tuple[Checked, ...]:
    async with make_fetcher(settings) as fetcher:
        return tuple(await asyncio.gather(*(_check(feed, fetcher) for feed in feeds)))


async def _check(feed: Feed, fetcher: Fetcher) -> Checked:
    try:
        return Checked(feed=feed, found=await _look_into(await _get(feed.url, fetcher)))
    except InputError as error:
        return Checked(feed=feed, problem=problem_of(error, without_password(feed.url)))


async def _get(url: str, fetcher: Fetcher) -> Fetched:
    answer = await fetcher.fetch(url)
    if not isinstance(answer, Fetched):
        raise InputError("answered 304 without being asked", where=without_password(url), code="http_304")
    return answer


async def _look_into(answer: Fetched) -> FoundFeed:
    feed = Feed(id="found", url=answer.url, publisher="")
    parsed: ParsedFeed = await PARSER.wait_for(lambda: parse_feed(answer.body, feed, base_url=answer.url, charset=answer.charset))
    dates = [moment for entry in parsed.entries if (moment := entry.published or entry.updated) is not None]
    title = parsed.title or urlsplit(answer.url).hostname or answer.url
    return FoundFeed(url=answer.url, title=title, parsed=parsed, newest=max(dates, default=None))


def _named_feeds(answer: Fetched) -> list[str]:
    try:
        tree = html.fromstring(answer.body)
    except (LxmlError, ValueError):
        return []
    found = []
    for node in tree.iter("link"):
        kind = (node.get("type") or "").lower()
        if "alternate" in (node.get("rel") or "").lower() and any(name in kind for name in _TYPES) and node.get("href"):
            found.append(urljoin(answer.url, node.get("href").strip()))
    # Feeds of comments are no news.
    return [url for url in dict.fromkeys(found) if "comment" not in url.lower()]
