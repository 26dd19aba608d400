"""Every kind of change with an example for it and one against it, on claims alone."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from pipeline.detect.changes import decide
from pipeline.detect.silence import Decision
from pipeline.detect.state import fold_answers
from pipeline.model import Answer, Certainty, ChangeKind, Claim, StoredClaim
from pipeline.watches import Question, QuestionKind
from tests.builders import MONDAY, date_answer, day, later, make_claim, make_question, make_voice, number_answer, state_answer, stored

PROCESS = ("announced", "ordered", "begun", "under way", "complete", "cancelled")
STATUS = make_question(QuestionKind.STATUS, family="process")
DATE = make_question(QuestionKind.DATE, role="event")
COUNT = make_question(QuestionKind.QUANTITY, of=("house",))
YES_NO = make_question(QuestionKind.YES_NO)
STATEMENT = make_question(QuestionKind.STATEMENT)
BERG, HOLT = make_voice("Anna Berg", "Town Hall"), make_voice("Kim Holt", "Opposition")
OUTLET = make_voice("Hill Courier", attributed=False)


def step(claim: Claim, *before: Claim | StoredClaim, question: Question = STATUS, states: tuple[str, ...] = PROCESS) -> Decision:
    history = [item if isinstance(item, StoredClaim) else stored(item) for item in before]
    return decide(claim, history, question, states=states if question.kind is QuestionKind.STATUS else ())


def dated(number: int, **given: Any) -> Claim:
    return make_claim(answer=date_answer(number), certainty=Certainty.PLANNED, effective=day(number), **given)


def counted(low: float, **given: Any) -> Claim:
    return make_claim(answer=number_answer(low, bound=given.pop("bound", "exact")), **given)


def test_the_first_answer_is_new():
    assert step(make_claim()).kind is ChangeKind.NEW


def test_the_same_answer_by_anybody_is_a_repeat():
    first = make_claim(voice=BERG)
    decision = step(later(first, voice=HOLT), first)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.REPEAT, first.key)


def test_an_ordered_step_that_is_now_happening_is_a_change_of_certainty():
    ordered = make_claim(answer=state_answer("ordered"), certainty=Certainty.ORDERED, voice=BERG)
    assert step(later(ordered, answer=state_answer("begun"), certainty=Certainty.FACT, voice=HOLT), ordered).kind is ChangeKind.CERTAINTY_CHANGED


def test_a_step_from_state_to_state_is_a_change_of_status():
    begun = make_claim(answer=state_answer("begun"), voice=BERG)
    assert step(later(begun, answer=state_answer("complete"), voice=OUTLET), begun).kind is ChangeKind.STATUS_CHANGED


def test_what_could_happen_changes_nothing():
    begun = make_claim(answer=state_answer("begun"), voice=BERG)
    assert step(later(begun, answer=state_answer("cancelled"), certainty=Certainty.POSSIBLE, voice=HOLT), begun).kind is ChangeKind.REPEAT


def test_a_plan_told_again_after_the_start_is_a_recap():
    ordered = make_claim(answer=state_answer("ordered"), certainty=Certainty.ORDERED, voice=BERG)
    begun = stored(later(ordered, answer=state_answer("begun"), certainty=Certainty.FACT), ChangeKind.CERTAINTY_CHANGED, prior=ordered.key)
    assert step(later(ordered, 3, voice=OUTLET), ordered, begun).kind is ChangeKind.REPEAT


def test_background_is_a_repeat_whatever_its_wording():
    begun = make_claim(answer=state_answer("begun"), voice=BERG)
    assert step(later(begun, answer=state_answer("cancelled"), background=True, voice=OUTLET), begun).kind is ChangeKind.REPEAT


def test_the_same_voice_stepping_back_is_a_reversal_and_another_voice_a_dispute():
    done = make_claim(answer=state_answer("complete"), voice=BERG)
    assert step(later(done, answer=state_answer("begun")), done).kind is ChangeKind.REVERSED
    assert step(later(done, answer=state_answer("begun"), voice=HOLT), done).kind is ChangeKind.DISPUTED


def test_after_weeks_another_state_by_another_voice_is_news_and_no_dispute():
    done = make_claim(answer=state_answer("complete"), voice=BERG)
    assert step(later(done, 30, answer=state_answer("begun"), voice=HOLT), done).kind is ChangeKind.STATUS_CHANGED


def test_a_denial_by_another_voice_is_a_denial():
    planned = make_claim(answer=state_answer("announced"), certainty=Certainty.PLANNED, voice=BERG)
    denial = later(planned, answer=state_answer("not announced"), certainty=Certainty.DENIED, voice=HOLT, denial=True)
    decision = step(denial, planned)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.DENIED, planned.key)


def test_a_denial_of_something_never_reported_has_no_prior():
    decision = step(make_claim(answer=state_answer("not begun"), certainty=Certainty.DENIED, denial=True))
    assert (decision.kind, decision.prior) == (ChangeKind.DENIED, None)


def test_a_new_date_is_a_moved_date_and_a_reworded_one_a_repeat():
    first = dated(16, voice=BERG)
    assert step(later(first, answer=date_answer(18), effective=day(18)), first, question=DATE).kind is ChangeKind.DATE_MOVED
    assert step(later(first, voice=HOLT), first, question=DATE).kind is ChangeKind.REPEAT


def test_a_date_where_there_was_none_is_a_moved_date():
    none = make_claim(answer=Answer(type="date", text="no date given"), certainty=Certainty.UNKNOWN, voice=BERG)
    assert step(later(dated(16)), none, question=DATE).kind is ChangeKind.DATE_MOVED


def test_a_planned_date_that_was_met_is_a_change_of_certainty():
    planned = dated(16, voice=BERG)
    assert step(later(planned, 4, certainty=Certainty.FACT), planned, question=DATE).kind is ChangeKind.CERTAINTY_CHANGED


def test_a_doubtful_date_does_not_replace_a_firm_one_that_is_still_ahead():
    firm = dated(28, voice=BERG)
    doubtful = later(firm, answer=date_answer(20), effective=day(20), certainty=Certainty.POSSIBLE, voice=HOLT)
    assert step(doubtful, firm, question=DATE).kind is ChangeKind.REPEAT


def test_a_reserve_date_stands_beside_the_date():
    main = dated(16, voice=BERG)
    assert step(later(main, answer=date_answer(20), episode="reserve"), main, question=DATE).kind is ChangeKind.NEW


def test_a_date_given_up_by_its_own_voice_is_a_reversal():
    planned = dated(16, voice=BERG)
    assert step(later(planned, certainty=Certainty.DENIED), planned, question=DATE).kind is ChangeKind.REVERSED


def test_giving_up_a_date_that_did_not_stand_is_silent():
    planned = dated(16, voice=BERG)
    assert step(later(planned, answer=date_answer(20), certainty=Certainty.DENIED), planned, question=DATE).kind is ChangeKind.REPEAT


def test_a_higher_count_is_an_update_and_a_lower_one_by_another_voice_a_dispute():
    first = counted(14, voice=BERG)
    assert step(later(first, answer=number_answer(20), voice=HOLT), first, question=COUNT).kind is ChangeKind.NUMBER_CHANGED
    assert step(later(first, answer=number_answer(9), voice=HOLT), first, question=COUNT).kind is ChangeKind.DISPUTED


def test_the_same_voice_giving_another_number_in_one_article_is_a_detail():
    first = counted(14, voice=BERG)
    detail = replace(first, answer=number_answer(9), start=60, end=90)
    assert step(detail, first, question=COUNT).kind is ChangeKind.REPEAT


def test_counts_of_other_windows_and_episodes_are_not_compared():
    total = counted(294, voice=BERG, window="total")
    assert step(later(total, answer=number_answer(9), window="period"), total, question=COUNT).kind is ChangeKind.NEW
    assert step(later(total, answer=number_answer(9), episode="second"), total, question=COUNT).kind is ChangeKind.NEW


def test_yes_and_no_by_one_voice_is_a_reversal_and_by_two_a_dispute():
    yes = make_claim(answer=Answer(type="yes-no", text="yes", value="yes"), voice=BERG)
    no = Answer(type="yes-no", text="no", value="no")
    assert step(later(yes, answer=no), yes, question=YES_NO).kind is ChangeKind.REVERSED
    assert step(later(yes, answer=no, voice=HOLT), yes, question=YES_NO).kind is ChangeKind.DISPUTED


def test_a_voice_that_holds_to_its_answer_against_a_rival_disputes_it():
    first = counted(9, voice=BERG)
    rival = later(first, 1, answer=number_answer(14), voice=HOLT)
    again = later(first, 2)
    decision = step(again, first, stored(rival, ChangeKind.NUMBER_CHANGED, prior=first.key), question=COUNT)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.DISPUTED, rival.key)


def test_an_open_correction_is_corrected_once():
    wrong = counted(14, voice=OUTLET)
    right = later(wrong, answer=number_answer(9), correction=True)
    assert step(right, wrong, question=COUNT).kind is ChangeKind.CORRECTED
    more = replace(right, start=60, end=90, answer=number_answer(3))
    assert step(more, wrong, stored(right, ChangeKind.CORRECTED, prior=wrong.key), question=COUNT).kind is ChangeKind.REPEAT


def test_another_open_statement_is_new_and_never_a_change():
    said = make_claim(answer=Answer(type="statement", text="The bridge was built badly."), voice=BERG)
    other = later(said, answer=Answer(type="statement", text="Nobody was hurt in the flood."), voice=HOLT)
    assert step(other, said, question=STATEMENT).kind is ChangeKind.NEW


def test_a_doubtful_match_never_replaces_a_settled_answer():
    begun = make_claim(answer=state_answer("begun"), voice=BERG)
    assert step(later(begun, answer=state_answer("cancelled"), tentative=True, voice=HOLT), begun).kind is ChangeKind.REPEAT


def test_a_late_article_does_not_undo_what_came_after_it():
    begun = make_claim(answer=state_answer("begun"), voice=BERG)
    done = stored(later(begun, 10, answer=state_answer("complete")), ChangeKind.STATUS_CHANGED, prior=begun.key)
    late = later(begun, 11, answer=state_answer("under way"), said_at=MONDAY + dt.timedelta(days=4), voice=HOLT)
    assert step(late, begun, done).kind is ChangeKind.REPEAT


def test_retracted_claims_count_for_nothing():
    gone = stored(make_claim(), retracted_at=MONDAY)
    assert step(later(make_claim()), gone).kind is ChangeKind.NEW


@pytest.mark.parametrize("kind", [STATUS, COUNT, DATE])
def test_every_decision_says_why(kind: Question):
    answers = {QuestionKind.STATUS: state_answer("begun"), QuestionKind.QUANTITY: number_answer(3), QuestionKind.DATE: date_answer(16)}
    claim = make_claim(answer=answers[kind.kind])
    for decision in (step(claim, question=kind), step(later(claim), claim, question=kind)):
        assert decision.why
        assert all(decision.why)
        assert 0 < decision.score <= 1


def test_a_person_who_says_the_opposite_has_turned_whatever_others_said_since():
    no = make_claim(answer=Answer(type="yes-no", text="no", value="no"), voice=BERG)
    yes = later(no, 1, answer=Answer(type="yes-no", text="yes", value="yes"), voice=HOLT)
    turned = later(no, 2, answer=Answer(type="yes-no", text="yes", value="yes"), voice=BERG)
    decision = step(turned, no, stored(yes, ChangeKind.DISPUTED), question=YES_NO)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.REVERSED, no.key)


def test_a_person_who_repeats_has_not_turned():
    no = make_claim(answer=Answer(type="yes-no", text="no", value="no"), voice=BERG)
    assert step(later(no, 2), no, question=YES_NO).kind is ChangeKind.REPEAT


def test_a_part_does_not_lower_a_total_and_a_whole_does():
    total = make_claim(answer=number_answer(9), voice=BERG)
    part = later(total, answer=number_answer(4), part=True)
    assert step(part, total, question=COUNT).kind is ChangeKind.REPEAT
    assert step(later(total, answer=number_answer(4)), total, question=COUNT).kind is ChangeKind.NUMBER_CHANGED


def test_a_movement_contradicts_nobody_and_a_bare_smaller_number_of_another_voice_does():
    first = make_claim(answer=number_answer(11), voice=BERG)
    assert step(later(first, answer=number_answer(9), voice=HOLT, moved=True), first, question=COUNT).kind is ChangeKind.NUMBER_CHANGED
    assert step(later(first, answer=number_answer(9), voice=HOLT), first, question=COUNT).kind is ChangeKind.DISPUTED


def test_a_date_after_one_that_has_come_true_is_another_occasion():
    held = make_claim(answer=date_answer(10), certainty=Certainty.FACT, voice=BERG)
    following = later(held, answer=date_answer(20), certainty=Certainty.PLANNED)
    assert step(following, held, question=DATE).kind is ChangeKind.NEW


def test_a_date_after_one_still_to_come_has_moved():
    planned = make_claim(answer=date_answer(15), certainty=Certainty.PLANNED, voice=BERG)
    assert step(later(planned, answer=date_answer(20)), planned, question=DATE).kind is ChangeKind.DATE_MOVED


def test_what_is_told_in_passing_is_news_only_where_nobody_has_said_it():
    begun = make_claim(answer=state_answer("begun"))
    told = later(begun, 1, answer=state_answer("cancelled"), passing=True)
    assert step(told, begun).kind is ChangeKind.STATUS_CHANGED
    cancelled = later(begun, 1, answer=state_answer("cancelled"))
    renewed = later(begun, 2, answer=state_answer("begun"))
    again = later(begun, 3, answer=state_answer("cancelled"), passing=True)
    assert step(again, begun, stored(cancelled, ChangeKind.STATUS_CHANGED), stored(renewed, ChangeKind.STATUS_CHANGED)).kind is ChangeKind.REPEAT


def test_a_plain_denial_names_the_rival_and_leaves_what_stood():
    planned = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, voice=BERG)
    denial = later(planned, answer=Answer(type="date", text="denied"), certainty=Certainty.DENIED, voice=HOLT, denial=True)
    decision = step(denial, planned, question=DATE)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.DENIED, planned.key)
    standing = fold_answers([stored(planned), stored(denial, ChangeKind.DENIED)])
    assert [item.base.claim.key for item in standing] == [planned.key]


def test_a_doubtful_first_answer_gives_way_to_a_firm_one_without_an_alert():
    doubtful = make_claim(answer=number_answer(3), tentative=True)
    assert step(later(doubtful, answer=number_answer(11), tentative=False), doubtful, question=COUNT).kind is ChangeKind.NEW
