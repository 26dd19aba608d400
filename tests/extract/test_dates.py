import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load_language
from pipeline.extract.dates import DateFinder
from pipeline.extract.narrative import Narrative

# Wednesday, 14 May 2031, 10:00, two hours east of Greenwich
FINDER = DateFinder(load_language().calendar)
ANCHOR = dt.datetime(2031, 5, 14, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def read(text: str, tense: str = "future") -> list[tuple[str, str, str]]:
    return [(text[found.start : found.end], f"{found.when.start:%Y-%m-%d}", f"{found.when.end:%Y-%m-%d}") for found in FINDER.find(text, ANCHOR, lambda _: tense)]


@pytest.mark.parametrize(("text", "tense", "first", "last"), [
    ("The bridge opens on 3 June.", "future", "2031-06-03", "2031-06-03"),
    ("The bridge opened on May 3rd.", "past", "2031-05-03", "2031-05-03"),
    ("It is planned for Friday, Sept. 12, 2031, they say.", "future", "2031-09-12", "2031-09-12"),
    ("The mayor said it on Monday.", "past", "2031-05-12", "2031-05-12"),
    ("It will close on Monday.", "future", "2031-05-19", "2031-05-19"),
    ("It closed on Wednesday.", "past", "2031-05-14", "2031-05-14"),
    ("It closes next Tuesday.", "future", "2031-05-20", "2031-05-20"),
    ("It closed last Friday.", "past", "2031-05-09", "2031-05-09"),
    ("It starts tomorrow.", "future", "2031-05-15", "2031-05-15"),
    ("The day after tomorrow it starts.", "future", "2031-05-16", "2031-05-16"),
    ("It will be done within two or three days.", "future", "2031-05-16", "2031-05-17"),
    ("It will be done within five days.", "future", "2031-05-14", "2031-05-19"),
    ("It will open on Friday the 30th.", "future", "2031-05-30", "2031-05-30"),
    ("It will open by Sunday, the 1st.", "future", "2031-06-01", "2031-06-01"),
    ("It will come in the last week of June.", "future", "2031-06-24", "2031-06-30"),
    ("It is due in the second half of June.", "future", "2031-06-16", "2031-06-30"),
    ("It opens a week from Friday.", "future", "2031-05-23", "2031-05-23"),
    ("It opens a week tomorrow.", "future", "2031-05-22", "2031-05-22"),
    ("It will open two weeks today.", "future", "2031-05-28", "2031-05-28"),
    ("It has lasted two weeks today.", "past", "2031-05-14", "2031-05-14"),
    ("Her office says the thirtieth, and no later.", "future", "2031-05-30", "2031-05-30"),
    ("She hopes to have it out before the month ends.", "future", "2031-05-01", "2031-05-31"),
    ("It will be done by the end of the week.", "future", "2031-05-18", "2031-05-18"),
    ("Work runs from 12 to 27 November.", "future", "2031-11-12", "2031-11-27"),
    ("It reopens in mid-June.", "future", "2031-06-11", "2031-06-21"),
    ("It reopens in early July.", "future", "2031-07-01", "2031-07-10"),
    ("It closed last month.", "past", "2031-04-01", "2031-04-30"),
    ("It closed a week ago.", "past", "2031-05-07", "2031-05-07"),
    ("In the coming days it will close.", "future", "2031-05-14", "2031-05-21"),
    ("The plan for the 23rd is off.", "present", "2031-05-23", "2031-05-23"),
    ("It was built in 1998.", "past", "1998-01-01", "1998-12-31"),
    ("The hearing is on 2031-06-02.", "future", "2031-06-02", "2031-06-02"),
    ("It closed last November.", "past", "2030-11-01", "2030-11-30"),
    ("It opened in February.", "past", "2031-02-01", "2031-02-28"),
    ("It opens in December.", "future", "2031-12-01", "2031-12-31"),
    ("It was built in July 2029.", "past", "2029-07-01", "2029-07-31"),
    ("In June last year it closed.", "past", "2030-06-01", "2030-06-30"),
    ("It ends on the first day of December.", "future", "2031-12-01", "2031-12-01"),
    ("The 1990s were good.", "past", "1990-01-01", "1999-12-31"),
    ("It opened in nineteen ninety-six.", "past", "1996-01-01", "1996-12-31"),
    ("It was built in the 19th century.", "past", "1800-01-01", "1899-12-31"),
    ("It will be over in two weeks.", "future", "2031-05-28", "2031-05-28"),
    ("It will be up on Friday of next week.", "future", "2031-05-23", "2031-05-23"),
    ("It closed on Friday of last week.", "past", "2031-05-09", "2031-05-09"),
    ("A decade ago it closed.", "past", "2021-01-01", "2021-12-31"),
    ("It closed two months ago.", "past", "2031-03-01", "2031-03-31"),
    ("It closes this weekend.", "future", "2031-05-17", "2031-05-18"),
    ("It happened over the weekend.", "past", "2031-05-10", "2031-05-11"),
    ("It will be done by year-end.", "future", "2031-12-31", "2031-12-31"),
    ("It closed earlier this year.", "past", "2031-01-01", "2031-12-31"),
    ("It will be ready tomorrow, Thursday.", "future", "2031-05-15", "2031-05-15"),
    ("Friday's vote is near.", "future", "2031-05-16", "2031-05-16"),
    ("They fear Tuesday's loss will grow.", "future", "2031-05-13", "2031-05-13"),
    ("The strike is in its tenth week, on the 68th day of the dispute.", "present", "2031-05-14", "2031-05-14"),
    ("It closed on Christmas Eve.", "past", "2030-12-24", "2030-12-24"),
    ("They met on Thanksgiving.", "past", "2030-11-28", "2030-11-28"),
])
def test_an_expression_means_the_days_a_reader_takes_it_for(text: str, tense: str, first: str, last: str):
    assert [(start, end) for _, start, end in read(text, tense)] == [(first, last)], read(text, tense)


@pytest.mark.parametrize(("text", "tense"), [
    ("It may rain.", "future"), ("They march in step.", "present"), ("He sat in the sun.", "past"), ("He second-guessed them.", "past"), ("The twelfth man left.", "past"),
    ("It took place within two days.", "past"), ("It is the second date to slip in five days.", "present"), ("It happened on 31 February.", "past"), ("The 3rd brigade left.", "past"),
    ("Some 2000 tourists came.", "past"), ("It cost $1998.", "past"), ("It ran for two years.", "past"), ("Two days earlier than planned it closed.", "past"),
    ("On his first day in office he wept.", "past"), ("Mr. March spoke.", "past"), ("A quarter of the fleet left.", "past"), ("It fell after the fall of the wall.", "past"),
])
def test_words_that_only_look_like_dates_are_none(text: str, tense: str):
    assert read(text, tense) == []


def test_a_clock_time_beside_a_date_makes_it_exact():
    (found,) = FINDER.find("It opens at 8:30 a.m. on Friday.", ANCHOR, lambda _: "future")
    assert found.when.start == dt.datetime(2031, 5, 16, 8, 30, tzinfo=ANCHOR.tzinfo)
    assert found.when.precision == "minute"


@pytest.mark.parametrize(("text", "reference"), [
    ("It is now closed.", "present"), ("It closed recently.", "past"), ("It will close soon.", "future"), ("The current mayor agreed.", "present"),
    ("As soon as it closed, they left.", ""), ("The current was strong.", ""), ("In the past three weeks it rained.", ""),
])
def test_a_word_that_names_no_day_is_told_from_a_date(text: str, reference: str):
    found = FINDER.find(text, ANCHOR, lambda _: "past")
    assert [item.reference for item in found] == ([reference] if reference else [])
    assert not any(item.names_a_day for item in found)


@pytest.mark.parametrize(("text", "days"), [
    ("It burned on 3 May. Two days later it rained.", ["2031-05-03", "2031-05-05"]),
    ("It burned on 3 May, and the next day it rained.", ["2031-05-03", "2031-05-04"]),
    ("It burned on 3 May. That month it rained.", ["2031-05-03", "2031-05-01"]),
    ("A day earlier it burned.", ["2031-05-13"]),
    ("It burned on Friday, down from the previous Friday.", ["2031-05-09", "2031-05-02"]),
])
def test_a_date_may_lean_on_the_one_before_it(text: str, days: list[str]):
    assert [first for _, first, _ in read(text, "past")] == days


def test_a_new_paragraph_leans_on_the_day_of_publication_again():
    narrative = Narrative()
    FINDER.find("It burned on 3 May.", ANCHOR, lambda _: "past", narrative)
    (found,) = FINDER.find("A day earlier it had rained.", ANCHOR, lambda _: "pluperfect", narrative)
    assert f"{found.when.start:%Y-%m-%d}" == "2031-05-13"


@pytest.mark.parametrize("text", ["Ferries sail every Monday.", "Ferries sail daily.", "On Mondays ferries sail."])
def test_what_comes_again_and_again_is_no_date(text: str):
    (found,) = FINDER.find(text, ANCHOR, lambda _: "present")
    assert found.kind == "set"
    assert not found.names_a_day


@given(st.text(max_size=300))
def test_no_text_makes_the_grammar_fail_and_findings_do_not_overlap(text: str):
    found = FINDER.find(text, ANCHOR, lambda _: "past")
    assert all(0 <= item.start < item.end <= len(text) for item in found)
