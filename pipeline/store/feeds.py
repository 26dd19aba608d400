"""What is remembered of feeds and their entries <-> rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.model import Entry
from pipeline.store.codec import from_json, to_json
from pipeline.store.known import portions
from pipeline.store.tables import address_key, entries, feeds, in_utc, plain

# A page that fails this often is given up; its reason has been reported each time.
MAX_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMemory:
    """What the last polls of a feed left: validators for the next request, failures in a row with the last reason."""

    id: str
    url: str
    etag: str = ""
    last_modified: str = ""
    last_polled_at: dt.datetime | None = None
    last_changed_at: dt.datetime | None = None
    failures: int = 0
    last_error: str = ""


def feed_memory(connection: Connection, feed: str) -> FeedMemory | None:
    """What is remembered of a feed, or None."""
    row = connection.execute(select(feeds).where(feeds.c.id == feed)).mappings().first()
    return FeedMemory(**row) if row else None


def all_feed_memories(connection: Connection) -> tuple[FeedMemory, ...]:
    """What is remembered of every feed, by id."""
    return tuple(FeedMemory(**row) for row in connection.execute(select(feeds).order_by(feeds.c.id)).mappings())


def save_feed_memory(connection: Connection, memory: FeedMemory) -> None:
    """Replace what is remembered of a feed."""
    connection.execute(delete(feeds).where(feeds.c.id == memory.id))
    connection.execute(insert(feeds).values({name: getattr(memory, name) for name in FeedMemory.__slots__}))


def add_entries(connection: Connection, new: Sequence[Entry], seen_at: dt.datetime) -> int:
    """Remember entries that were not known (an entry whose `updated` moved counts as new). Returns how many."""
    known = {
        (row.feed, row.url, row.stamp)
        for portion in portions([entry.url for entry in new])
        for row in connection.execute(select(entries.c.feed, entries.c.url, entries.c.stamp).where(entries.c.url.in_(portion)))
    }
    rows = {(plain(entry.feed), address_key(entry.url), entry_stamp(entry)): entry for entry in new}
    fresh = [
        {"feed": feed, "url": url, "stamp": stamp, "seen_at": seen_at, "queued_at": seen_at, "data": to_json(entry)}
        for (feed, url, stamp), entry in rows.items()
        if (feed, url, stamp) not in known
    ]
    if fresh:
        connection.execute(insert(entries), fresh)
    return len(fresh)


def pending_entries(connection: Connection) -> tuple[Entry, ...]:
    """Entries whose article has not been read yet, oldest first."""
    query = (
        select(entries.c.data, entries.c.stamp)
        .where(entries.c.done.is_(False), entries.c.tries < MAX_TRIES)
        .order_by(entries.c.stamp, entries.c.url)
    )
    return tuple(from_json(Entry, row.data) for row in connection.execute(query))


def mark_entry(connection: Connection, entry: Entry, *, done: bool) -> None:
    """Note that an entry's article was read, or that one more try failed."""
    place = (entries.c.feed == entry.feed, entries.c.url == entry.url, entries.c.stamp == entry_stamp(entry))
    connection.execute(update(entries).where(*place).values(done=done, tries=entries.c.tries + 1))


def entry_stamp(entry: Entry) -> str:
    """The part of an entry's key that tells its versions apart: when it was updated or published (UTC), "" if it does not say."""
    moment = entry.updated or entry.published
    return in_utc(moment).isoformat() if moment else ""
