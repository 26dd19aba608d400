"""Quarters, halves, fiscal years and seasons."""

import datetime as dt

import pytest

from pipeline.config import load_language
from pipeline.extract.dates import DateFinder

FINDER = DateFinder(load_language().calendar)
ANCHOR = dt.datetime(2031, 5, 14, 10, 0, tzinfo=dt.UTC)


def read(text: str, tense: str = "past") -> list[tuple[str, str, str]]:
    return [(f"{item.when.start:%Y-%m-%d}", f"{item.when.end:%Y-%m-%d}", item.when.precision) for item in FINDER.find(text, ANCHOR, lambda _: tense)]


@pytest.mark.parametrize(("text", "tense", "first", "last"), [
    ("Sales fell in the first quarter.", "past", "2031-01-01", "2031-03-31"),
    ("Fourth-quarter sales fell.", "past", "2030-10-01", "2030-12-31"),
    ("First-quarter results will be out soon after.", "future", "2031-01-01", "2031-03-31"),
    ("Sales fell in Q3 2029.", "past", "2029-07-01", "2029-09-30"),
    ("Sales fell in the second quarter of last year.", "past", "2030-04-01", "2030-06-30"),
    ("Sales will rise this quarter.", "future", "2031-04-01", "2031-06-30"),
    ("Sales fell in the latest quarter.", "past", "2031-01-01", "2031-03-31"),
    ("Sales fell in the second half of 2030.", "past", "2030-07-01", "2030-12-31"),
    ("Sales fell in fiscal 2029.", "past", "2029-01-01", "2029-12-31"),
    ("It opened last summer.", "past", "2030-06-01", "2030-08-31"),
    ("It will open this fall.", "future", "2031-09-01", "2031-12-01"),
    ("It opened in the winter of 1994.", "past", "1994-12-01", "1995-03-02"),
])
def test_a_period_means_its_days(text: str, tense: str, first: str, last: str):
    assert [(start, end) for start, end, _ in read(text, tense)] == [(first, last)]


def test_results_are_compared_with_the_same_quarter_of_the_year_before():
    found = read("Sales fell in the first quarter, after a rise a year earlier. In the quarter profits fell.")
    assert [(start, precision) for start, _, precision in found] == [("2031-01-01", "quarter"), ("2030-01-01", "quarter"), ("2031-01-01", "quarter")]


@pytest.mark.parametrize("text", ["A quarter of the boats sank.", "They led in the second half.", "The price may fall.", "Water leapt from the spring."])
def test_words_that_only_look_like_periods_are_none(text: str):
    assert [item for item in read(text) if item[2] in ("quarter", "season")] == []
