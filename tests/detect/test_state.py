from dataclasses import replace

from pipeline.detect.state import fold_answers, fold_state
from pipeline.model import Answer, Certainty, ChangeKind, StateStatus, StoredClaim
from tests.builders import MONDAY, date_answer, later, make_claim, make_voice, number_answer, stored

BERG, HOLT = make_voice("Anna Berg", "Town Hall"), make_voice("Kim Holt", "Opposition")


def status(*claims: StoredClaim, **given: object) -> StateStatus:
    return fold_state(claims, watch="bridge", question="closing", as_of=MONDAY, after=None, **given).status


def test_a_change_takes_the_place_of_the_answer_before():
    first = make_claim(answer=number_answer(14))
    second = later(first, answer=number_answer(20))
    (only,) = fold_answers([stored(first), stored(second, ChangeKind.NUMBER_CHANGED, prior=first.key)])
    assert only.base.claim == second


def test_a_repeat_adds_its_speaker_to_the_answer_that_it_repeats():
    first = make_claim(voice=BERG)
    (only,) = fold_answers([stored(first), stored(later(first, voice=HOLT), ChangeKind.REPEAT, prior=first.key)])
    assert only.speakers == ("Anna Berg", "Kim Holt")


def test_what_was_passed_over_supports_no_answer():
    first = make_claim(voice=BERG)
    (only,) = fold_answers([stored(first), stored(later(first, voice=HOLT), ChangeKind.REPEAT)])
    assert only.speakers == ("Anna Berg",)


def test_a_dispute_keeps_both_sides_open():
    first = make_claim(answer=number_answer(14), voice=BERG)
    rival = later(first, answer=number_answer(9), voice=HOLT)
    claims = (stored(first), stored(rival, ChangeKind.DISPUTED, prior=first.key))
    assert [item.base.claim.answer.value for item in fold_answers(claims)] == ["14", "9"]
    assert status(*claims) is StateStatus.DISPUTED


def test_when_the_later_answer_is_withdrawn_the_earlier_one_stands_again():
    first = make_claim(answer=number_answer(14))
    second = later(first, answer=number_answer(20))
    (only,) = fold_answers([stored(first), stored(second, ChangeKind.NUMBER_CHANGED, prior=first.key, retracted_at=MONDAY)])
    assert only.base.claim == first


def test_a_new_attempt_resets_the_answer_silently():
    off = make_claim()
    again = later(off)
    (only,) = fold_answers([stored(off), stored(again, ChangeKind.REPEAT, resets=True)])
    assert only.base.claim == again


def test_several_answers_hold_at_once_where_the_question_says_so():
    first = make_claim(answer=date_answer(16))
    second = later(first, answer=date_answer(20))
    assert len(fold_answers([stored(first), stored(second)], many=True)) == 2
    assert len(fold_answers([stored(first), stored(replace(second, episode="reserve"))])) == 2


def test_a_question_without_answer_or_with_the_answer_unknown_is_unknown():
    nothing = make_claim(answer=Answer(type="date", text="no date given"), certainty=Certainty.UNKNOWN)
    assert status() is StateStatus.UNKNOWN
    assert status(stored(nothing)) is StateStatus.UNKNOWN


def test_an_overdue_promise_makes_the_question_overdue():
    promise = make_claim(answer=date_answer(16), certainty=Certainty.PLANNED)
    assert status(stored(promise), overdue=frozenset((promise.key,))) is StateStatus.OVERDUE
    assert status(stored(promise)) is StateStatus.SETTLED
