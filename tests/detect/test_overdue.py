"""Promises: kept, moved, lapsed, fulfilled early, vague."""

import datetime as dt

import pytest

from pipeline.detect.overdue import find_overdue
from pipeline.model import Certainty, ChangeKind, Claim
from pipeline.watches import QuestionKind
from tests.builders import MONDAY, date_answer, later, make_claim, make_question, stored

QUESTION = make_question(QuestionKind.DATE, role="end", overdue=dt.timedelta(days=1))


def promise(number: int = 16, last: int | None = None, certainty: Certainty = Certainty.PLANNED, bound: str = "exact") -> Claim:
    return make_claim(answer=date_answer(number, last, bound), certainty=certainty)


def at(number: int) -> dt.datetime:
    return dt.datetime(2031, 5, number, tzinfo=dt.UTC)


@pytest.mark.parametrize(("number", "flagged"), [(15, False), (16, False), (17, True), (25, True)])
def test_a_promise_is_flagged_on_the_day_after_it_was_due(number: int, flagged: bool):
    assert bool(find_overdue([stored(promise())], QUESTION, at(number), ended_at=None)) is flagged


def test_grace_postpones_the_flag():
    patient = make_question(QuestionKind.DATE, role="end", overdue=dt.timedelta(weeks=1))
    assert not find_overdue([stored(promise())], patient, at(20), ended_at=None)
    assert find_overdue([stored(promise())], patient, at(23), ended_at=None)


def test_without_grace_declared_nothing_is_flagged():
    assert find_overdue([stored(promise())], make_question(QuestionKind.DATE), at(25), ended_at=None) == ()


def test_a_span_is_due_at_its_end():
    assert not find_overdue([stored(promise(14, 18))], QUESTION, at(18), ended_at=None)
    assert find_overdue([stored(promise(14, 18))], QUESTION, at(19), ended_at=None)


@pytest.mark.parametrize("certainty", [Certainty.POSSIBLE, Certainty.CONDITIONAL, Certainty.DEMANDED, Certainty.DENIED, Certainty.FACT])
def test_what_nobody_promised_is_not_overdue(certainty: Certainty):
    assert find_overdue([stored(promise(certainty=certainty))], QUESTION, at(25), ended_at=None) == ()


@pytest.mark.parametrize("certainty", [Certainty.ORDERED, Certainty.PLANNED, Certainty.PROMISED, Certainty.EXPECTED])
def test_orders_plans_and_promises_can_be_overdue(certainty: Certainty):
    assert find_overdue([stored(promise(certainty=certainty))], QUESTION, at(25), ended_at=None)


def test_no_earlier_than_a_day_promises_no_day():
    assert find_overdue([stored(promise(bound="not before"))], QUESTION, at(25), ended_at=None) == ()


def test_a_promise_that_was_kept_is_not_overdue():
    first = promise()
    kept = stored(later(first, 4, certainty=Certainty.FACT), ChangeKind.CERTAINTY_CHANGED, prior=first.key)
    assert find_overdue([stored(first), kept], QUESTION, at(25), ended_at=None) == ()


def test_a_promise_fulfilled_early_is_not_overdue():
    first = promise()
    early = stored(later(first, 1, answer=date_answer(13), certainty=Certainty.FACT), ChangeKind.DATE_MOVED, prior=first.key)
    assert find_overdue([stored(first), early], QUESTION, at(25), ended_at=None) == ()


def test_a_moved_promise_is_due_on_its_new_day():
    first = promise()
    moved = stored(later(first, answer=date_answer(22)), ChangeKind.DATE_MOVED, prior=first.key)
    assert not find_overdue([stored(first), moved], QUESTION, at(20), ended_at=None)
    assert find_overdue([stored(first), moved], QUESTION, at(23), ended_at=None)


def test_what_was_cancelled_or_done_since_is_not_overdue():
    assert find_overdue([stored(promise())], QUESTION, at(25), ended_at=MONDAY + dt.timedelta(days=2)) == ()


def test_an_end_before_the_promise_does_not_excuse_it():
    assert find_overdue([stored(promise())], QUESTION, at(25), ended_at=MONDAY - dt.timedelta(days=2))


def test_a_retracted_promise_is_not_overdue():
    assert find_overdue([stored(promise(), retracted_at=MONDAY)], QUESTION, at(25), ended_at=None) == ()


def test_what_ended_later_frees_from_a_promise_and_what_ended_in_the_same_breath_does_not():
    made = promise()
    assert find_overdue([stored(made)], QUESTION, at(25), ended_at=made.seen_at)
    assert find_overdue([stored(made)], QUESTION, at(25), ended_at=made.seen_at + dt.timedelta(hours=1)) == ()
