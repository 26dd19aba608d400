import json

import pytest

from pipeline.cli_history import _turn
from pipeline.model import Answer, Certainty, ChangeKind, StoredClaim
from pipeline.report.rows import json_lines
from pipeline.report.voice_history import Turn, history_rows, render_history, voice_history
from pipeline.watches import QuestionKind
from tests.builders import MONDAY, date_answer, later, make_claim, make_question, make_voice, number_answer, state_answer, stored

HALL = make_voice("Town Hall", "Town Hall")
BERG = make_voice("Anna Berg", "Town Hall")
NAMES = frozenset(("Town Hall",))
FIRST = make_claim(answer=date_answer(16), certainty=Certainty.PLANNED, voice=HALL)


def turns(*claims: StoredClaim, many: bool = False) -> list[Turn]:
    question = make_question(QuestionKind(claims[0].claim.answer.type), many=many)
    (history,) = voice_history(claims, NAMES, {("bridge", "closing"): question}, _turn)
    return [said.turn for said in history.said]


def test_another_date_than_the_last_one_is_marked_and_the_same_one_is_not():
    assert turns(stored(FIRST), stored(later(FIRST)), stored(later(FIRST, 2, answer=date_answer(20)))) == [Turn.NONE, Turn.NONE, Turn.MOVED]


def test_who_denies_what_they_said_has_turned():
    assert turns(stored(FIRST), stored(later(FIRST, certainty=Certainty.DENIED))) == [Turn.NONE, Turn.TURNED]


def test_who_denied_one_date_and_names_another_has_not_turned():
    denied = make_claim(answer=date_answer(16), certainty=Certainty.DENIED, voice=HALL)
    assert turns(stored(denied), stored(later(denied, answer=date_answer(20), certainty=Certainty.PLANNED))) == [Turn.NONE, Turn.NONE]


def test_from_yes_to_no_and_from_a_state_to_its_negation_are_turns():
    yes = make_claim(answer=Answer(type="yes-no", text="yes", value="yes"), voice=HALL)
    no = Answer(type="yes-no", text="no", value="no")
    assert turns(stored(yes), stored(later(yes, answer=no))) == [Turn.NONE, Turn.TURNED]
    on = make_claim(answer=state_answer("on"), voice=HALL)
    assert turns(stored(on), stored(later(on, answer=state_answer("not on"), certainty=Certainty.DENIED))) == [Turn.NONE, Turn.TURNED]


def test_a_turn_is_seen_though_the_answer_is_a_repeat_of_what_another_voice_said():
    assert turns(stored(FIRST), stored(later(FIRST, answer=date_answer(20)), ChangeKind.REPEAT)) == [Turn.NONE, Turn.MOVED]


@pytest.mark.parametrize("given", [{"background": True}, {"tentative": True}, {"certainty": Certainty.POSSIBLE}])
def test_what_looks_back_is_doubtful_or_binds_nobody_is_no_turn_and_no_last_word(given: dict[str, object]):
    loose = later(FIRST, answer=date_answer(20), **given)
    assert turns(stored(FIRST), stored(loose), stored(later(FIRST, 2))) == [Turn.NONE] * 3


def test_a_statement_that_no_longer_stands_is_shown_and_nothing_turns_from_it():
    gone = stored(later(FIRST, answer=date_answer(20)), ChangeKind.DATE_MOVED, retracted_at=MONDAY)
    assert turns(stored(FIRST), gone, stored(later(FIRST, 2))) == [Turn.NONE] * 3


def test_several_numbers_of_one_article_are_details_and_several_dates_at_once_are_no_moves():
    count = make_claim(answer=number_answer(14), voice=HALL)
    detail = make_claim(answer=number_answer(3), voice=HALL, start=60, end=90)
    assert turns(stored(count), stored(detail), stored(later(count))) == [Turn.NONE] * 3
    assert turns(stored(FIRST), stored(later(FIRST, answer=date_answer(20))), many=True) == [Turn.NONE] * 2


def test_a_hedged_number_that_says_the_same_is_no_other_answer():
    count = make_claim(answer=number_answer(294), voice=HALL)
    assert turns(stored(count), stored(later(count, answer=number_answer(300, bound="about")))) == [Turn.NONE] * 2


def test_statements_stand_in_the_order_in_which_they_were_said_whenever_they_came():
    late = later(FIRST, 2, seen_at=MONDAY)
    early = later(FIRST, 1, seen_at=late.seen_at.replace(day=30), answer=date_answer(20))
    (history,) = voice_history([stored(late), stored(early), stored(FIRST)], NAMES, {}, _turn)
    assert [said.stored.claim.said_at.day for said in history.said] == [12, 13, 14]
    assert [said.turn for said in history.said] == [Turn.NONE, Turn.MOVED, Turn.MOVED]


def test_the_words_of_people_are_listed_as_the_institutions_and_marked():
    said = later(FIRST, answer=date_answer(20), voice=BERG)
    histories = voice_history([stored(FIRST), stored(said)], NAMES, {}, _turn)
    text = render_history("Town Hall", histories, {("bridge", "closing"): "When does it close?"}, width=100)
    assert "Town Hall: 2 statements on 1 question; turned never, gave another answer once" in text
    assert "When does it close?  (bridge/closing)" in text
    assert " > 13 May 2031, 09:00 UTC  20 May" in text
    assert "another answer: said 16 May on 12 May 2031, 09:00 UTC, in the words of Town Hall" in text
    assert text.count("(counted as Town Hall)") == 1
    rows = history_rows(histories)
    assert [(row["own"], row["turn"], row["turned_from"]) for row in rows] == [(True, None, None), (False, "moved", FIRST.key)]
    assert len(json_lines(rows).splitlines()) == 2
    assert json.loads(json_lines(rows[:1]))["sentence"] == FIRST.sentence


def test_control_characters_of_a_page_do_not_reach_the_terminal():
    wild = make_claim(sentence="The \x1b[2Jbridge closes.", voice=HALL, answer=Answer(type="statement", text="\x1b[31mcloses", value="closes"))
    assert "\x1b" not in render_history("Town Hall", voice_history([stored(wild)], NAMES, {}, _turn), {}, width=80)
