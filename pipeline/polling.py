"""Due feeds -> their new entries in the line, for any number of processes: each feed is polled by one of them."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.ingest.poll import PollResult, Remembered, poll_feeds
from pipeline.ingest.waiting import wait_for
from pipeline.keeping import kept
from pipeline.model import InputProblem
from pipeline.store import feeds as stored_feeds
from pipeline.store import leases
from pipeline.store.database import Database
from pipeline.store.leases import Lease
from pipeline.watches import Feed, Story

POLLING = "polling"
# How many feeds one process takes at a time.
FEEDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFeed:
    """A feed that this process holds, with the validators of its last good poll."""

    feed: Feed
    lease: Lease
    known: Remembered


@contextmanager
def polling(database: Database, owner: str) -> Iterator[None]:
    """Says for the length of the block that feeds are being polled: what is new may come anywhere in the line, so nobody decides."""
    with database.claiming() as connection:
        lease = leases.announce(connection, POLLING, owner)
    try:
        with kept(database, lambda connection: leases.renew(connection, lease)):
            yield
    finally:
        with database.claiming() as connection:
            leases.forget(connection, lease)


def claim_feeds(story: Story, database: Database, *, now: dt.datetime, owner: str, limit: int = FEEDS) -> tuple[DueFeed, ...]:
    """Take feeds that are due and that nobody holds, in the order of the configuration."""
    feeds = {f"feed/{feed.id}": feed for feed in story.feeds}
    with database.claiming() as connection:
        due = [name for name, feed in feeds.items() if _is_due(connection, feed, now)]
        if not due:
            return ()
        taken = leases.acquire_free(connection, due, owner, limit)
        claims = []
        for lease in taken:
            feed = feeds[lease.name]
            memory = stored_feeds.feed_memory(connection, feed.id)
            if _is_due(connection, feed, now):
                known = Remembered(etag=memory.etag, last_modified=memory.last_modified) if memory else Remembered()
                claims.append(DueFeed(feed=feed, lease=lease, known=known))
            else:
                # Another process polled it between the two looks.
                leases.release(connection, lease)
    return tuple(claims)


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

    def renew(connection: Connection) -> None:
        for lease in owned.values():
            leases.renew(connection, lease)

    with kept(database, renew):
        results = wait_for(poll_feeds([claim.feed for claim in claims], known, settings))
    troubled = [result for result in results if result.problem is not None]
    if raise_passing and troubled and all(_is_passing(result) for result in troubled) and len(troubled) == len(results):
        problem = troubled[0].problem
        raise FetchError(problem.what if problem else "", where=troubled[0].feed.url)
    problems = []
    with database.writing() as connection:
        for result in results:
            lease = owned[result.feed.id]
            if not leases.holds(connection, lease):
                continue
            _remember(connection, result, now)
            leases.release(connection, lease)
            if result.problem is not None:
                problems.append(result.problem)
    return tuple(problems)


def poll(
    story: Story, settings: Settings, database: Database, *, now: dt.datetime, owner: str, progress: Callable[[str, int, int], None]
) -> tuple[InputProblem, ...]:
    """Poll every feed that is due and remember its new entries."""
    problems: list[InputProblem] = []
    done = 0
    with polling(database, owner):
        while claims := claim_feeds(story, database, now=now, owner=owner):
            problems += poll_claimed(claims, settings, database, now=now)
            done += len(claims)
            progress("feeds", done, len(story.feeds))
    return tuple(problems)


def _is_passing(result: PollResult) -> bool:
    what = result.problem.what if result.problem else ""
    return what.startswith(("no connection", "no complete answer", "name not found", "broken answer", "answered 5"))


def _is_due(connection: Connection, feed: Feed, now: dt.datetime) -> bool:
    memory = stored_feeds.feed_memory(connection, feed.id)
    # Unequal, not earlier: where the clock was set back, a feed is not silent until the old time comes round again.
    return memory is None or memory.last_polled_at != now


def _remember(connection: Connection, result: PollResult, now: dt.datetime) -> None:
    old = stored_feeds.feed_memory(connection, result.feed.id)
    new = stored_feeds.add_entries(connection, result.entries, now) if result.entries else 0
    failed = result.problem is not None
    stored_feeds.save_feed_memory(
        connection,
        stored_feeds.FeedMemory(
            id=result.feed.id,
            url=result.feed.url,
            etag=result.etag,
            last_modified=result.last_modified,
            last_polled_at=now,
            last_changed_at=now if new else old.last_changed_at if old else None,
            failures=(old.failures if old else 0) + 1 if failed else 0,
            last_error=result.problem.what if result.problem else "",
        ),
    )
