"""Verdicts -> rows of the log, and where each change stands after them. Every function runs in the caller's transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from pipeline.store.known import portions
from pipeline.store.review_tables import decisions, reviews
from pipeline.verdicts import SHELF_OF, Action, Decision, Shelf, Standing


class StaleError(Exception):
    """Somebody has decided since the page was shown; `standing` is how the change stands now."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(standing.change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be decided, by whom and when (UTC). `until` is for snoozing; `data` is kept with the log."""

    action: Action
    who: str
    at: dt.datetime
    note: str = ""
    until: dt.datetime | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: the batch that undoes it ("" if nothing was to be done), how many it changed, how many were left."""

    batch: str
    changed: int
    left: int = 0


def standing_of(connection: Connection, change: str) -> Standing | None:
    """How a change stands, or None if there is no such change."""
    row = connection.execute(select(reviews).where(reviews.c.change == change)).first()
    return to_standing(row) if row else None


def to_standing(row: Row[Any]) -> Standing:
    """A row of the review as a value."""
    return Standing(
        change=row.change, sequence=row.sequence, shelf=Shelf(row.shelf), seen=row.seen, until=row.until,
        version=row.version, reason=row.reason, by=row.by, at=row.at,
    )  # fmt: skip


def decide(connection: Connection, change: str, version: int, verdict: Verdict, *, anew: bool = False) -> Done:
    """Decide on one change.

    Args:
        connection: A connection that writes.
        change: Its id.
        version: The version on which the verdict rests. The same verdict again is no error.
        verdict: What is decided.
        anew: Log it even if the change lies there already: the verdict does more than move it.

    Raises:
        StaleError: Somebody has decided otherwise since that version.
        KeyError: There is no such change.
    """
    standing = standing_of(connection, change)
    if standing is None:
        raise KeyError(change)
    if verdict.action is not Action.NOTE:
        if _after(standing, verdict) == _state(standing) and not anew:
            return Done(batch="", changed=0)
        if standing.version != version and verdict.action is not Action.SEEN:
            raise StaleError(standing)
    return _write(connection, [standing], verdict)


def decide_many(connection: Connection, seen: Mapping[str, int], verdict: Verdict) -> Done:
    """Decide on several changes as one; those on which somebody has decided since their version are left, and counted."""
    found = [
        to_standing(row)
        for portion in portions(list(seen))
        for row in connection.execute(select(reviews).where(reviews.c.change.in_(portion)))
    ]
    due = [item for item in found if item.version == seen[item.change] and _after(item, verdict) != _state(item)]
    settled = sum(_after(item, verdict) == _state(item) for item in found)
    left = len(seen) - len(due) - settled
    return _write(connection, due, verdict, left=left) if due else Done(batch="", changed=0, left=left)


def log(connection: Connection, verdict: Verdict) -> str:
    """Note something that is about no single change; returns its batch."""
    batch = uuid.uuid4().hex
    connection.execute(insert(decisions), [_row(batch, verdict)])
    return batch


def undo_changes(connection: Connection, batch: str, who: str, at: dt.datetime) -> Done:
    """Put the changes of a batch back to where they stood, as one more batch. What was decided since is left, and counted.

    A batch is taken back once; after that there is nothing to do.
    """
    rows = connection.execute(select(decisions).where(decisions.c.batch == batch)).all()
    if not rows or is_undone(connection, batch):
        return Done(batch="", changed=0)
    own, again = uuid.uuid4().hex, Verdict(action=Action.UNDO, who=who, at=at)
    moved, left, log_rows = [], 0, []
    for row in rows:
        standing = standing_of(connection, row.change) if row.change else None
        if standing is None or row.before is None or row.before == row.after:
            continue
        if standing.version != row.version:
            left += 1
            continue
        before = _moved(standing, row.before)
        moved.append(_values(before, "", who, at))
        log_rows.append(_row(own, again, standing, before) | {"undoes": batch})
    if moved:
        _save(connection, moved)
    if left and not moved:
        return Done(batch="", changed=0, left=left)
    connection.execute(insert(decisions), log_rows or [_row(own, again) | {"undoes": batch}])
    return Done(batch=own, changed=len(moved), left=left)


def is_undone(connection: Connection, batch: str) -> bool:
    """True if a batch was taken back, and that has not been taken back in turn."""
    taking = connection.execute(select(decisions.c.batch).where(decisions.c.undoes == batch).order_by(decisions.c.id.desc())).scalar()
    return taking is not None and not is_undone(connection, taking)


def origin_of(connection: Connection, batch: str) -> tuple[str, bool]:
    """The batch that a chain of undoings began with, and whether to undo this one does that again (True) or takes it back."""
    undoes = connection.execute(select(decisions.c.undoes).where(decisions.c.batch == batch).limit(1)).scalar()
    if undoes is None:
        return batch, False
    origin, again = origin_of(connection, undoes)
    return origin, not again


def last_batch_of(connection: Connection, who: str) -> str:
    """The last batch of a user that stands, is no undoing itself and did more than mark something as seen; "" if there is none."""
    query = select(decisions.c.batch).where(decisions.c.who == who, decisions.c.undoes.is_(None), decisions.c.action != Action.SEEN.value)
    batches = connection.execute(query.order_by(decisions.c.id.desc()).limit(200)).scalars()
    return next((str(batch) for batch in batches if not is_undone(connection, batch)), "")


def history(
    connection: Connection, *, change: str | None = None, batch: str | None = None, before: int | None = None, limit: int = 50
) -> tuple[Decision, ...]:
    """Rows of the log, newest first: of one change, of one batch, or those before a row."""
    query = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
    if change:
        query = query.where(decisions.c.change == change)
    if batch:
        query = query.where(decisions.c.batch == batch)
    if before:
        query = query.where(decisions.c.id < before)
    rows = connection.execute(query).all()
    batches = {row.batch for row in rows}
    undone = {found for found in batches if is_undone(connection, found)}
    return tuple(
        Decision(
            id=row.id, batch=row.batch, at=row.at, who=row.who, action=Action(row.action), change=row.change, note=row.note,
            until=_instant((row.after or {}).get("until")), undone=row.batch in undone, data=row.data or {},
        )
        for row in rows
    )  # fmt: skip


def summary_of(connection: Connection, batch: str) -> tuple[Action, int, str] | None:
    """What a batch did: the action, on how many changes, and its note; None if there is none such."""
    query = select(decisions.c.action, func.count(decisions.c.change), func.min(decisions.c.note)).where(decisions.c.batch == batch)
    row = connection.execute(query.group_by(decisions.c.action)).first()
    return (Action(row[0]), int(row[1]), str(row[2])) if row else None


def _write(connection: Connection, standings: Sequence[Standing], verdict: Verdict, *, left: int = 0) -> Done:
    batch = uuid.uuid4().hex
    if verdict.action is Action.NOTE:
        # A note moves nothing: who decides meanwhile has not missed a verdict.
        connection.execute(insert(decisions), [_row(batch, verdict, item, item) for item in standings])
        return Done(batch=batch, changed=len(standings))
    after = [_moved(item, _after(item, verdict)) for item in standings]
    connection.execute(insert(decisions), [_row(batch, verdict, old, new) for old, new in zip(standings, after, strict=True)])
    _save(connection, [_values(item, verdict.note, verdict.who, verdict.at) for item in after])
    return Done(batch=batch, changed=len(after), left=left)


def _save(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    names = ("shelf", "seen", "until", "version", "reason", "by", "at")
    connection.execute(
        update(reviews).where(reviews.c.change == bindparam("which")).values({name: bindparam(f"new_{name}") for name in names}), rows
    )


def _values(standing: Standing, reason: str, who: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "which": standing.change, "new_shelf": standing.shelf.value, "new_seen": standing.seen, "new_until": standing.until,
        "new_version": standing.version, "new_reason": reason, "new_by": who, "new_at": at,
    }  # fmt: skip


def _state(standing: Standing) -> dict[str, Any]:
    return {
        "shelf": standing.shelf.value, "seen": standing.seen, "until": standing.until.isoformat() if standing.until else None,
    }  # fmt: skip


def _after(standing: Standing, verdict: Verdict) -> dict[str, Any]:
    """The state that a verdict leads to."""
    state = _state(standing)
    if verdict.action in (Action.SEEN, Action.UNSEEN):
        return state | {"seen": verdict.action is Action.SEEN}
    shelf = SHELF_OF.get(verdict.action)
    if shelf is None:
        return state
    until = verdict.until.isoformat() if verdict.until and shelf is Shelf.SNOOZED else None
    return {"shelf": shelf.value, "seen": verdict.action is not Action.REOPEN or standing.seen, "until": until}


def _moved(standing: Standing, state: Mapping[str, Any]) -> Standing:
    return Standing(
        change=standing.change, sequence=standing.sequence, shelf=Shelf(state["shelf"]), seen=state["seen"],
        until=_instant(state["until"]), version=standing.version + 1,
    )  # fmt: skip


def _row(batch: str, verdict: Verdict, before: Standing | None = None, after: Standing | None = None) -> dict[str, Any]:
    return {
        "batch": batch, "at": verdict.at, "who": verdict.who, "action": verdict.action.value, "note": verdict.note,
        "change": after.change if after else None, "version": after.version if after else None,
        "before": _state(before) if before else None, "after": _state(after) if after else None,
        "data": dict(verdict.data) if verdict.data else None, "undoes": None,
    }  # fmt: skip


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
