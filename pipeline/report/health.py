"""What is remembered of the feeds -> how each source is doing, in sentences that an analyst understands. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pipeline.memory import FeedMemory, habit, is_gone, silent_since
from pipeline.model import InputProblem
from pipeline.watches import Feed

_TIMES = (
    "",
    "once",
    "twice",
    "three times",
    "four times",
    "five times",
    "six times",
    "seven times",
    "eight times",
    "nine times",
    "ten times",
)


class Health(StrEnum):
    """How a source is doing; those that need somebody come first."""

    GONE = "gone"
    FAILING = "failing"
    SILENT = "silent"
    MOVED = "moved"
    ODD = "odd"
    WELL = "well"
    NEW = "not polled yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How one feed is doing. `sentence` begins with `name`; `remedy` is what somebody can do about it ("" = nothing)."""

    feed: Feed
    name: str
    health: Health
    sentence: str
    remedy: str = ""
    notes: tuple[str, ...] = ()
    next_due_at: dt.datetime | None = None
    last_good_at: dt.datetime | None = None

    @property
    def needs_attention(self) -> bool:
        """True if something is wrong that the report must say."""
        return self.health in (Health.GONE, Health.FAILING, Health.SILENT)


def source_health(feeds: Sequence[Feed], memories: Sequence[FeedMemory], now: dt.datetime) -> tuple[SourceHealth, ...]:
    """How every configured feed is doing, in the order of the configuration.

    Args:
        feeds: As configured.
        memories: What is remembered of feeds, in any order.
        now: The clock (UTC).
    """
    known = {memory.id: memory for memory in memories}
    hosts = Counter(_host(feed.url) for feed in feeds)
    return tuple(
        _of(feed, _host(feed.url) if hosts[_host(feed.url)] == 1 else f"{_host(feed.url)} ({feed.id})", known.get(feed.id), now)
        for feed in feeds
    )


def health_problems(sources: Sequence[SourceHealth]) -> tuple[InputProblem, ...]:
    """The sources that need attention, as the report lists what could not be read."""
    return tuple(
        InputProblem(
            where=source.name, what=source.sentence.removeprefix(f"{source.name}: "), remedy=source.remedy, code=source.health.value
        )
        for source in sources
        if source.needs_attention
    )


def _of(feed: Feed, name: str, memory: FeedMemory | None, now: dt.datetime) -> SourceHealth:
    if memory is None or memory.last_polled_at is None:
        return SourceHealth(feed=feed, name=name, health=Health.NEW, sentence=f"{name}: not polled yet")
    health, said, remedy = _said(memory, now)
    return SourceHealth(
        feed=feed,
        name=name,
        health=health,
        sentence=f"{name}: {said}",
        remedy=remedy,
        notes=memory.notes,
        next_due_at=memory.next_due_at,
        last_good_at=memory.last_good_at,
    )


def _said(memory: FeedMemory, now: dt.datetime) -> tuple[Health, str, str]:
    due = f"next try {clock(memory.next_due_at, now)}" if memory.next_due_at else "it is polled no more"
    if is_gone(memory) and memory.gone_at is not None:
        said = f"says since {clock(memory.gone_at, now)} that this feed is gone for good; it is polled no more"
        return Health.GONE, said, "Find its new address with `claimwatch feeds add SITE`, or take it out of feeds.toml."
    if memory.failures and memory.failing_since is not None:
        since = clock(memory.failing_since, now)
        often = f"at {since}" if memory.failures == 1 else f"{times(memory.failures)} since {since}"
        last = f"; last read {clock(memory.last_good_at, now)}" if memory.last_good_at else "; it has never been read"
        return Health.FAILING, f"{memory.last_error}, {often}; {due}{last}", _REMEDIES.get(memory.last_code, "")
    quiet = silent_since(memory, now)
    usual = habit(memory)
    if quiet is not None and usual is not None:
        said = f"silent since {clock(quiet, now)}, though it answers; it is hardly ever silent for longer than {span(usual)}"
        return Health.SILENT, said, "Look at the site: the feed may have been abandoned, or blocked for us."
    if memory.moved_to:
        return Health.MOVED, f"has moved for good to {memory.moved_to}, where it is read now", "Put the new address into feeds.toml."
    news = f", last news {clock(memory.last_changed_at, now)}" if memory.last_changed_at else ""
    said = f"read {clock(memory.last_good_at, now) if memory.last_good_at else 'never'}{news}; {due.replace('next try', 'next poll')}"
    return (Health.ODD if memory.notes else Health.WELL), "; ".join((said, *memory.notes)), ""


_REMEDIES = {
    "not_public": "If it is yours, list its host and port under allowed_hosts in claimwatch.toml.",
    "html_instead": "`claimwatch feeds add SITE` looks for the address of its feed.",
    "http_404": "`claimwatch feeds add SITE` looks for the address of its feed.",
    "not_a_feed": "`claimwatch feeds add SITE` looks for the address of its feed.",
    "too_large": "If it is right, raise fetch.max_body_mb in claimwatch.toml.",
    "http_401": "The feed needs a login.",
    "http_403": "The site refuses us; set fetch.contact in claimwatch.toml, and ask its webmaster.",
}


def clock(moment: dt.datetime, now: dt.datetime) -> str:
    """ "11:40" on the same day (UTC), "14 March 11:40" in the same year, else with the year."""
    one, today = moment.astimezone(dt.UTC), now.astimezone(dt.UTC)
    if one.date() == today.date():
        return f"{one:%H:%M}"
    return f"{one.day} {one:%B %H:%M}" if one.year == today.year else f"{one.day} {one:%B %Y %H:%M}"


def times(number: int) -> str:
    """ "once", "twice", "three times", "12 times"."""
    return _TIMES[number] if 0 < number < len(_TIMES) else f"{number} times"


def span(length: dt.timedelta) -> str:
    """A span in the unit in which people would say it: "40 minutes", "3 hours", "2 days"."""
    minutes = length.total_seconds() / 60
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return f"{round(minutes / size)} {unit}s"
    count = max(round(minutes), 1)
    return f"{count} minute{'s' if count != 1 else ''}"


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or url).removeprefix("www.")
    return f"{host}:{parts.port}" if parts.port else host
