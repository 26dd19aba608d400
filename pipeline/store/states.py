"""Question states <-> rows: one row whenever an article or the clock changed the state of a question."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, bindparam, func, insert, select

from pipeline.model import QuestionState
from pipeline.store.codec import from_json, to_json
from pipeline.store.tables import states

_LATEST = (
    select(states.c.data)
    .where(states.c.watch == bindparam("watch"), states.c.question == bindparam("question"))
    .order_by(states.c.as_of.desc(), states.c.id.desc())
    .limit(1)
)
_SAME = select(states.c.id).where(
    states.c.watch == bindparam("watch"),
    states.c.question == bindparam("question"),
    states.c.as_of == bindparam("as_of"),
    states.c.after == bindparam("after"),
)


def add_states(connection: Connection, new: Sequence[QuestionState]) -> None:
    """Store states in order; a state of the same question, instant and article is stored once."""
    fresh = []
    taken = set()
    for state in new:
        place = {"watch": state.watch, "question": state.question, "as_of": state.as_of, "after": state.after or ""}
        same = tuple(place.values())
        if same not in taken and connection.execute(_SAME, place).first() is None:
            taken.add(same)
            fresh.append({**place, "status": state.status.value, "data": to_json(state)})
    if fresh:
        connection.execute(insert(states), fresh)


def latest_state(connection: Connection, watch: str, question: str) -> QuestionState | None:
    """The last stored state of a question, or None."""
    data = connection.execute(_LATEST, {"watch": watch, "question": question}).scalar()
    return from_json(QuestionState, data) if data is not None else None


def all_states(
    connection: Connection, *, watch: str | None = None, watches: Collection[str] = (), question: str | None = None,
    known_at: dt.datetime | None = None,
) -> tuple[QuestionState, ...]:  # fmt: skip
    """States in order of time; only those of `watch`, `watches` and `question`, only up to the instant `known_at` (UTC)."""
    query = select(states.c.data).order_by(states.c.as_of, states.c.id)
    if watch:
        query = query.where(states.c.watch == watch)
    if watches:
        query = query.where(states.c.watch.in_(list(watches)))
    if question:
        query = query.where(states.c.question == question)
    if known_at:
        query = query.where(states.c.as_of <= known_at)
    return tuple(from_json(QuestionState, data) for data in connection.execute(query).scalars())


def recent_states(connection: Connection, watch: str, question: str, known_at: dt.datetime | None, limit: int) -> tuple[QuestionState, ...]:
    """The last states of a question up to an instant (None: now), in order of time."""
    query = select(states.c.data).where(states.c.watch == watch, states.c.question == question)
    if known_at:
        query = query.where(states.c.as_of <= known_at)
    rows = connection.execute(query.order_by(states.c.as_of.desc(), states.c.id.desc()).limit(limit)).scalars().all()
    return tuple(from_json(QuestionState, data) for data in reversed(rows))


def latest_states(connection: Connection, watches: Sequence[str], known_at: dt.datetime | None) -> dict[tuple[str, str], QuestionState]:
    """How every question of some watches stood by what was known at an instant (None: now), by watch and question."""
    last = select(states.c.watch, states.c.question, func.max(states.c.as_of).label("last")).where(states.c.watch.in_(watches))
    if known_at:
        last = last.where(states.c.as_of <= known_at)
    ends = last.group_by(states.c.watch, states.c.question).subquery()
    place = and_(states.c.watch == ends.c.watch, states.c.question == ends.c.question, states.c.as_of == ends.c.last)
    # Of several at one instant the last one stored counts.
    rows = connection.execute(select(states.c.watch, states.c.question, states.c.data).join(ends, place).order_by(states.c.id))
    return {key: from_json(QuestionState, data) for key, data in {(row.watch, row.question): row.data for row in rows}.items()}


def span_of_states(connection: Connection, watch: str) -> tuple[dt.datetime, dt.datetime] | None:
    """The first and the last instant at which a question of a watch got a state (UTC), or None."""
    questions = connection.execute(select(states.c.question).where(states.c.watch == watch).distinct()).scalars().all()
    span = select(func.min(states.c.as_of), func.max(states.c.as_of)).where(states.c.watch == watch)
    ends = [connection.execute(span.where(states.c.question == one)).one() for one in questions]
    return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None
