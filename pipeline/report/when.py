"""Instants and intervals -> the words of the reports. Instants are shown in UTC, promised dates as the place of the source counts them."""

import datetime as dt
import re

from pipeline.model import Answer, Interval

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_ABSOLUTE = re.compile(rf"\b\d{{1,2}}\b.*\b(?:{_MONTHS})|\b(?:{_MONTHS})\w*\.? \d{{1,2}}\b|\d{{4}}-\d\d", re.IGNORECASE)

# Words that bring their calendar dates along, in brackets at their end.
_TOLD = re.compile(r"(?P<words>.*\S) \((?P<dates>[^()]*\d{4}[^()]*)\)$", re.DOTALL)


def day_words(moment: dt.datetime | dt.date) -> str:
    """ "17 Mar 2016"; an instant's day is the UTC day."""
    day = moment.astimezone(dt.UTC) if isinstance(moment, dt.datetime) else moment
    return f"{day.day} {day:%b %Y}"


def moment_words(moment: dt.datetime) -> str:
    """ "17 Mar 2016, 20:35 UTC"."""
    return f"{day_words(moment)}, {moment.astimezone(dt.UTC):%H:%M} UTC"


def interval_words(when: Interval) -> str:
    """ "17-20 Mar 2016" (with an en dash), "by ...", "from ...", or one day; "" where both ends are open."""
    if when.start is None or when.end is None:
        return f"by {_day(when.end)}" if when.end else f"from {_day(when.start)}" if when.start else ""
    first, last = when.start, when.end
    if when.precision in ("minute", "hour") and first.date() == last.date():
        return f"{_day(first)}, {first:%H:%M} UTC{_offset(first)}"
    if first.date() == last.date():
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    return f"{first.day} {first:%b} – {_day(last)}" if first.year == last.year else f"{_day(first)} – {_day(last)}"


def answer_words(answer: Answer | None) -> tuple[str, str]:
    """An answer's words and, apart, the calendar dates they mean: ("within three days", "by 20 Mar 2016"), ("holding", ""), ("", "")."""
    if answer is None:
        return "", ""
    told = _TOLD.match(answer.text) if answer.when else None
    return (told["words"], told["dates"]) if told else (answer.text, _date_note(answer))


def _date_note(answer: Answer) -> str:
    """The calendar dates of a date answer whose own words need the article's day ("within three days" -> "by 20 Mar 2016"), else ""."""
    when = answer.when
    if when is None or _ABSOLUTE.search(answer.text):
        return ""
    if answer.bound == "not after" and when.end:
        return f"by {_day(when.end)}"
    if answer.bound == "not before" and when.start:
        return f"not before {_day(when.start)}"
    return interval_words(when)


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _offset(moment: dt.datetime) -> str:
    minutes = int((moment.utcoffset() or dt.timedelta()).total_seconds() // 60)
    if not minutes:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
