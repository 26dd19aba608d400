"""Lists of changes as people work through them: filtered, newest first, page by page from a place, never by counting rows."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, tuple_

from pipeline.model import Change
from pipeline.store.codec import from_json
from pipeline.store.decisions import to_standing
from pipeline.store.review_tables import reviews
from pipeline.store.tables import UtcDateTime, changes
from pipeline.store.words import matching_changes
from pipeline.verdicts import BY_RULE, Reviewed, Shelf

# Counts above this are told as "more than": to count further takes longer than a page may.
COUNTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilter:
    """What a list shows. Empty fields do not filter.

    `state` is inbox (new and seen), new, seen, accepted, dismissed, snoozed, silenced (dismissed by rule) or all; `since` and
    `until` bound the time of detection (UTC, both included); `text` is looked for in both sentences.
    """

    state: str = "inbox"
    watch: str = ""
    question: str = ""
    kinds: tuple[str, ...] = ()
    speaker: str = ""
    publisher: str = ""
    certainty: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    text: str = ""


Place = tuple[dt.datetime, int]


def list_changes(
    connection: Connection, wanted: ChangeFilter, *, limit: int, after: Place | None = None
) -> tuple[tuple[Reviewed, ...], Place | None]:
    """Changes with how they stand, newest first.

    Returns:
        At most `limit` of them, and the place to go on from (None at the end).
    """
    query = _filtered(connection, select(reviews, changes.c.data), wanted)
    query = query.join_from(reviews, changes, changes.c.sequence == reviews.c.sequence)
    if after:
        # The plain comparison lets the index be entered at the place.
        query = query.where(
            reviews.c.detected_at <= after[0],
            or_(reviews.c.detected_at < after[0], and_(reviews.c.detected_at == after[0], reviews.c.sequence < after[1])),
        )
    query = query.order_by(reviews.c.detected_at.desc(), reviews.c.sequence.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    found = tuple(Reviewed(change=from_json(Change, row.data), standing=to_standing(row)) for row in rows[:limit])
    return found, (rows[limit - 1].detected_at, rows[limit - 1].sequence) if len(rows) > limit else None


def count_changes(connection: Connection, wanted: ChangeFilter) -> int:
    """How many changes a list holds, at most COUNTED + 1."""
    inner = _filtered(connection, select(reviews.c.sequence), wanted).limit(COUNTED + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())


def versions_of(connection: Connection, wanted: ChangeFilter, limit: int) -> dict[str, int]:
    """The ids of the changes of a list with their versions, for deciding on all of them; at most `limit`."""
    query = _filtered(connection, select(reviews.c.change, reviews.c.version), wanted).order_by(reviews.c.sequence.desc()).limit(limit)
    return {row.change: row.version for row in connection.execute(query)}


def awakened(connection: Connection, now: dt.datetime, limit: int = 20) -> tuple[Reviewed, ...]:
    """Snoozed changes whose time has come, the longest waiting first."""
    query = (
        select(reviews, changes.c.data)
        .join_from(reviews, changes, changes.c.sequence == reviews.c.sequence)
        .where(reviews.c.shelf == Shelf.SNOOZED.value, reviews.c.until <= now)
        .order_by(reviews.c.until)
        .limit(limit)
    )
    return tuple(Reviewed(change=from_json(Change, row.data), standing=to_standing(row)) for row in connection.execute(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much lies in the inbox of a watch."""

    unseen: int
    seen: int


def waiting_by_watch(connection: Connection) -> dict[str, Waiting]:
    """What lies in the inbox, by watch; watches without any are left out."""
    query = (
        select(reviews.c.watch, reviews.c.seen, func.count())
        .where(reviews.c.shelf == Shelf.INBOX.value)
        .group_by(reviews.c.seen, reviews.c.watch)
    )
    found: dict[str, list[int]] = {}
    for watch, seen, number in connection.execute(query):
        found.setdefault(watch, [0, 0])[int(seen)] += number
    return {watch: Waiting(unseen=unseen, seen=seen) for watch, (unseen, seen) in found.items()}


def get_change(connection: Connection, change: str) -> Reviewed | None:
    """A change by its id, or by the beginning of it if that is of one change only (12 characters or more)."""
    query = select(reviews, changes.c.data).join_from(reviews, changes, changes.c.sequence == reviews.c.sequence)
    if len(change) < 12:
        return None
    end = change[:-1] + chr(ord(change[-1]) + 1)
    rows = connection.execute(query.where(reviews.c.change >= change, reviews.c.change < end).limit(2)).all()
    return Reviewed(change=from_json(Change, rows[0].data), standing=to_standing(rows[0])) if len(rows) == 1 else None


def changes_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Reviewed]:
    """Some changes by their ids; those that are no more are left out. For a page's worth of ids."""
    query = select(reviews, changes.c.data).join_from(reviews, changes, changes.c.sequence == reviews.c.sequence)
    rows = connection.execute(query.where(reviews.c.change.in_(ids)))
    return {row.change: Reviewed(change=from_json(Change, row.data), standing=to_standing(row)) for row in rows}


def neighbours(connection: Connection, reviewed: Reviewed) -> tuple[str | None, str | None]:
    """The ids of the next newer and the next older change in the inbox."""
    at, sequence = reviewed.change.detected_at, reviewed.standing.sequence
    inbox = select(reviews.c.change).where(reviews.c.shelf == Shelf.INBOX.value)
    place = tuple_(reviews.c.detected_at, reviews.c.sequence)
    here = tuple_(_bound(at), _bound(sequence))
    newer = inbox.where(place > here).order_by(reviews.c.detected_at, reviews.c.sequence).limit(1)
    older = inbox.where(place < here).order_by(reviews.c.detected_at.desc(), reviews.c.sequence.desc()).limit(1)
    return connection.execute(newer).scalar(), connection.execute(older).scalar()


def _bound(value: dt.datetime | int) -> ColumnElement[object]:
    return literal(value, UtcDateTime()) if isinstance(value, dt.datetime) else literal(value)


def _filtered(connection: Connection, query: Select[tuple[object, ...]], wanted: ChangeFilter) -> Select[tuple[object, ...]]:
    for condition in (*_states(wanted.state), *_slots(wanted)):
        query = query.where(condition)
    if wanted.text:
        query = query.where(reviews.c.sequence.in_(matching_changes(connection, wanted.text)))
    return query


def _states(state: str) -> tuple[ColumnElement[bool], ...]:
    if state in ("new", "seen"):
        return reviews.c.shelf == Shelf.INBOX.value, reviews.c.seen.is_(state == "seen")
    if state == "silenced":
        return reviews.c.shelf == Shelf.DISMISSED.value, reviews.c.by == BY_RULE
    return (reviews.c.shelf == state,) if state in tuple(Shelf) else ()


def _slots(wanted: ChangeFilter) -> list[ColumnElement[bool]]:
    equal = {
        reviews.c.watch: wanted.watch, reviews.c.question: wanted.question, reviews.c.speaker: wanted.speaker,
        reviews.c.publisher: wanted.publisher, reviews.c.certainty: wanted.certainty,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if wanted.kinds:
        found.append(reviews.c.kind.in_(wanted.kinds))
    if wanted.since:
        found.append(reviews.c.detected_at >= wanted.since)
    if wanted.until:
        found.append(reviews.c.detected_at <= wanted.until)
    return found
