"""Promises whose date has passed: flagged by the clock, with no article needed."""

import datetime as dt
from collections.abc import Sequence

from pipeline.detect.answers import certainty_level
from pipeline.detect.state import fold_answers
from pipeline.model import Certainty, Claim, StoredClaim
from pipeline.watches import Question

_PROMISES = frozenset((Certainty.ORDERED, Certainty.PLANNED, Certainty.PROMISED, Certainty.EXPECTED))


def find_overdue(
    claims: Sequence[StoredClaim], question: Question, now: dt.datetime, *, ended_at: dt.datetime | None
) -> tuple[StoredClaim, ...]:
    """The current promises of a date question that are overdue at `now`.

    A promise is due until the end of its last day, in the zone in which it was written; it is overdue from the grace after
    the beginning of that day, at the earliest on the day after. What was fulfilled, cancelled or suspended is not overdue.

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
        if due is None or claim.certainty not in _PROMISES:
            continue
        if ended_at is not None and ended_at >= claim.seen_at:
            continue
        if any(
            certainty_level(stored.claim.certainty) == 3 and stored.claim.seen_at > claim.seen_at and not stored.claim.background
            for stored in claims
            if stored.retracted_at is None and stored.claim.episode == claim.episode
        ):
            continue
        morning = dt.datetime.combine(
            due, dt.time(), tzinfo=claim.answer.when.end.tzinfo if claim.answer.when and claim.answer.when.end else now.tzinfo
        )
        if now >= morning + max(question.overdue, dt.timedelta(days=1)):
            late.append(item.base)
    return tuple(late)


def due_day(claim: Claim) -> dt.date | None:
    """The last day of a promised date, local to where it was written; None where no end is known."""
    when = claim.answer.when
    if when is None or when.end is None or claim.answer.bound == "not before":
        return None
    return when.end.date()
