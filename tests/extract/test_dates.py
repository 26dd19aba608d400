import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.dates import find_dates

# Wednesday, 14 May 2031, 10:00, two hours east of Greenwich
ANCHOR = dt.datetime(2031, 5, 14, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def read(text: str, tense: str = "future") -> list[tuple[str, str, str]]:
    return [(text[found.start : found.end], f"{found.when.start:%Y-%m-%d}", f"{found.when.end:%Y-%m-%d}") for found in find_dates(text, ANCHOR, lambda _: tense)]


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
])
def test_an_expression_means_the_days_a_reader_takes_it_for(text: str, tense: str, first: str, last: str):
    assert [(start, end) for _, start, end in read(text, tense)] == [(first, last)], read(text, tense)


@pytest.mark.parametrize(("text", "tense"), [
    ("It may rain.", "future"), ("They march in step.", "present"), ("He sat in the sun.", "past"), ("He second-guessed them.", "past"),
    ("It took place within two days.", "past"), ("It happened on 31 February.", "past"), ("The 3rd brigade left.", "past"),
])
def test_words_that_only_look_like_dates_are_none(text: str, tense: str):
    assert read(text, tense) == []


def test_a_clock_time_beside_a_date_makes_it_exact():
    (found,) = find_dates("It opens at 8:30 a.m. on Friday.", ANCHOR, lambda _: "future")
    assert found.when.start == dt.datetime(2031, 5, 16, 8, 30, tzinfo=ANCHOR.tzinfo)
    assert found.when.precision == "minute"


@given(st.text(max_size=300))
def test_no_text_makes_the_grammar_fail_and_findings_do_not_overlap(text: str):
    found = find_dates(text, ANCHOR, lambda _: "past")
    assert all(0 <= item.start < item.end <= len(text) for item in found)
