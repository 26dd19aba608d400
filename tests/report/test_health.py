"""How each source is doing, in sentences that an analyst understands."""

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.memory import FeedMemory
from pipeline.report.health import Health, clock, health_problems, source_health, span, times
from pipeline.watches import Feed
from tests.builders import MONDAY

FEED = Feed(id="f", url="https://www.bbc.co.uk/feed.xml", publisher="BBC News")
NOW = dt.datetime(2031, 5, 12, 10, 55, tzinfo=dt.UTC)
WELL = FeedMemory(id="f", url=FEED.url, last_polled_at=NOW, last_good_at=NOW, last_changed_at=MONDAY, next_due_at=NOW.replace(hour=11, minute=40))
FAILING = replace(WELL, failures=3, failing_since=NOW.replace(hour=9, minute=10), last_error="name not found", last_code="name_not_found", last_good_at=NOW - dt.timedelta(days=1))


def health(memory: FeedMemory | None, now: dt.datetime = NOW):
    (found,) = source_health((FEED,), (memory,) if memory else (), now)
    return found


def test_a_failing_source_says_what_since_when_how_often_and_when_it_is_tried_again():
    found = health(FAILING)
    assert found.sentence == "bbc.co.uk: name not found, three times since 09:10; next try 11:40; last read 11 May 10:55"
    assert (found.health, found.needs_attention) == (Health.FAILING, True)


def test_one_failure_has_no_since():
    assert health(replace(FAILING, failures=1)).sentence.startswith("bbc.co.uk: name not found, at 09:10; next try 11:40")


def test_a_source_that_is_well_says_when_it_was_read_and_what_comes():
    found = health(WELL)
    assert found.sentence == "bbc.co.uk: read 10:55, last news 09:00; next poll 11:40"
    assert not found.needs_attention


def test_a_silent_source_is_told_from_a_quiet_one():
    hourly = tuple(NOW - dt.timedelta(hours=40 - number) for number in range(12))
    found = health(replace(WELL, arrivals=hourly))
    assert found.health is Health.SILENT
    assert found.sentence == "bbc.co.uk: silent since 11 May 05:55, though it answers; it is hardly ever silent for longer than 60 minutes"
    assert health(replace(WELL, arrivals=hourly[:5])).health is Health.WELL


def test_gone_moved_odd_and_new_sources_say_so():
    assert "gone for good; it is polled no more" in health(replace(WELL, gone_at=MONDAY, next_due_at=None, failures=2, failing_since=MONDAY)).sentence
    moved = health(replace(WELL, moved_to="https://example.org/new"))
    assert (moved.health, "https://example.org/new" in moved.sentence) == (Health.MOVED, True)
    assert health(replace(WELL, notes=("1 entry has no date that can be read",))).sentence.endswith("; 1 entry has no date that can be read")
    assert health(None).sentence == "bbc.co.uk: not polled yet"


def test_two_feeds_of_one_host_are_told_apart_by_their_ids():
    found = source_health((FEED, replace(FEED, id="g", url="https://bbc.co.uk/other")), (), NOW)
    assert [source.name for source in found] == ["bbc.co.uk (f)", "bbc.co.uk (g)"]


def test_only_what_needs_attention_is_listed_in_the_report():
    problems = health_problems(source_health((FEED, replace(FEED, id="g", url="https://example.org/f")), (FAILING, replace(WELL, id="g")), NOW))
    assert [(problem.where, problem.what.partition(",")[0]) for problem in problems] == [("bbc.co.uk", "name not found")]


@pytest.mark.parametrize(("moment", "words"), [
    (NOW, "10:55"), (NOW - dt.timedelta(days=1), "11 May 10:55"), (NOW - dt.timedelta(days=400), "7 April 2030 10:55"),
    (dt.datetime(2031, 5, 12, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3))), "09:00")])
def test_instants_are_told_in_utc_and_as_short_as_they_can_be(moment: dt.datetime, words: str):
    assert clock(moment, NOW) == words


def test_counts_and_spans_are_told_in_words():
    assert [times(number) for number in (1, 2, 10, 12)] == ["once", "twice", "ten times", "12 times"]
    assert [span(dt.timedelta(minutes=minutes)) for minutes in (0.2, 40, 180, 4320)] == ["1 minute", "40 minutes", "3 hours", "3 days"]
