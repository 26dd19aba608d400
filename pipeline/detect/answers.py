"""Two answers to one question: are they the same, and if not, how do they differ?

Pure functions. Exact numbers compare exactly; only hedged ones get tolerance. A date that lies inside the other and is
narrower is `narrowed`; one that contains it says the same, less precisely.
"""

import datetime as dt
from enum import StrEnum

from rapidfuzz import fuzz

from pipeline.model import Answer, Certainty, Interval

# "nearly 300" and 294, "about 250" and 249: measured on counts in the labelled stories, a hedge stays within 7 %.
HEDGE_TOLERANCE = 0.07
# What is measured to a part of a unit ("5.6 metres") is known more closely.
MEASURED_TOLERANCE = 0.02
SMALL_COUNT = 20
_FEW_DAYS = 5
# Statements are the same where their words agree this much (rapidfuzz token_set_ratio, 0-100).
SAME_STATEMENT = 82.0


class Relation(StrEnum):
    """How a new answer stands to an old one."""

    SAME = "same"
    DIFFERENT = "different"
    NARROWED = "narrowed"
    WIDENED = "widened"
    APPEARED = "appeared"
    DROPPED = "dropped"
    OPPOSITE = "opposite"
    UNRELATED = "unrelated"


_LEVELS = {
    Certainty.FACT: 3,
    Certainty.ORDERED: 2,
    Certainty.PLANNED: 2,
    Certainty.PROMISED: 2,
    Certainty.EXPECTED: 2,
    Certainty.POSSIBLE: 1,
    Certainty.DEMANDED: 1,
    Certainty.CONDITIONAL: 1,
    Certainty.UNKNOWN: 0,
    Certainty.DENIED: 0,
}


def certainty_level(certainty: Certainty) -> int:
    """3 happened, 2 to come, 1 perhaps, 0 unknown or denied: steps within a level are no news."""
    return _LEVELS[certainty]


def compare_answers(new: Answer, old: Answer) -> Relation:
    """How `new` stands to `old`; both answer the same question in the same episode and window."""
    if new.value is None or old.value is None:
        if new.type == "statement":
            return _compare_words(new, old)
        if new.value is None and old.value is None:
            return Relation.SAME
        return Relation.APPEARED if old.value is None else Relation.DROPPED
    match new.type:
        case "date":
            return _compare_dates(new, old)
        case "quantity" | "duration":
            return _compare_numbers(new, old)
        case "places":
            return _compare_sets(new, old)
        case "statement":
            return _compare_words(new, old)
        case "yes-no":
            return Relation.SAME if new.value == old.value else Relation.OPPOSITE
        case _:
            return _compare_states(new.value, old.value)


def _compare_states(new: str, old: str) -> Relation:
    if new == old:
        return Relation.SAME
    if new == f"not {old}" or old == f"not {new}":
        return Relation.OPPOSITE
    return Relation.DIFFERENT


def _compare_dates(new: Answer, old: Answer) -> Relation:
    if new.when is None or old.when is None:
        return Relation.SAME if new.value == old.value else Relation.DIFFERENT
    ours, theirs = _days(new.when), _days(old.when)
    if new.when.precision == old.when.precision == "minute" and ours == theirs:
        return Relation.SAME if new.when.start == old.when.start else Relation.DIFFERENT
    if ours == theirs:
        return Relation.SAME
    if "not after" in (new.bound, old.bound) and (ours[1] == theirs[1] or _meets_limit(new, old, ours, theirs)):
        return Relation.SAME
    if ours[0] == theirs[0] and ours[1] <= theirs[1] and (theirs[1] - theirs[0]).days <= _FEW_DAYS and new.bound == old.bound:
        return Relation.SAME  # "on 16 March", told of what lasts from the 16th to the 19th
    if theirs[0] <= ours[0] and ours[1] <= theirs[1]:
        return Relation.NARROWED if (theirs[1] - theirs[0]).days > 2 * (ours[1] - ours[0]).days else Relation.SAME
    if ours[0] <= theirs[0] and theirs[1] <= ours[1]:
        return Relation.WIDENED
    return Relation.DIFFERENT


def _meets_limit(new: Answer, old: Answer, ours: tuple[dt.date, dt.date], theirs: tuple[dt.date, dt.date]) -> bool:
    """ "Before the end of the week" says no more than "within two or three days" if those end before it."""
    return new.bound == "not after" and old.bound != "not after" and theirs[1] <= ours[1] <= theirs[1] + dt.timedelta(days=1)


def _days(when: Interval) -> tuple[dt.date, dt.date]:
    first = when.start.date() if when.start else dt.date.min
    last = when.end.date() if when.end else dt.date.max
    return first, last


def _compare_numbers(new: Answer, old: Answer) -> Relation:
    if new.unit != old.unit and "share" not in (new.unit, old.unit) and new.unit and old.unit:
        return Relation.UNRELATED
    if ("share" == new.unit) != ("share" == old.unit):
        return _compare_shares(new, old)
    ours, theirs = _range(new), _range(old)
    if ours == theirs and (new.bound == old.bound or "exact" not in (new.bound, old.bound)):
        return Relation.SAME
    if "exact" == new.bound == old.bound:
        return Relation.SAME if ours == theirs else Relation.DIFFERENT
    return Relation.SAME if ours[0] <= theirs[1] and theirs[0] <= ours[1] else Relation.DIFFERENT


def _compare_shares(new: Answer, old: Answer) -> Relation:
    """A share ("about half") against a count whose whole is known; else they differ."""
    share, count = (new, old) if new.unit == "share" else (old, new)
    if count.share_of and count.low is not None and share.low is not None:
        implied = count.low / count.share_of
        low, high = _range(share)
        return Relation.SAME if low - 0.05 <= implied <= high + 0.05 else Relation.DIFFERENT
    return Relation.DIFFERENT


def _range(answer: Answer) -> tuple[float, float]:
    low = answer.low if answer.low is not None else 0.0
    high = answer.high if answer.high is not None else low
    whole = low == int(low) and high == int(high)
    slack = (HEDGE_TOLERANCE if whole else MEASURED_TOLERANCE) * max(abs(low), abs(high))
    # Small counts are counted: "at least five" is not met by six, which is news.
    floor = 3 * slack if abs(low) >= SMALL_COUNT else 0.0
    match answer.bound:
        case "about":
            return low - slack, high + slack
        case "at least" | "more than":
            # A floor is met by what is a little above it; a much larger number is an update.
            return low, high + floor
        case "at most" | "less than":
            return low - (3 * slack if abs(low) >= SMALL_COUNT else low), high
        case _:
            return low, high


def _compare_sets(new: Answer, old: Answer) -> Relation:
    ours, theirs = set(new.items), set(old.items)
    if ours == theirs or ours < theirs:
        return Relation.SAME
    return Relation.WIDENED if ours > theirs else Relation.DIFFERENT


def _compare_words(new: Answer, old: Answer) -> Relation:
    """Other words on the same matter are another statement, not a change of this one; nor do the same words with a "not" repeat it."""
    if None not in (new.value, old.value) and new.value != old.value:
        return Relation.UNRELATED
    score = fuzz.token_set_ratio(new.text.lower(), old.text.lower())
    return Relation.SAME if score >= SAME_STATEMENT else Relation.UNRELATED
