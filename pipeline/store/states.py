"""Question states <-> rows: one row whenever an article or the clock changed the state of a question."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select

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
    connection: Connection, *, watch: str | None = None, question: str | None = None, known_at: dt.datetime | None = None
) -> tuple[QuestionState, ...]:
    """States in order of time; only those of `watch` and `question`, only up to the instant `known_at` (UTC)."""
    query = select(states.c.data).order_by(states.c.as_of, states.c.id)
    if watch:
        query = query.where(states.c.watch == watch)
    if question:
        query = query.where(states.c.question == question)
    if known_at:
        query = query.where(states.c.as_of <= known_at)
    return tuple(from_json(QuestionState, data) for data in connection.execute(query).scalars())
