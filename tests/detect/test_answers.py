import datetime as dt
from dataclasses import replace

import pytest

from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.model import Answer, Certainty
from tests.builders import date_answer, number_answer, state_answer

NO_DATE = Answer(type="date", text="no date given")


@pytest.mark.parametrize(("new", "old", "relation"), [
    (date_answer(16), date_answer(16), Relation.SAME),
    (date_answer(17), date_answer(16), Relation.DIFFERENT),
    (date_answer(16), date_answer(12, 27), Relation.NARROWED),
    (date_answer(12, 27), date_answer(16), Relation.WIDENED),
    (date_answer(16), NO_DATE, Relation.APPEARED),
    (NO_DATE, date_answer(16), Relation.DROPPED),
    (NO_DATE, NO_DATE, Relation.SAME),
    (date_answer(12, 18, "not after"), date_answer(15, 17), Relation.SAME),
])
def test_dates_compare_by_their_days(new: Answer, old: Answer, relation: Relation):
    assert compare_answers(new, old) is relation


def test_two_clock_times_of_one_day_differ():
    one = date_answer(16)
    moment = dt.datetime(2031, 5, 16, 8, 0, tzinfo=dt.UTC)
    exact = replace(one.when, start=moment, end=moment, precision="minute")
    other = replace(exact, start=moment + dt.timedelta(hours=1), end=moment + dt.timedelta(hours=1))
    assert compare_answers(replace(one, when=exact), replace(one, when=other)) is Relation.DIFFERENT
    assert compare_answers(replace(one, when=exact), one) is Relation.SAME


@pytest.mark.parametrize(("new", "old", "relation"), [
    (number_answer(14), number_answer(14), Relation.SAME),
    (number_answer(15), number_answer(14), Relation.DIFFERENT),
    (number_answer(300, bound="about"), number_answer(294), Relation.SAME),
    (number_answer(300, bound="about"), number_answer(250), Relation.DIFFERENT),
    (number_answer(8, 10, "range"), number_answer(10, bound="less than"), Relation.SAME),
    (number_answer(40, bound="at least"), number_answer(14), Relation.DIFFERENT),
    (number_answer(14, unit="house"), number_answer(14, unit="boat"), Relation.UNRELATED),
    (number_answer(0.5, unit="share", bound="about"), number_answer(20, share_of=40), Relation.SAME),
    (number_answer(0.5, unit="share", bound="about"), number_answer(10, share_of=40), Relation.DIFFERENT),
])
def test_exact_numbers_compare_exactly_and_hedged_ones_with_tolerance(new: Answer, old: Answer, relation: Relation):
    assert compare_answers(new, old) is relation


def test_states_and_their_negations_oppose_each_other():
    assert compare_answers(state_answer("begun"), state_answer("begun")) is Relation.SAME
    assert compare_answers(state_answer("not begun"), state_answer("begun")) is Relation.OPPOSITE
    assert compare_answers(state_answer("paused"), state_answer("begun")) is Relation.DIFFERENT


def test_places_left_out_or_added_are_told_apart():
    def places(*items: str) -> Answer:
        return Answer(type="places", text=", ".join(items), value="; ".join(items), items=items)

    assert compare_answers(places("A", "B"), places("A")) is Relation.WIDENED
    assert compare_answers(places("A"), places("A", "B")) is Relation.SAME
    assert compare_answers(places("C"), places("A", "B")) is Relation.DIFFERENT


def test_open_statements_are_the_same_in_other_order_of_words_and_else_unrelated():
    def said(text: str) -> Answer:
        return Answer(type="statement", text=text)

    assert compare_answers(said("The bridge was closed by the mayor on Friday."), said("On Friday the bridge was closed by the mayor.")) is Relation.SAME
    assert compare_answers(said("The bridge was closed by the mayor."), said("Nobody was hurt in the flood.")) is Relation.UNRELATED


def test_every_certainty_has_a_level():
    assert {certainty_level(certainty) for certainty in Certainty} == {0, 1, 2, 3}
    assert certainty_level(Certainty.FACT) > certainty_level(Certainty.PLANNED) > certainty_level(Certainty.POSSIBLE)
