"""When to ask again: by how often and at what hour a feed brings something, by what went wrong, and by the age of an article."""

import datetime as dt

from pipeline.ingest.pacing import LONGEST, SHORTEST, after_failure, after_success, interval, is_due, retry_at, wants_full_answer
from pipeline.memory import FeedMemory, habit, silent_since
from tests.builders import MONDAY

HOUR = dt.timedelta(hours=1)
NEW = FeedMemory(id="f", url="https://example.org/feed")


def arrivals(every: dt.timedelta, days: float) -> tuple[dt.datetime, ...]:
    count = int(dt.timedelta(days=days) / every)
    return tuple(MONDAY - every * number for number in range(count, 0, -1))


def test_a_feed_that_was_never_polled_is_due_and_then_waits():
    assert is_due(NEW, MONDAY)
    polled = after_success(NEW, MONDAY, new=(MONDAY,))
    assert polled.next_due_at is not None
    assert not is_due(polled, MONDAY)
    assert is_due(polled, polled.next_due_at)
    assert is_due(polled, polled.next_due_at - dt.timedelta(seconds=60)), "a schedule's tick may come a little early"


def test_a_busy_feed_is_asked_often_and_a_quiet_one_rarely_within_bounds():
    busy, hourly = (interval(arrivals(every, 5), MONDAY) for every in (dt.timedelta(minutes=3), HOUR))
    # A feed that brings one entry a day, always at the same hour, is quiet at all others.
    at_its_hour, daily = interval(arrivals(24 * HOUR, 5), MONDAY), interval(arrivals(24 * HOUR, 5), MONDAY + 12 * HOUR)
    assert busy == SHORTEST
    assert dt.timedelta(minutes=20) <= hourly <= dt.timedelta(minutes=45)
    assert hourly < at_its_hour < daily == LONGEST
    assert interval((), MONDAY) == dt.timedelta(minutes=30)


def test_a_feed_is_asked_more_often_at_the_hours_at_which_it_brings_something():
    mornings = tuple(MONDAY.replace(hour=hour, minute=minute) - dt.timedelta(days=day) for day in range(10, 0, -1) for hour in (7, 8, 9) for minute in (10, 40))
    at_nine, at_night = (interval(mornings, MONDAY.replace(hour=hour)) for hour in (9, 21))
    assert at_nine <= dt.timedelta(minutes=30)
    assert at_night == LONGEST >= 3 * at_nine


def test_a_feed_that_has_fallen_silent_is_asked_less_and_less():
    lively = arrivals(dt.timedelta(minutes=10), 3)
    waits = [interval(lively, MONDAY + dt.timedelta(days=days)) for days in (0, 1, 3, 30)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST


def test_what_the_server_calls_fresh_is_left_alone_for_up_to_an_hour():
    busy = FeedMemory(id="f", url="u", arrivals=arrivals(dt.timedelta(minutes=3), 5))
    waits = [after_success(busy, MONDAY, new=(), max_age=seconds).next_due_at - MONDAY for seconds in (0, 1800, 86400)]
    assert waits == [SHORTEST, dt.timedelta(minutes=30), HOUR]


def test_failures_double_the_wait_and_a_success_ends_them():
    memory, waits = NEW, []
    now = MONDAY
    for _ in range(12):
        memory = after_failure(memory, now, code="http_500", reason="answered 500")
        waits.append(memory.next_due_at - now)
        now = memory.next_due_at
    assert waits[:4] == [dt.timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert max(waits) == dt.timedelta(hours=12)
    assert (memory.failures, memory.failing_since) == (12, MONDAY)
    well = after_success(memory, now, new=())
    assert (well.failures, well.failing_since, well.last_error) == (0, None, "")


def test_a_server_that_asks_for_a_wait_gets_it_and_never_a_shorter_one():
    assert after_failure(NEW, MONDAY, code="throttled", reason="r", retry_after=7200).next_due_at == MONDAY + 2 * HOUR
    assert after_failure(NEW, MONDAY, code="throttled", reason="r", retry_after=1).next_due_at == MONDAY + dt.timedelta(minutes=5)
    assert retry_at(0, MONDAY, 7200) == MONDAY + 2 * HOUR


def test_validators_are_left_out_once_a_day():
    memory = FeedMemory(id="f", url="u", last_full_at=MONDAY)
    assert wants_full_answer(NEW, MONDAY)
    assert not wants_full_answer(memory, MONDAY + 23 * HOUR)
    assert wants_full_answer(memory, MONDAY + 24 * HOUR)


def test_a_feed_is_silent_only_by_its_own_habit():
    hourly = FeedMemory(id="f", url="u", arrivals=arrivals(HOUR, 4))
    weekly = FeedMemory(id="g", url="u", arrivals=arrivals(24 * 7 * HOUR, 120))
    assert habit(hourly) == HOUR
    assert silent_since(hourly, MONDAY + 20 * HOUR) is None
    assert silent_since(hourly, MONDAY + 30 * HOUR) == hourly.arrivals[-1]
    assert silent_since(weekly, MONDAY + dt.timedelta(days=8)) is None
    assert silent_since(weekly, MONDAY + dt.timedelta(days=30)) == weekly.arrivals[-1]
    assert silent_since(FeedMemory(id="h", url="u", arrivals=(MONDAY,)), MONDAY + dt.timedelta(days=99)) is None, "too little is known"
