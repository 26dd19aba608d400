"""Clock times, alone and beside a date."""

import datetime as dt

import pytest

from pipeline.config import load_language
from pipeline.extract.clock_times import find_clocks
from pipeline.extract.dates import DateFinder

TERMS = load_language().calendar
ANCHOR = dt.datetime(2031, 5, 14, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))


@pytest.mark.parametrize(("text", "time", "words"), [
    ("It opens at 8:30 a.m. here.", "08:30", "8:30 a.m."),
    ("It opens at 6 p.m. EST.", "18:00", "6 p.m. EST"),
    ("It opens at 0600 GMT.", "06:00", "0600 GMT"),
    ("It opens at 11.47 pm Bergen time.", "23:47", "11.47 pm Bergen time"),
    ("It opens at 4 in the morning.", "04:00", "4 in the morning"),
    ("It opens at noon.", "12:00", "noon"),
    ("It opens at 14:05.", "14:05", "14:05"),
])
def test_a_clock_time_is_read_with_its_zone(text: str, time: str, words: str):
    (clock,) = find_clocks(text, TERMS.zones)
    assert (f"{clock.time:%H:%M}", text[clock.start : clock.end]) == (time, words)


@pytest.mark.parametrize("text", ["They won 3:2.", "It cost 1400 dollars.", "It is 15 a.m. now.", "The 24:60 mark.", "Gate 0600 is shut."])
def test_scores_and_sums_are_no_clock_times(text: str):
    assert list(find_clocks(text, TERMS.zones)) == []


@pytest.mark.parametrize(("text", "moment"), [
    ("It opens on Friday at 6 a.m. GMT.", "2031-05-16T08:00"),
    ("It opens at 10:40 this evening.", "2031-05-14T22:40"),
    ("It opens tomorrow, Thursday, at 9 a.m. local time.", "2031-05-15T09:00"),
])
def test_a_time_beside_a_date_is_an_instant_in_the_zone_of_the_article(text: str, moment: str):
    (found,) = DateFinder(TERMS).find(text, ANCHOR, lambda _: "future")
    assert f"{found.when.start:%Y-%m-%dT%H:%M}" == moment
    assert found.names_a_day


@pytest.mark.parametrize(("tense", "moment"), [("past", "2031-05-13T23:00"), ("future", "2031-05-14T23:00")])
def test_a_time_without_a_date_leans_on_the_tense_and_names_no_day(tense: str, moment: str):
    (found,) = DateFinder(TERMS).find("That was at 11 p.m.", ANCHOR, lambda _: tense)
    assert f"{found.when.start:%Y-%m-%dT%H:%M}" == moment
    assert not found.names_a_day
