"""When to ask again: feeds by how often and at what hour they bring something, pages by their age. Pure: `now` is an argument."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace

from pipeline.memory import FeedMemory, PageMemory, is_gone

# A feed that brings something every hour is asked every half hour, but never more, or less, often than this.
SHORTEST = dt.timedelta(minutes=10)
LONGEST = dt.timedelta(hours=6)
# What a feed is thought to bring before anything is known of it.
UNKNOWN = dt.timedelta(minutes=30)
FIRST_RETRY = dt.timedelta(minutes=5)
LONGEST_RETRY = dt.timedelta(hours=12)
# A server that says "gone" once may be mended; one that says it a day later as well means it.
GONE_AFTER = dt.timedelta(days=1)
# Servers that answer "nothing new" for ever exist: once a day they are asked without validators.
FULL_EVERY = dt.timedelta(hours=24)
KEPT_ARRIVALS = 100
_HOURS_AROUND = 1
_PRIOR_DAYS = 2.0
# A schedule's tick comes a little early or late.
SLACK = dt.timedelta(seconds=90)

# Age of an article up to which its page is visited at this distance; older ones are left alone.
VISITS = (
    (dt.timedelta(hours=6), dt.timedelta(hours=1)),
    (dt.timedelta(days=1), dt.timedelta(hours=3)),
    (dt.timedelta(days=3), dt.timedelta(hours=12)),
    (dt.timedelta(days=7), dt.timedelta(days=1)),
    (dt.timedelta(days=30), dt.timedelta(days=7)),
)
# How soon what was seen once (another text, a missing page) is looked at again.
SECOND_LOOK = dt.timedelta(minutes=30)
SECOND_LOOK_MISSING = dt.timedelta(hours=1)


def is_due(memory: FeedMemory, now: dt.datetime) -> bool:
    """True if a feed is to be polled now: it never was, or its time has come. One that is gone for good never is."""
    if memory.next_due_at is None:
        return not is_gone(memory)
    return memory.next_due_at <= now + SLACK


def wants_full_answer(memory: FeedMemory, now: dt.datetime) -> bool:
    """True if validators must not be sent: the last answer with a body is a day old."""
    return memory.last_full_at is None or now - memory.last_full_at >= FULL_EVERY


def interval(arrivals: Sequence[dt.datetime], now: dt.datetime) -> dt.timedelta:
    """How long to wait before the next poll: half of the time in which one arrival is expected at this hour of the day.

    Args:
        arrivals: When something new came lately, oldest first.
        now: The clock (UTC).
    """
    recent = [moment for moment in arrivals if moment <= now]
    if len(recent) < 3:
        # Nothing is known, or nothing comes: the wait grows with the silence.
        silent = now - recent[-1] if recent else UNKNOWN * 2
        return min(max(silent / 4, UNKNOWN), LONGEST)
    days = max((now - recent[0]) / dt.timedelta(days=1), 0.5)
    overall = len(recent) / (days * 24)
    width = 2 * _HOURS_AROUND + 1
    here = sum(1 for moment in recent if _hours_apart(moment, now) <= width / 2)
    # The rate at this hour, drawn towards the overall rate as long as only few days are known.
    rate = (here + overall * width * _PRIOR_DAYS) / (width * (days + _PRIOR_DAYS))
    expected = dt.timedelta(hours=1 / rate) if rate > 0 else LONGEST
    # A feed that has been silent for longer than its nights are is not asked as if it had not.
    usual = max(later - earlier for earlier, later in itertools.pairwise(recent))
    return min(max(expected / 2, SHORTEST, (now - recent[-1] - usual) / 24), LONGEST)


def _hours_apart(one: dt.datetime, other: dt.datetime) -> float:
    apart = abs((one.astimezone(dt.UTC) - other.astimezone(dt.UTC)).total_seconds()) / 3600 % 24
    return min(apart, 24 - apart)


def after_success(memory: FeedMemory, now: dt.datetime, *, new: Sequence[dt.datetime], max_age: float = 0.0) -> FeedMemory:
    """The memory after an answer that could be used.

    Args:
        memory: What was remembered.
        now: The clock (UTC).
        new: When each new entry came: its own date where it has one, else `now`.
        max_age: Seconds for which the server calls its answer fresh; honoured up to an hour.
    """
    arrivals = memory.arrivals
    if new:
        arrivals = tuple(sorted((*arrivals, *(min(moment, now) for moment in new)))[-KEPT_ARRIVALS:])
    wait = max(interval(arrivals, now), min(dt.timedelta(seconds=max_age), dt.timedelta(hours=1)))
    return replace(
        memory,
        last_polled_at=now,
        last_good_at=now,
        last_changed_at=now if new else memory.last_changed_at,
        next_due_at=now + wait,
        interval_s=int(wait.total_seconds()),
        failures=0,
        failing_since=None,
        last_code="",
        last_error="",
        gone_at=None,
        arrivals=arrivals,
    )


def after_failure(memory: FeedMemory, now: dt.datetime, *, code: str, reason: str, retry_after: float | None = None) -> FeedMemory:
    """The memory after an answer that could not be used: the wait doubles with each failure, and is never shorter than asked for."""
    wait = min(FIRST_RETRY * 2 ** min(memory.failures, 10), LONGEST_RETRY)
    if retry_after:
        wait = max(wait, dt.timedelta(seconds=retry_after))
    gone_at = (memory.gone_at or now) if code == "gone" else None
    due: dt.datetime | None = now + wait
    if gone_at is not None:
        due = None if now - gone_at >= GONE_AFTER else now + GONE_AFTER
    return replace(
        memory,
        last_polled_at=now,
        next_due_at=due,
        interval_s=int(wait.total_seconds()),
        failures=memory.failures + 1,
        failing_since=memory.failing_since or now,
        last_code=code,
        last_error=reason,
        gone_at=gone_at,
    )


def next_visit(memory: PageMemory, now: dt.datetime) -> dt.datetime | None:
    """When the page of an article is visited next, by its age; None when it is old enough to be left alone."""
    age = now - memory.published
    return next((now + distance for limit, distance in VISITS if age < limit), None)


def retry_at(tries: int, now: dt.datetime, retry_after: float | None = None) -> dt.datetime:
    """When an article's page is tried again after it failed `tries` times before (0 for the first failure)."""
    wait: dt.timedelta = min(FIRST_RETRY * 3 ** min(tries, 6), LONGEST_RETRY)
    return now + max(wait, dt.timedelta(seconds=retry_after or 0))
