"""Due feeds -> their new entries in the line, for any number of processes: each feed is polled by one of them."""

import datetime as dt
import functools
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.ingest.pacing import after_success, is_due
from pipeline.ingest.poll import PollResult, poll_feeds, remembered
from pipeline.ingest.waiting import wait_for
from pipeline.keeping import kept
from pipeline.memory import FeedMemory
from pipeline.model import InputProblem
from pipeline.store import feeds as stored_feeds
from pipeline.store import leases
from pipeline.store.database import Database
from pipeline.store.leases import Lease
from pipeline.watches import Feed, Story

POLLING = "polling"
# How many feeds one process takes at a time.
FEEDS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFeed:
    """A feed that this process holds, with what is remembered of it. `stored` is how that stands in the database, None if it does not."""

    feed: Feed
    lease: Lease
    known: FeedMemory
    stored: FeedMemory | None = None


@functools.cache
def spare_the_collector() -> None:
    """Let the garbage collector pass over the modules that are loaded by now; the first call in a process does it.

    Looking through them all, for what a poll has left, took more time of the processor than anything else in a poll without news.
    """
    gc.freeze()


@contextmanager
def polling(database: Database, owner: str) -> Iterator[None]:
    """Says for the length of the block that feeds are being polled: what is new may come anywhere in the line, so nobody decides."""
    spare_the_collector()
    with database.claiming() as connection:
        lease = leases.announce(connection, POLLING, owner)
    try:
        with kept(database, lambda connection: leases.renew(connection, lease)):
            yield
    finally:
        with database.claiming() as connection:
            leases.forget(connection, lease)


def claim_feeds(
    story: Story, database: Database, *, now: dt.datetime, owner: str, limit: int = FEEDS, everything: bool = False
) -> tuple[DueFeed, ...]:
    """Take feeds that are due and that nobody holds, in the order of the configuration.

    Args:
        story: The configured feeds.
        database: Where they are remembered.
        now: The clock (UTC).
        owner: Who takes them.
        limit: At most this many.
        everything: Take also those that are not due yet.
    """
    with database.reading() as connection:
        times = stored_feeds.feed_times(connection)
    due = {f"feed/{feed.id}": feed for feed in story.feeds if _is_due(remembered(feed, times.get(feed.id)), now, everything)}
    if not due:
        return ()
    with database.claiming() as connection:
        taken = leases.acquire_free(connection, list(due), owner, limit)
        stored = {memory.id: memory for memory in stored_feeds.feed_memories(connection, [due[lease.name].id for lease in taken])}
        claims = [_claimed(due[lease.name], lease, stored) for lease in taken]
        # Another process may have polled some of them between the two looks.
        still = [claim for claim in claims if _is_due(claim.known, now, everything)]
        leases.release_all(connection, [claim.lease for claim in claims if not _is_due(claim.known, now, everything)])
    return tuple(still)


def _claimed(feed: Feed, lease: Lease, stored: Mapping[str, FeedMemory]) -> DueFeed:
    memory = stored.get(feed.id)
    return DueFeed(feed=feed, lease=lease, known=remembered(feed, memory), stored=memory)


def _is_due(memory: FeedMemory, now: dt.datetime, everything: bool) -> bool:
    polled = memory.last_polled_at
    # Where the clock was set back, a feed is not silent until the old time comes round again.
    return is_due(memory, now) or (polled is not None and polled > now) or (everything and polled != now)


def poll_claimed(
    claims: Sequence[DueFeed], settings: Settings, database: Database, *, now: dt.datetime, raise_passing: bool = False
) -> tuple[InputProblem, ...]:
    """Poll feeds and save what they gave, validators only together with the entries they belong to. Gives the feeds back.

    A feed that was taken over meanwhile (this process was silent for too long) is left to the other.

    Args:
        claims: Feeds that this process holds.
        settings: How to fetch.
        database: Where feeds and entries are remembered.
        now: The clock (UTC).
        raise_passing: Keep the feeds, save nothing and raise where all that is wrong may be over in a moment: the caller tries again.

    Raises:
        FetchError: See `raise_passing`.
    """
    known = {claim.feed.id: claim.known for claim in claims}
    owned = {claim.feed.id: claim.lease for claim in claims}
    with kept(database, lambda connection: leases.renew_all(connection, list(owned.values()))):
        results = wait_for(poll_feeds([claim.feed for claim in claims], known, settings, now=now))
    troubled = [result for result in results if result.problem is not None]
    if raise_passing and troubled and all(_is_passing(result) for result in troubled) and len(troubled) == len(results):
        problem = troubled[0].problem
        raise FetchError(problem.what if problem else "", where=troubled[0].feed.url)
    with database.writing() as connection:
        held = leases.held_among(connection, list(owned.values()))
        ours = [result for result in results if owned[result.feed.id] in held]
        # Most polls bring nothing: they are noted together.
        quiet = [result.memory for result in ours if result.unchanged or result.problem is not None]
        stored_feeds.save_feed_memories(connection, quiet, {claim.feed.id: claim.stored for claim in claims if claim.stored is not None})
        for result in ours:
            if not result.unchanged and result.problem is None:
                _remember(connection, result, now)
        leases.release_all(connection, [owned[result.feed.id] for result in ours])
    return tuple(result.problem for result in ours if result.problem is not None)


def poll(
    story: Story,
    settings: Settings,
    database: Database,
    *,
    now: dt.datetime,
    owner: str,
    progress: Callable[[str, int, int], None],
    everything: bool = False,
) -> tuple[InputProblem, ...]:
    """Poll every feed that is due (or all) and remember its new entries."""
    problems: list[InputProblem] = []
    done = 0
    with polling(database, owner):
        while claims := claim_feeds(story, database, now=now, owner=owner, everything=everything or not settings.adaptive):
            problems += poll_claimed(claims, settings, database, now=now)
            done += len(claims)
            progress("feeds", done, len(story.feeds))
    return tuple(problems)


# What may be over in a moment, so that a scheduler may try again at once.
_PASSING = frozenset(("no_connection", "timeout", "name_not_found", "broken_answer", "cut_off"))


def _is_passing(result: PollResult) -> bool:
    code = result.problem.code if result.problem else ""
    return code in _PASSING or code.startswith("http_5")


def _remember(connection: Connection, result: PollResult, now: dt.datetime) -> None:
    fresh = stored_feeds.add_entries(connection, result.entries, now)
    last = result.memory.arrivals[-1] if result.memory.arrivals else None
    dates = [entry.published or entry.updated for entry in result.entries]
    came = [moment for moment in dates if moment is not None and (last is None or moment > last)]
    new = ([moment for moment in came if moment <= now] or [now]) if fresh else []
    stored_feeds.save_feed_memory(connection, after_success(result.memory, now, new=new, max_age=result.max_age))
