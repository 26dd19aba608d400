"""Where a new change goes: into the inbox, or, if people have dismissed the very same before, beside it.

This is the one place where feedback silences a change. It is stored all the same, with the reason, and the inbox says how many came so.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from pipeline.model import Change, ChangeKind
from pipeline.store.known import portions
from pipeline.store.review_tables import reviews, rulings
from pipeline.store.tables import changes, in_utc
from pipeline.verdicts import BY_RULE, SILENCED_FOR, Shelf, answer_mark, pair_mark


def put_in_inbox(connection: Connection, new: Sequence[Change]) -> None:
    """Give each change that was just stored its row in the review."""
    places = _sequences(connection, [change.id for change in new])
    dismissed = _dismissed_before(connection, new)
    same = _ruled_same(connection, new)
    rows = []
    for change in new:
        reason = same.get(pair_mark(change), "") if change.old and change.new else ""
        before = dismissed.get(answer_mark(change))
        if not reason and before is not None and abs(in_utc(change.detected_at) - before[0]) <= SILENCED_FOR:
            reason = f"the same answer was dismissed before (change {before[1][:12]})"
        # A first answer is reported whoever dismissed what: there is no other change it could repeat.
        silenced = bool(reason) and change.kind is not ChangeKind.NEW
        rows.append(
            to_review_row(change, places[change.id])
            | ({"shelf": Shelf.DISMISSED.value, "reason": reason, "by": BY_RULE, "at": change.detected_at} if silenced else {})
        )
    connection.execute(insert(reviews), [_complete(row) for row in rows])


def without_silenced(connection: Connection, new: Sequence[Change]) -> tuple[Change, ...]:
    """Those of stored changes that did not arrive dismissed: what receivers are to be told of."""
    silenced = {
        found
        for portion in portions([change.id for change in new])
        for found in connection.execute(
            select(reviews.c.change).where(reviews.c.change.in_(portion), reviews.c.shelf == Shelf.DISMISSED.value, reviews.c.by == BY_RULE)
        ).scalars()
    }
    return tuple(change for change in new if change.id not in silenced)


def to_review_row(change: Change, sequence: int) -> dict[str, object]:
    """The columns of the review that a change gives; the others stand at their beginning."""
    return {
        "change": change.id,
        "sequence": sequence,
        "watch": change.watch,
        "question": change.question,
        "kind": change.kind.value,
        "certainty": change.evidence.certainty.value,
        "speaker": change.evidence.speaker,
        "publisher": change.evidence.publisher,
        "detected_at": change.detected_at,
        "answer": answer_mark(change),
        "pair": pair_mark(change),
    }


def _complete(row: dict[str, object]) -> dict[str, object]:
    beginning = {"shelf": Shelf.INBOX.value, "seen": False, "until": None, "version": 0, "reason": "", "by": "", "at": None}
    return beginning | row


def _sequences(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    return {
        row.id: row.sequence
        for portion in portions(ids)
        for row in connection.execute(select(changes.c.id, changes.c.sequence).where(changes.c.id.in_(portion)))
    }


def _dismissed_before(connection: Connection, new: Iterable[Change]) -> dict[str, tuple[dt.datetime, str]]:
    """By answer mark: when a person's dismissed change of it was detected, the newest one, and its id."""
    found: dict[str, tuple[dt.datetime, str]] = {}
    for portion in portions([answer_mark(change) for change in new]):
        query = select(reviews.c.answer, reviews.c.detected_at, reviews.c.change).where(
            reviews.c.answer.in_(portion), reviews.c.shelf == Shelf.DISMISSED.value, reviews.c.by != BY_RULE
        )
        for row in connection.execute(query.order_by(reviews.c.detected_at)):
            found[row.answer] = row.detected_at, row.change
    return found


def _ruled_same(connection: Connection, new: Iterable[Change]) -> dict[str, str]:
    reason = "a reviewer said that these two answers are the same"
    return {
        mark: reason
        for portion in portions([pair_mark(change) for change in new])
        for mark in connection.execute(
            select(rulings.c.mark).where(rulings.c.mark.in_(portion), rulings.c.kind == "same", rulings.c.active.is_(True))
        ).scalars()
    }
