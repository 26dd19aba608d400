"""What is to be sent, written in the transaction that stored its reason <-> rows. Each item has a key that never changes.

At least once: an item is marked as sent after it was sent, so a crash in between sends it again, under the same key.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from pipeline.channels import Channel
from pipeline.model import Change, ChangeKind, StateStatus, digest
from pipeline.store.codec import from_json
from pipeline.store.known import stored_among
from pipeline.store.review_tables import reviews
from pipeline.store.states import latest_state
from pipeline.store.tables import changes, outbox

# A receiver that cannot be reached is tried again after this, then after twice as long, and so on up to the longest.
FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_RETRY = dt.timedelta(hours=6)
_CLOSED = ("accepted", "dismissed")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One change to tell one channel, for the first time (`reminder` 0) or as a reminder."""

    key: str
    channel: str
    change: Change
    reminder: int
    due_at: dt.datetime
    tries: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    """How an outbox stands: items that wait, those of them that failed before, when the oldest was due."""

    waiting: int
    failing: int
    oldest_due: dt.datetime | None


def item_key(change: str, channel: str, reminder: int = 0) -> str:
    """The key of an item: the same for every attempt, on every machine."""
    return digest("outbox/1", change, channel, *([str(reminder)] if reminder else []))


def add_items(connection: Connection, new: Sequence[Change], channels: Sequence[Channel], at: dt.datetime) -> None:
    """Put changes into the outbox of every channel that wants them; in the transaction that stores them.

    Args:
        connection: The transaction.
        new: Changes that were not stored before.
        channels: Who may want them.
        at: When they were found (UTC).
    """
    rows: dict[str, dict[str, object]] = {}
    for channel in channels:
        for change in new:
            if not channel.wants(change):
                continue
            row = _row(channel, change, 0, channel.send_at(at), at)
            rows[str(row["key"])] = row
            if change.kind is ChangeKind.OVERDUE and channel.remind_after:
                _drop_reminders(connection, channel, change)
                first = _row(channel, change, 1, channel.send_at(at + channel.remind_after[0]), at)
                rows[str(first["key"])] = first
    known = stored_among(connection, outbox.c.key, list(rows))
    fresh = [row for key, row in rows.items() if key not in known]
    if fresh:
        connection.execute(insert(outbox), fresh)


def due_items(connection: Connection, channel: str, now: dt.datetime, limit: int) -> tuple[OutboxItem, ...]:
    """What is to be sent to a channel by now, oldest change first, all of a question together."""
    query = (
        select(outbox, changes.c.data.label("change_data"))
        .join(changes, changes.c.id == outbox.c.change)
        .where(outbox.c.channel == channel, outbox.c.state == "waiting", outbox.c.due_at <= now)
        .order_by(changes.c.detected_at, changes.c.sequence, outbox.c.reminder)
        .limit(limit)
    )
    return tuple(
        OutboxItem(
            key=row.key,
            channel=row.channel,
            change=from_json(Change, row.change_data),
            reminder=row.reminder,
            due_at=row.due_at,
            tries=row.tries,
            last_error=row.last_error,
        )
        for row in connection.execute(query)
    )


def is_open(connection: Connection, item: OutboxItem) -> bool:
    """False for a reminder of something that is settled: no longer overdue, or decided on by a reviewer."""
    shelf = connection.execute(select(reviews.c.shelf).where(reviews.c.change == item.change.id)).scalar()
    if shelf in _CLOSED:
        return False
    if not item.reminder:
        return True
    state = latest_state(connection, item.change.watch, item.change.question)
    return state is None or state.status is StateStatus.OVERDUE


def mark_sent(connection: Connection, items: Sequence[OutboxItem], channel: Channel, now: dt.datetime) -> None:
    """Note that items were sent, and put the next reminders of what is overdue into the outbox."""
    _set_state(connection, [item.key for item in items], "sent", now)
    rows = [
        _row(channel, item.change, item.reminder + 1, channel.send_at(now + channel.remind_after[item.reminder]), now)
        for item in items
        if 0 < item.reminder < len(channel.remind_after)
    ]
    known = stored_among(connection, outbox.c.key, [str(row["key"]) for row in rows])
    fresh = [row for row in rows if row["key"] not in known]
    if fresh:
        connection.execute(insert(outbox), fresh)


def drop_items(connection: Connection, keys: Collection[str], now: dt.datetime) -> None:
    """Note that items need not be sent any more."""
    _set_state(connection, keys, "dropped", now)


def mark_failed(connection: Connection, items: Sequence[OutboxItem], reason: str, now: dt.datetime) -> None:
    """Note why items could not be sent; they are due again later. `reason` must hold no secret."""
    for item in items:
        again = now + min(FIRST_RETRY * 2 ** min(item.tries, 12), LONGEST_RETRY)
        values = {"tries": outbox.c.tries + 1, "last_error": reason, "due_at": again}
        connection.execute(update(outbox).where(outbox.c.key == item.key, outbox.c.state == "waiting").values(values))


def count_items(connection: Connection) -> OutboxCounts:
    """How the outbox stands as a whole."""
    waiting = outbox.c.state == "waiting"
    total, oldest = connection.execute(select(func.count(), func.min(outbox.c.due_at)).where(waiting)).one()
    failing = connection.execute(select(func.count()).where(waiting, outbox.c.tries > 0)).scalar_one()
    return OutboxCounts(waiting=total, failing=failing, oldest_due=oldest)


def _row(channel: Channel, change: Change, reminder: int, due_at: dt.datetime, at: dt.datetime) -> dict[str, object]:
    return {
        "key": item_key(change.id, channel.id, reminder),
        "channel": channel.id,
        "change": change.id,
        "watch": change.watch,
        "question": change.question,
        "reminder": reminder,
        "state": "waiting",
        "created_at": at,
        "due_at": due_at,
    }


def _drop_reminders(connection: Connection, channel: Channel, change: Change) -> None:
    """One open item per question: a new promise that is overdue takes the place of the one before."""
    same = (outbox.c.channel == channel.id, outbox.c.watch == change.watch, outbox.c.question == change.question)
    older = (outbox.c.state == "waiting", outbox.c.reminder > 0, outbox.c.change != change.id)
    connection.execute(update(outbox).where(*same, *older).values(state="dropped"))


def _set_state(connection: Connection, keys: Collection[str], state: str, now: dt.datetime) -> None:
    for key in keys:
        connection.execute(update(outbox).where(outbox.c.key == key, outbox.c.state == "waiting").values(state=state, settled_at=now))
