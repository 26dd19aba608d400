"""What is remembered of feeds and their entries <-> rows."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from pipeline.memory import FeedMemory
from pipeline.model import Entry, digest
from pipeline.store.codec import to_json
from pipeline.store.known import portions, stored_among
from pipeline.store.tables import address_key, entries, feeds, in_utc, plain, readings

__all__ = [
    "MAX_TRIES",
    "FeedMemory",
    "add_entries",
    "all_feed_memories",
    "entry_key",
    "entry_stamp",
    "feed_memories",
    "feed_times",
    "save_feed_memories",
    "save_feed_memory",
]

# A page that fails this often is given up; its reason has been reported each time.
MAX_TRIES = 5
# Feeds that stamp every entry with the time of asking exist; where only the stamp moves, its word is taken this seldom.
RESTLESS = dt.timedelta(hours=1)

_COLUMNS = tuple(feeds.c[name] for name in FeedMemory.__slots__)
# What every poll changes, even one without news; and the rest, to be compared.
_TIMES = ("last_polled_at", "last_good_at", "next_due_at", "interval_s")
_LASTING = attrgetter(*(name for name in FeedMemory.__slots__ if name not in _TIMES))


def feed_memories(connection: Connection, ids: Sequence[str]) -> tuple[FeedMemory, ...]:
    """What is remembered of some feeds."""
    return tuple(
        _to_memory(row) for portion in portions(ids) for row in connection.execute(select(*_COLUMNS).where(feeds.c.id.in_(portion)))
    )


def all_feed_memories(connection: Connection) -> tuple[FeedMemory, ...]:
    """What is remembered of every feed, by id."""
    return tuple(_to_memory(row) for row in connection.execute(select(*_COLUMNS).order_by(feeds.c.id)))


def feed_times(connection: Connection) -> dict[str, FeedMemory]:
    """Of every feed only what says whether it is due: address, last and next poll, and whether it is gone. By id."""
    query = select(feeds.c.id, feeds.c.url, feeds.c.last_polled_at, feeds.c.next_due_at, feeds.c.gone_at)
    return {
        feed: FeedMemory(id=feed, url=url, last_polled_at=polled, next_due_at=due, gone_at=gone)
        for feed, url, polled, due, gone in connection.execute(query)
    }


def save_feed_memory(connection: Connection, memory: FeedMemory) -> None:
    """Replace what is remembered of a feed."""
    save_feed_memories(connection, (memory,))


def save_feed_memories(
    connection: Connection, memories: Sequence[FeedMemory], stored: Mapping[str, FeedMemory] = MappingProxyType({})
) -> None:
    """Replace what is remembered of some feeds, in a few statements however many they are.

    Args:
        connection: An open connection that writes.
        memories: What is to be remembered.
        stored: What is stored of some of them, by id: where only times of polls differ, only they are written.
    """
    moved = [memory for memory in memories if memory.id in stored and _LASTING(memory) == _LASTING(stored[memory.id])]
    times = frozenset(memory.id for memory in moved)
    rest = [memory for memory in memories if memory.id not in times]
    known = stored_among(connection, feeds.c.id, [memory.id for memory in rest]) if rest else frozenset()
    old = [memory for memory in rest if plain(memory.id) in known]
    new = [_memory_row(memory) for memory in rest if plain(memory.id) not in known]
    _update(connection, [{name: getattr(memory, name) for name in ("id", *_TIMES)} for memory in moved])
    _update(connection, [_memory_row(memory) for memory in old])
    if new:
        connection.execute(insert(feeds), new)


def _update(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
        given = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        connection.execute(update(feeds).where(feeds.c.id == bindparam("new_id")).values(values), given)


def add_entries(connection: Connection, new: Sequence[Entry], seen_at: dt.datetime) -> int:
    """Remember entries that were not known; returns how many were to be read.

    An entry whose stamp (`updated`, else `published`) moved is read again, in the place of the one that was known; where its words
    are the same, at most once an hour, since some feeds stamp everything anew whenever they are asked.
    """
    known: dict[tuple[str, str], list[Any]] = {}
    columns = (entries.c.feed, entries.c.url, entries.c.stamp, entries.c.digest, entries.c.seen_at)
    # The key begins with the feed: without it each poll with news would read all entries that ever came.
    names = sorted({entry.feed for entry in new})
    for portion in portions([entry_key(entry) for entry in new]):
        for old in connection.execute(select(*columns).where(entries.c.feed.in_(names), entries.c.url.in_(portion))):
            known.setdefault((old.feed, old.url), []).append(old)
    newest: dict[tuple[str, str], Entry] = {}
    for entry in new:
        place = (plain(entry.feed), address_key(entry_key(entry)))
        if place not in newest or entry_stamp(entry) > entry_stamp(newest[place]):
            newest[place] = entry
    fresh: dict[tuple[str, str], dict[str, object]] = {}
    for place, entry in newest.items():
        row = _entry_row(entry, place, seen_at)
        if not any(_same(old, row, seen_at) for old in known.get(place, ())):
            fresh[place] = row
    stale = [place for place in fresh if place in known]
    for feed in {feed for feed, _ in stale}:
        for portion in portions([url for name, url in stale if name == feed]):
            for table in (readings, entries):
                connection.execute(delete(table).where(table.c.feed == feed, table.c.url.in_(portion)))
    if fresh:
        connection.execute(insert(entries), list(fresh.values()))
    return len(fresh)


def entry_key(entry: Entry) -> str:
    """The part of an entry's key that tells it from the feed's other entries."""
    return entry.key or entry.url


def entry_stamp(entry: Entry) -> str:
    """The part of an entry's key that tells its versions apart: when it was updated or published (UTC), "" if it does not say."""
    moment = entry.updated or entry.published
    return in_utc(moment).isoformat() if moment else ""


def _same(old: Any, row: Mapping[str, object], seen_at: dt.datetime) -> bool:
    if old.stamp == row["stamp"]:
        return True
    return bool(old.digest == row["digest"] and seen_at - old.seen_at < RESTLESS)


def _entry_row(entry: Entry, place: tuple[str, str], seen_at: dt.datetime) -> dict[str, object]:
    words = digest(entry.title, entry.summary, entry.content)
    feed, url = place
    return {
        "feed": feed,
        "url": url,
        "stamp": entry_stamp(entry),
        "seen_at": seen_at,
        "queued_at": seen_at,
        "data": to_json(entry),
        "digest": words,
    }


def _memory_row(memory: FeedMemory) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(memory, name) for name in FeedMemory.__slots__}
    return row | {"arrivals": [moment.isoformat() for moment in memory.arrivals], "notes": list(memory.notes)}


def _to_memory(row: Row[tuple[Any, ...]]) -> FeedMemory:
    given = dict(zip(FeedMemory.__slots__, row, strict=True))
    given["arrivals"] = _instants(given["arrivals"])
    given["notes"] = tuple(given["notes"])
    return FeedMemory(**given)


def _instants(texts: Iterable[str]) -> tuple[dt.datetime, ...]:
    return tuple(dt.datetime.fromisoformat(text) for text in texts)
