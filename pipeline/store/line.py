"""The line of entries that wait to be read and decided, for any number of processes.

Reading (fetch, language model) goes on in parallel and in any order; deciding happens in one order, that of the line:
when an entry came up, then its stamp, address and feed. So the result does not depend on who read what.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, or_, select, update

from pipeline.model import Article, Entry
from pipeline.statements import Reading
from pipeline.store import leases
from pipeline.store.codec import from_json, to_json
from pipeline.store.feeds import MAX_TRIES, entry_key, entry_stamp
from pipeline.store.leases import end_of_lease, is_over
from pipeline.store.tables import entries, readings

# No entry is put back in the line for longer than this.
LONGEST_WAIT = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An entry that one process holds, with its place in the line and the token of the holder."""

    entry: Entry
    queued_at: dt.datetime
    owner: str
    token: int
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry whose article is read and waits to be decided."""

    entry: Entry
    article: Article
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """An entry that is not decided: how often it was tried, when it comes up (UTC), what went wrong last, and if it was given up."""

    entry: Entry
    tries: int
    due_at: dt.datetime
    reason: str
    given_up: bool


def in_line(connection: Connection, limit: int | None = None) -> tuple[InLine, ...]:
    """Everything that is not decided, what was given up too, in the order in which it comes up."""
    query = select(entries).where(entries.c.done.is_(False)).order_by(*_order(connection)).limit(limit)
    return tuple(
        InLine(
            entry=from_json(Entry, row.data),
            tries=row.tries,
            due_at=row.queued_at,
            reason=row.last_error or "",
            given_up=row.tries >= MAX_TRIES,
        )
        for row in connection.execute(query)
    )


def count_waiting(connection: Connection, now: dt.datetime) -> int:
    """How many entries are in the line, held ones and read ones too."""
    return len(connection.execute(select(entries.c.token).where(_in_line(now))).all())


def claim_entries(connection: Connection, owner: str, now: dt.datetime, limit: int) -> tuple[Claimed, ...]:
    """Take the first entries of the line that nobody holds and nobody has read.

    Args:
        connection: A transaction of `Database.claiming`.
        owner: Who takes them.
        now: Entries that came up by then.
        limit: At most this many.
    """
    here = leases.clock(connection)
    unread = ~exists().where(readings.c.feed == entries.c.feed, readings.c.url == entries.c.url, readings.c.stamp == entries.c.stamp)
    free = or_(entries.c.leased_until.is_(None), is_over(entries.c.leased_until, here))
    query = (
        select(entries)
        .where(_in_line(now), free, unread)
        .order_by(*_order(connection))
        .limit(limit)
        .with_for_update(skip_locked=True, of=entries)
    )
    claimed = []
    for row in connection.execute(query).all():
        values = {"leased_by": owner, "leased_until": end_of_lease(here), "token": row.token + 1}
        connection.execute(update(entries).where(*_row_place(row)).values(values))
        entry = from_json(Entry, row.data)
        claimed.append(Claimed(entry=entry, queued_at=row.queued_at, owner=owner, token=row.token + 1, tries=row.tries))
    return tuple(claimed)


def renew_entries(connection: Connection, owner: str) -> None:
    """Hold what this owner holds for longer."""
    until = end_of_lease(leases.clock(connection))
    connection.execute(update(entries).where(entries.c.leased_by == owner, entries.c.done.is_(False)).values(leased_until=until))


def still_held(connection: Connection, claimed: Claimed) -> bool:
    """True while nobody else has taken the entry; to be asked in the transaction that saves."""
    held = select(entries.c.token).where(*_place(claimed.entry), entries.c.token == claimed.token, entries.c.leased_by == claimed.owner)
    return connection.execute(held.where(entries.c.done.is_(False))).first() is not None


def lay_down(connection: Connection, claimed: Claimed, article: Article, reading: Reading) -> None:
    """Put what was read beside the line, until everything before it is decided; the entry is given back."""
    connection.execute(delete(readings).where(*_reading_place(claimed.entry)))
    key = {"feed": claimed.entry.feed, "url": entry_key(claimed.entry), "stamp": entry_stamp(claimed.entry)}
    connection.execute(insert(readings).values(**key, article=to_json(article), data=to_json(reading)))
    _give_back(connection, claimed.entry, {})


def head_of_line(connection: Connection, now: dt.datetime) -> Entry | None:
    """The entry that has to be decided next, read or not."""
    data = connection.execute(select(entries.c.data).where(_in_line(now)).order_by(*_order(connection)).limit(1)).scalar()
    return from_json(Entry, data) if data is not None else None


def reading_of(connection: Connection, entry: Entry) -> Waiting | None:
    """What was read of an entry and waits, or None."""
    row = connection.execute(select(readings).where(*_reading_place(entry))).first()
    if row is None:
        return None
    return Waiting(entry=entry, article=from_json(Article, row.article), reading=from_json(Reading, row.data))


def leave_line(connection: Connection, entry: Entry) -> None:
    """Note that an entry is decided: it leaves the line for good."""
    connection.execute(delete(readings).where(*_reading_place(entry)))
    _give_back(connection, entry, {"done": True, "tries": entries.c.tries + 1})


def step_back(connection: Connection, entry: Entry, again_at: dt.datetime, reason: str = "") -> None:
    """Note that an entry could not be read or decided, and why: it comes up again at that instant, behind those that came before."""
    connection.execute(delete(readings).where(*_reading_place(entry)))
    _give_back(connection, entry, {"tries": entries.c.tries + 1, "queued_at": again_at, "last_error": reason})


def give_back(connection: Connection, claims: Sequence[Claimed]) -> None:
    """Let others read what this process will not."""
    for claimed in claims:
        if still_held(connection, claimed):
            _give_back(connection, claimed.entry, {})


def _give_back(connection: Connection, entry: Entry, values: dict[str, object]) -> None:
    connection.execute(update(entries).where(*_place(entry)).values(**values, leased_by=None, leased_until=None))


def _in_line(now: dt.datetime) -> ColumnElement[bool]:
    # What comes up later than anything can was put there before the clock was set back.
    there = or_(entries.c.queued_at <= now, entries.c.queued_at > now + LONGEST_WAIT)
    return and_(entries.c.done.is_(False), entries.c.tries < MAX_TRIES, there)


def _order(connection: Connection) -> tuple[ColumnElement[object], ...]:
    # Letters in the order of their bytes: PostgreSQL would sort by the customs of the server's country.
    binary = "C" if connection.dialect.name == "postgresql" else "BINARY"
    return (entries.c.queued_at.asc(), *(entries.c[name].collate(binary).asc() for name in ("stamp", "url", "feed")))


def _place(entry: Entry) -> tuple[ColumnElement[bool], ...]:
    return entries.c.feed == entry.feed, entries.c.url == entry_key(entry), entries.c.stamp == entry_stamp(entry)


def _row_place(row: Row[tuple[object, ...]]) -> tuple[ColumnElement[bool], ...]:
    return entries.c.feed == row.feed, entries.c.url == row.url, entries.c.stamp == row.stamp


def _reading_place(entry: Entry) -> tuple[ColumnElement[bool], ...]:
    return readings.c.feed == entry.feed, readings.c.url == entry_key(entry), readings.c.stamp == entry_stamp(entry)
