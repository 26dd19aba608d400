"""Promises whose date has passed: flagged by the clock, with no article needed."""

import datetime as dt
from collections.abc import Sequence

from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.detect.state import fold_answers
from pipeline.model import Certainty, Claim, StoredClaim
from pipeline.watches import Question

_PROMISES = frozenset((Certainty.ORDERED, Certainty.PLANNED, Certainty.PROMISED, Certainty.EXPECTED))
_ALIKE = frozenset((Relation.SAME, Relation.NARROWED, Relation.WIDENED))
RESERVE = "reserve"


def find_overdue(
    claims: Sequence[StoredClaim], question: Question, now: dt.datetime, *, ended_at: dt.datetime | None
) -> tuple[StoredClaim, ...]:
    """The current promises of a date question that are overdue at `now`.

    A promise is due until the end of its last day, in the zone in which it was written; it is overdue from the grace after
    the beginning of that day, at the earliest on the day after. What was fulfilled, cancelled or suspended is not overdue.
    A date held in reserve is no promise of its own.

    Args:
        claims: The question's stored claims in order of arrival.
        question: Gives the grace (`overdue`).
        now: The clock, UTC.
        ended_at: When the watch's course last came to an end (done, cancelled, suspended), None if it goes on.
    """
    if question.overdue is None:
        return ()
    late = []
    for item in fold_answers(claims, many=question.many):
        claim = item.base.claim
        due = due_day(claim)
        if due is None or claim.certainty not in _PROMISES or claim.episode == RESERVE:
            continue
        if ended_at is not None and ended_at > claim.seen_at:
            continue
        if any(_fulfils(stored, claim, question) for stored in claims):
            continue
        morning = dt.datetime.combine(
            due, dt.time(), tzinfo=claim.answer.when.end.tzinfo if claim.answer.when and claim.answer.when.end else now.tzinfo
        )
        if now >= morning + max(question.overdue, dt.timedelta(days=1)):
            late.append(item.base)
    return tuple(late)


def _fulfils(stored: StoredClaim, promise: Claim, question: Question) -> bool:
    """True if a claim that came after the promise tells that it has been done, on whatever day."""
    done = stored.claim
    if stored.retracted_at is not None or certainty_level(done.certainty) < 3:
        return False
    if done.seen_at <= promise.seen_at or done.episode != promise.episode:
        return False
    if done.background and not _since(done, promise):
        # What looks back tells of the promised thing only if that happened after the promise was made.
        return False
    # Of several promised dates each is kept for itself.
    return not question.many or stored.prior == promise.key or compare_answers(done.answer, promise.answer) in _ALIKE


def _since(done: Claim, promise: Claim) -> bool:
    return done.effective is not None and done.effective.start is not None and done.effective.start.date() >= promise.said_at.date()


def due_day(claim: Claim) -> dt.date | None:
    """The last day of a promised date, local to where it was written; None where no end is known.

    "In the coming weeks" names no end: a vague span that begins on the day of speaking is only as long as the reader took it.
    """
    when = claim.answer.when
    if when is None or when.end is None or claim.answer.bound == "not before":
        return None
    if when.precision == "vague" and when.start is not None and when.start.date() == claim.said_at.astimezone(when.start.tzinfo).date():
        return None
    return when.end.date()
