"""Voices that answer each other, and what comes back: on claims alone."""

from typing import Any

import pytest

from pipeline.detect.changes import decide
from pipeline.detect.silence import Decision
from pipeline.detect.state import fold_answers
from pipeline.model import Answer, Certainty, ChangeKind, Claim, StoredClaim
from pipeline.watches import Question, QuestionKind
from tests.builders import date_answer, day, later, make_claim, make_question, make_voice, number_answer, state_answer, stored

YES_NO = make_question(QuestionKind.YES_NO)
STATUS = make_question(QuestionKind.STATUS, states=("open", "closed"))
COUNT = make_question(QuestionKind.QUANTITY, of=("house",))
DATE = make_question(QuestionKind.DATE, role="deadline")
FIRM, UNION = make_voice("Ada Roe", "Roe Shipping"), make_voice("Kim Holt", "Dock Union")
SPOKESMAN, PAPER = make_voice("Tom Fell", "Roe Shipping"), make_voice("Daily Lamp")
OUTLET = make_voice("Hill Courier", attributed=False)


def step(claim: Claim, *before: Claim | StoredClaim, question: Question) -> Decision:
    history = [item if isinstance(item, StoredClaim) else stored(item) for item in before]
    return decide(claim, history, question, states=())


def says(value: str, **given: Any) -> Claim:
    return make_claim(answer=Answer(type="yes-no", text=value, value=value), sentence=f"The firm paid: {value}.", **given)


def is_(name: str, sentence: str, **given: Any) -> Claim:
    return make_claim(answer=state_answer(name), sentence=sentence, **given)


def counted(low: float, sentence: str = "The flood damaged houses.", **given: Any) -> Claim:
    return make_claim(answer=number_answer(low), sentence=sentence, **given)


def refused(low: float | None, **given: Any) -> Claim:
    answer = Answer(type="quantity", text="denied", unit="house", low=low, high=low)
    return make_claim(answer=answer, certainty=Certainty.DENIED, denial=True, **given)


def test_a_body_that_takes_the_other_sides_answer_has_turned_round():
    denied, claimed = says("no", voice=FIRM), says("yes", voice=PAPER)
    before = (stored(denied), stored(later(claimed, 1), ChangeKind.DISPUTED, prior=denied.key))
    decision = step(later(says("yes", voice=SPOKESMAN), 3), *before, question=YES_NO)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.REVERSED, denied.key)


def test_an_answer_given_before_is_a_dispute_again_when_another_voice_gives_it_against_a_later_denial():
    claimed, denied = says("yes", voice=PAPER), says("no", voice=FIRM)
    before = (stored(claimed), stored(later(denied, 1), ChangeKind.DENIED, prior=claimed.key))
    assert step(later(says("yes", voice=UNION), 3), *before, question=YES_NO).kind is ChangeKind.DISPUTED


def test_who_only_says_again_what_nobody_has_answered_repeats():
    denied, claimed = says("no", voice=FIRM), says("yes", voice=PAPER)
    before = (stored(denied), stored(later(claimed, 1), ChangeKind.DISPUTED, prior=denied.key))
    assert step(later(says("yes", voice=PAPER), 3), *before, question=YES_NO).kind is ChangeKind.REPEAT


def test_a_doubtful_flat_no_to_what_another_voice_has_just_said_is_reported():
    claimed = says("yes", voice=PAPER)
    assert step(later(says("no", voice=FIRM, tentative=True), 1), claimed, question=YES_NO).kind is ChangeKind.DISPUTED


def test_a_doubtful_yes_changes_nothing():
    denied = says("no", voice=FIRM)
    assert step(later(says("yes", voice=PAPER, tentative=True), 1), denied, question=YES_NO).kind is ChangeKind.REPEAT


@pytest.mark.parametrize("sentence", ["The road has been closed again since Friday.", "The road is closed once more."])
def test_a_state_that_has_come_back_is_a_change_although_its_end_was_never_reported(sentence: str):
    closed = is_("closed", "The road is closed.", voice=FIRM)
    assert step(later(is_("closed", sentence, voice=OUTLET), 5), closed, question=STATUS).kind is ChangeKind.STATUS_CHANGED


def test_a_state_that_is_only_said_again_is_a_repeat():
    closed = is_("closed", "The road is closed.", voice=FIRM)
    again = is_("closed", "She again said that the road is closed.", voice=FIRM)
    assert step(later(again, 5), closed, question=STATUS).kind is ChangeKind.REPEAT


def test_a_denied_number_is_a_denial_of_whoever_gave_it():
    first, rumour = counted(3, voice=FIRM), counted(7, voice=PAPER)
    before = (stored(first), stored(later(rumour, 1), ChangeKind.NUMBER_CHANGED, prior=first.key))
    decision = step(later(refused(7, voice=UNION), 2), *before, question=COUNT)
    assert (decision.kind, decision.prior and decision.prior.claim.answer.low) == (ChangeKind.DENIED, 7)


def test_a_number_that_nobody_gave_can_be_denied():
    decision = step(later(refused(140, voice=FIRM), 1), counted(60, voice=FIRM), question=COUNT)
    assert (decision.kind, decision.prior) == (ChangeKind.DENIED, None)


def test_the_same_denial_a_day_later_is_a_repeat():
    rumour = counted(7, voice=PAPER)
    denied = stored(later(refused(7, voice=UNION), 1), ChangeKind.DENIED, prior=rumour.key)
    assert step(later(refused(7, voice=UNION), 2), stored(rumour), denied, question=COUNT).kind is ChangeKind.REPEAT


def test_a_body_goes_on_from_its_own_figure_beside_a_higher_one_of_another_voice():
    nine, forty = counted(9, voice=FIRM), counted(41, voice=UNION)
    before = (stored(nine), stored(later(forty, 1), ChangeKind.DISPUTED, prior=nine.key))
    decision = step(later(counted(13, voice=FIRM), 2), *before, question=COUNT)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.NUMBER_CHANGED, nine.key)


@pytest.mark.parametrize("sentence", [
    "The union counts 103 houses, fifteen more than the firm says.", "Some 103 houses are gone, four times the official count, the union said."])
def test_a_figure_set_against_anothers_is_a_dispute_however_late(sentence: str):
    firm = counted(88, voice=FIRM)
    assert step(later(counted(103, sentence, voice=UNION), 14), firm, question=COUNT).kind is ChangeKind.DISPUTED


def test_a_higher_figure_that_is_set_against_none_is_a_new_count():
    firm = counted(88, voice=FIRM)
    assert step(later(counted(103, voice=UNION), 14), firm, question=COUNT).kind is ChangeKind.NUMBER_CHANGED


def test_a_count_told_as_moved_is_news_although_it_was_the_count_before():
    first, second = counted(15_000, voice=FIRM), counted(14_600, voice=UNION)
    before = (stored(first), stored(later(second, 1), ChangeKind.NUMBER_CHANGED, prior=first.key))
    back = counted(15_000, "New flights have raised it to 15,000.", voice=OUTLET, moved=True)
    assert step(later(back, 2), *before, question=COUNT).kind is ChangeKind.NUMBER_CHANGED


def test_a_dropped_deadline_is_a_moved_date_whoever_tells():
    due = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, effective=day(20), voice=UNION)
    dropped = make_claim(answer=Answer(type="date", text="no date"), certainty=Certainty.UNKNOWN, voice=OUTLET)
    assert step(later(dropped, 1), due, question=DATE).kind is ChangeKind.DATE_MOVED


def test_a_date_long_past_cannot_be_dropped():
    due = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, effective=day(20), voice=UNION)
    dropped = make_claim(answer=Answer(type="date", text="no date"), certainty=Certainty.UNKNOWN, voice=OUTLET)
    assert step(later(dropped, 60), due, question=DATE).kind is ChangeKind.REPEAT


def test_what_has_happened_on_another_day_than_planned_is_a_change_of_certainty():
    event = make_question(QuestionKind.DATE, role="event")
    planned = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, effective=day(20), voice=FIRM)
    happened = make_claim(answer=date_answer(18), certainty=Certainty.FACT, effective=day(18), voice=OUTLET)
    assert step(later(happened, 9), planned, question=event).kind is ChangeKind.CERTAINTY_CHANGED


def test_a_plan_called_off_as_planned_is_moved_whatever_day_was_noted():
    event = make_question(QuestionKind.DATE, role="event")
    planned = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, effective=day(20), voice=FIRM)
    off = make_claim(answer=date_answer(21), certainty=Certainty.DENIED, affirmed=True, effective=day(21), voice=UNION)
    assert step(later(off, 1), planned, question=event).kind is ChangeKind.DATE_MOVED


def test_the_denial_of_a_state_that_is_not_so_leaves_what_stands():
    valid = is_("valid", "The licence is valid.", voice=FIRM)
    denied = is_("not suspended", "She saw no reason to suspend the licence.", voice=UNION, certainty=Certainty.DENIED, denial=True)
    question = make_question(QuestionKind.STATUS, states=("valid", "suspended", "revoked"))
    assert step(later(denied, 1), valid, question=question).kind is ChangeKind.REPEAT


def test_the_same_order_extended_to_a_place_not_named_before_is_a_change_of_scope():
    question = make_question(QuestionKind.STATUS, family="evacuation")
    first = is_("ordered", "The order to leave holds for Pine Ridge.", voice=FIRM)
    wider = is_("ordered", "The order holds for Pine Ridge and was extended at noon to Larkspur.", voice=UNION)
    assert step(later(wider, 1), first, question=question).kind is ChangeKind.SCOPE_CHANGED


def test_the_same_order_said_to_have_been_extended_where_it_was_known_to_hold_is_a_repeat():
    question = make_question(QuestionKind.STATUS, family="evacuation")
    first = is_("ordered", "The order to leave holds for Pine Ridge and Larkspur.", voice=FIRM)
    wider = is_("ordered", "The order was extended to Larkspur.", voice=OUTLET)
    assert step(later(wider, 1), first, question=question).kind is ChangeKind.REPEAT


def test_a_state_that_has_come_back_is_a_change_after_its_opposite_too():
    closed, opened = is_("closed", "The road is closed.", voice=FIRM), is_("open", "The road is open.", voice=FIRM)
    before = (stored(closed), stored(later(opened, 1), ChangeKind.STATUS_CHANGED, prior=closed.key))
    back = is_("closed", "The road was closed once more an hour later.", voice=OUTLET, affirmed=True)
    assert step(later(back, 2), *before, question=STATUS).kind is ChangeKind.STATUS_CHANGED


def test_a_deadline_that_was_kept_is_a_change_of_certainty():
    due = make_claim(answer=date_answer(20), certainty=Certainty.PLANNED, effective=day(20), voice=FIRM)
    kept = make_claim(answer=date_answer(21, bound="not after"), certainty=Certainty.FACT, effective=day(21), voice=OUTLET)
    assert step(later(kept, 9), due, question=DATE).kind is ChangeKind.CERTAINTY_CHANGED


def test_another_cause_named_by_another_voice_is_a_dispute():
    question = make_question(QuestionKind.STATUS, asks="What brought the plane down?", states=("ice", "fire"))
    ice = is_("ice", "Ice brought it down.", voice=FIRM)
    assert step(later(is_("fire", "It was a fire.", voice=UNION), 2), ice, question=question).kind is ChangeKind.DISPUTED


def test_a_date_still_to_come_on_the_day_the_one_before_has_come_is_new():
    kept = make_claim(answer=date_answer(12), certainty=Certainty.FACT, effective=day(12), voice=FIRM)
    final = make_claim(answer=date_answer(30), certainty=Certainty.PLANNED, effective=day(30), voice=OUTLET)
    assert step(final, kept, question=make_question(QuestionKind.DATE, role="event")).kind is ChangeKind.NEW


def test_what_was_only_demanded_and_is_so_now_is_a_change():
    asked = says("no", voice=UNION, certainty=Certainty.DEMANDED)
    assert step(later(says("no", voice=OUTLET), 9), asked, question=YES_NO).kind is ChangeKind.STATUS_CHANGED


def test_a_state_dated_after_all_that_is_known_is_news_however_late_it_is_told():
    closed = is_("closed", "The road is closed.", voice=FIRM)
    told = later(is_("open", "The road was opened on Saturday.", voice=OUTLET, background=True, effective=day(17)), 9)
    assert step(told, closed, question=STATUS).kind is ChangeKind.STATUS_CHANGED


def test_a_state_dated_before_what_is_known_looks_back():
    closed = later(is_("closed", "The road is closed.", voice=FIRM), 6)
    told = later(is_("open", "The road was opened on Tuesday.", voice=OUTLET, background=True, effective=day(13)), 9)
    assert step(told, closed, question=STATUS).kind is ChangeKind.REPEAT


def test_one_of_several_prices_that_is_raised_is_a_changed_number_of_the_same_bidder():
    many = make_question(QuestionKind.QUANTITY, of=("share",), many=True)
    roe, holt = counted(34, "Roe offers 34 a share.", voice=OUTLET), counted(30, "Holt offers 30 a share.", voice=OUTLET, url="https://example.org/b")
    raised = later(counted(36, "Holt has raised it to 36 a share.", voice=OUTLET, moved=True), 2)
    decision = step(raised, roe, holt, question=many)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.NUMBER_CHANGED, holt.key)


def test_a_price_of_another_bidder_stands_beside_the_others():
    many = make_question(QuestionKind.QUANTITY, of=("share",), many=True)
    roe = counted(34, "Roe offers 34 a share.", voice=OUTLET)
    assert step(later(counted(36, "Ines offers 36 a share.", voice=OUTLET), 2), roe, question=many).kind is ChangeKind.NEW


def test_a_doubtful_correction_of_a_number_many_times_as_large_corrects_nothing():
    told = counted(95, "About 95 were aboard.", voice=OUTLET)
    wrong = later(counted(1, "One woman had been counted twice.", voice=OUTLET, correction=True, tentative=True), 2)
    assert step(wrong, told, question=COUNT).kind is ChangeKind.REPEAT


def test_an_outlet_that_corrects_itself_to_what_stands_leaves_the_answer_where_it_rested():
    wrong, right = counted(58, voice=OUTLET), counted(53, voice=FIRM, url="https://example.org/b")
    mended = later(counted(53, voice=OUTLET, correction=True), 3)
    history = (
        stored(wrong),
        stored(later(right, 1), ChangeKind.NUMBER_CHANGED, prior=wrong.key),
        stored(mended, ChangeKind.CORRECTED, prior=wrong.key),
    )
    standing = fold_answers(history)
    assert [(item.base.claim.voice, len(item.support)) for item in standing] == [(FIRM, 1)]


def gives_way(**given: Any) -> Claim:
    return make_claim(answer=Answer(type="quantity", text="gives way"), sentence="The firm accepts the union's count.", **given)


def test_a_voice_that_gives_way_has_turned_from_its_own_last_answer():
    own, other = counted(19, voice=FIRM), counted(21, voice=UNION, url="https://example.org/b")
    before = (stored(own), stored(later(other, 1), ChangeKind.DISPUTED, prior=own.key))
    against = stored(later(counted(23, voice=UNION, url="https://example.org/c"), 2), ChangeKind.NUMBER_CHANGED, prior=own.key)
    decision = step(later(gives_way(voice=SPOKESMAN), 3), *before, against, question=COUNT)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.REVERSED, own.key)


def test_who_gives_way_on_what_it_never_said_changes_nothing():
    other = counted(21, voice=UNION)
    assert step(later(gives_way(voice=FIRM), 3), other, question=COUNT).kind is ChangeKind.REPEAT


def test_what_a_first_look_back_tells_stands_unreported_until_it_changes():
    told = is_("closed", "The road, closed since spring, is long.", voice=OUTLET, background=True)
    decision = step(told, question=STATUS)
    assert (decision.kind, decision.resets) == (ChangeKind.REPEAT, True)
    opened = later(is_("open", "The road was opened.", voice=OUTLET, url="https://example.org/b"), 2)
    assert step(opened, stored(told, ChangeKind.REPEAT, resets=True), question=STATUS).kind is ChangeKind.STATUS_CHANGED


def test_a_rumour_that_was_denied_is_news_when_it_is_so():
    rumour, denial = is_("closed", "Posts said that the road was closed.", voice=PAPER), is_("open", "The road is open.", voice=FIRM)
    narrowed = later(is_("narrowed", "The road will be narrowed.", voice=FIRM, url="https://example.org/b"), 2)
    before = (
        stored(rumour),
        stored(later(denial, 1), ChangeKind.DISPUTED, prior=rumour.key),
        stored(narrowed, ChangeKind.STATUS_CHANGED, prior=denial.key),
    )
    assert step(later(is_("closed", "The road is closed.", voice=OUTLET), 4), *before, question=STATUS).kind is not ChangeKind.REPEAT


def test_what_has_resumed_and_is_under_way_has_not_changed():
    resumed = is_("resumed", "The talks resumed.", voice=OUTLET)
    assert step(later(is_("under way", "He opened the talks.", voice=FIRM), 1), resumed, question=STATUS).kind is ChangeKind.REPEAT


def test_a_smaller_toll_that_no_voice_gives_is_an_old_one():
    dead = make_question(QuestionKind.QUANTITY, of=("people",), role="dead")
    toll = counted(9, "The toll is now nine.", voice=FIRM)
    assert step(later(counted(6, "Six people died.", voice=OUTLET), 5), toll, question=dead).kind is ChangeKind.REPEAT
    lowered = later(counted(8, "The toll was lowered to eight.", voice=OUTLET, moved=True), 5)
    assert step(lowered, toll, question=dead).kind is ChangeKind.NUMBER_CHANGED


def test_a_number_raised_from_one_that_the_sentence_names_goes_on_from_that_one():
    first, other = counted(240, voice=OUTLET), counted(60, voice=UNION, url="https://example.org/b")
    raised = later(counted(310, "The number is raised from 240 to 310.", voice=FIRM, moved=True), 5)
    decision = step(raised, first, stored(later(other, 1), ChangeKind.NUMBER_CHANGED, prior=first.key), question=COUNT)
    assert (decision.kind, decision.prior and decision.prior.claim.key) == (ChangeKind.NUMBER_CHANGED, first.key)


def test_no_cuts_to_come_and_two_thousand_to_come_are_a_dispute():
    none = counted(0, "Not a single house will go.", voice=FIRM, certainty=Certainty.PLANNED)
    many = later(counted(2000, "The union says 2,000 houses will go.", voice=UNION, certainty=Certainty.PLANNED), 2)
    assert step(many, none, question=COUNT).kind is ChangeKind.DISPUTED
    happened = later(counted(2, "Two houses are gone.", voice=UNION), 2)
    assert step(happened, counted(0, "No houses are gone.", voice=FIRM), question=COUNT).kind is ChangeKind.NUMBER_CHANGED


def test_a_first_answer_told_as_going_on_stands_unreported():
    decision = step(is_("closed", "The road remains closed.", voice=OUTLET, affirmed=True), question=STATUS)
    assert (decision.kind, decision.resets) == (ChangeKind.REPEAT, True)


def test_a_figure_that_an_edit_took_back_is_stale_wherever_an_outlet_prints_it():
    gone = stored(counted(38, voice=UNION), retracted_at=later(counted(38), 1).seen_at)
    now = stored(later(counted(52, voice=UNION), 2), ChangeKind.NUMBER_CHANGED)
    stale = later(counted(38, "Thirty-eight houses are gone.", voice=OUTLET, url="https://example.org/c"), 9)
    assert step(stale, gone, now, question=COUNT).kind is ChangeKind.REPEAT
    assert step(later(counted(40, voice=OUTLET, url="https://example.org/c"), 9), gone, now, question=COUNT).kind is ChangeKind.NUMBER_CHANGED
