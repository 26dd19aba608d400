"""Time expressions of a paragraph -> intervals, with the verb's tense deciding which Monday is meant.

Libraries resolve "Tuesday" to the past and find dates in the word "may"; vague spans they leave out. Measured in
docs/adr/0005-dates.md. The grammar is English news English; TIMEX3 (ISO 24617-1) was the checklist of types.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.extract.calendar_words import (
    DAY_PARTS,
    MONTHS,
    NUMBER,
    ORDINAL_DAY,
    WEEKDAYS,
    parse_number,
)
from pipeline.model import Interval

_MONTH = "(?:" + "|".join(sorted((rf"{name}\b\.?" for name in MONTHS), key=len, reverse=True)) + ")"
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + r")\b"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_PART = r"(?:early|late|mid|the (?:start|beginning|middle|end) of|(?:start|beginning|middle|end)[ -]of)[ -]?"
_UNIT = r"(?:second|minute|hour|day|night|week|fortnight|month|year)s?"

Resolver = Callable[[re.Match[str], dt.datetime, str], Interval | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression: offsets into the paragraph, its interval, whether it is vague."""

    start: int
    end: int
    when: Interval
    vague: bool = False


def find_dates(text: str, anchor: dt.datetime, tense_at: Callable[[int], str]) -> tuple[Found, ...]:
    """All dates of a paragraph in order, the longest reading at each place.

    Args:
        text: The paragraph.
        anchor: When the article was published, with the offset of its place.
        tense_at: Tells the tense (past, present, future, pluperfect, "") of the verb that governs a character offset.

    Returns:
        Non-overlapping findings; intervals carry the anchor's offset.
    """
    taken: list[tuple[int, int]] = []
    found: list[Found] = []
    for pattern, resolve in _GRAMMAR:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < upto and begin < end for begin, upto in taken):
                continue
            when = _safely(resolve, match, anchor, tense_at(start))
            if when is not None:
                taken.append((start, end))
                vague = when.precision in ("vague", "season", "month", "week")
                found.append(Found(start=start, end=end, when=when, vague=vague))
    return tuple(sorted(_with_times(found, text, anchor), key=lambda item: item.start))


def _safely(resolve: Resolver, match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval | None:
    try:
        return resolve(match, anchor, tense)
    except (ValueError, OverflowError):  # 31 February, year 0 and the like are no dates
        return None


def day_span(day: dt.date, anchor: dt.datetime, last: dt.date | None = None, precision: str = "day") -> Interval:
    """The interval from the start of `day` to the end of `last` (or of `day`), in the anchor's zone."""
    start = dt.datetime.combine(day, dt.time.min, tzinfo=anchor.tzinfo)
    end = dt.datetime.combine(last or day, dt.time(23, 59, 59), tzinfo=anchor.tzinfo)
    return Interval(start=start, end=end, precision=precision)


def _near_year(month: int, day: int, anchor: dt.datetime, tense: str) -> dt.date:
    """The date of that month and day nearest to the anchor; a clear tense breaks the tie half a year away."""
    options = [
        dt.date(year, month, day) for year in (anchor.year - 1, anchor.year, anchor.year + 1) if day <= calendar.monthrange(year, month)[1]
    ]
    if not options:
        raise ValueError("no such day")
    slack = {"future": dt.timedelta(60), "past": dt.timedelta(-60), "pluperfect": dt.timedelta(-60)}.get(tense, dt.timedelta(0))
    return min(options, key=lambda option: abs(option - anchor.date() - slack))


def _day_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _month_number(text: str) -> int:
    return MONTHS[text.lower().rstrip(".")]


def _date(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    groups = match.groupdict()
    month, day = _month_number(groups["month"]), _day_number(groups["day"])
    if groups.get("year"):
        first = dt.date(int(groups["year"]), month, day)
    else:
        first = _near_year(month, day, anchor, tense)
    if not groups.get("last"):
        return day_span(first, anchor)
    last_month = _month_number(groups["lastmonth"]) if groups.get("lastmonth") else month
    last = dt.date(first.year + (last_month < month), last_month, _day_number(groups["last"]))
    return day_span(first, anchor, last, "range")


def _iso(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    return day_span(dt.date.fromisoformat(match.group()), anchor)


def _part_of(first: dt.date, last: dt.date, part: str, anchor: dt.datetime, precision: str) -> Interval:
    """Early, mid or late thirds of a span; "end of" is its last quarter."""
    days = (last - first).days + 1
    part = part.lower().strip(" -")
    if not part:
        return day_span(first, anchor, last, precision)
    third = max(1, days // 3)
    if part.startswith(("early", "the start", "the beginning", "start", "beginning")):
        last = first + dt.timedelta(third - 1)
    elif part.startswith(("mid", "the middle", "middle")):
        first, last = first + dt.timedelta(third), first + dt.timedelta(2 * third)
    elif part.startswith(("late",)):
        first = last - dt.timedelta(third)
    else:
        first = last - dt.timedelta(max(1, days // 4) - 1)
    return day_span(first, anchor, last, "vague" if precision == "month" else precision)


def _month(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _near_year(month, 15, anchor, tense).year
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    return _part_of(dt.date(year, month, 1), last, match["part"] or "", anchor, "month")


def _weekday(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    wanted = WEEKDAYS[match["weekday"].lower()]
    today = anchor.date()
    back, ahead = (today.weekday() - wanted) % 7, (wanted - today.weekday()) % 7
    which = (match["which"] or "").lower().strip()
    before = match.string[max(0, match.start() - 14) : match.start()].lower()
    if which in ("next", "this coming", "coming"):
        day = today + dt.timedelta(ahead or 7)
    elif which in ("last", "past", "this past"):
        day = today - dt.timedelta(back or 7)
    elif (
        (re.search(r"\b(until|till|by|from|starting|beginning|before|for)\s+(the\s+)?$", before) and tense not in ("past", "pluperfect"))
        or tense == "future"
        or (tense == "present" and ahead and ahead < 6)
    ):
        day = today + dt.timedelta(ahead)
    else:
        day = today - dt.timedelta(back)
    return day_span(day, anchor, precision="part" if match["part"] else "day")


def _near_day(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    word = match.group().lower()
    shift = {"yesterday": -1, "tomorrow": 1}.get(word.split()[0], 0)
    if "day after tomorrow" in word:
        shift = 2
    elif "day before yesterday" in word:
        shift = -2
    elif word == "last night":
        shift = -1
    return day_span(anchor.date() + dt.timedelta(shift), anchor)


def _delta(amount: float, unit: str) -> dt.timedelta:
    unit = unit.lower().rstrip("s")
    days = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
    seconds = {"second": 1, "minute": 60, "hour": 3600}
    return dt.timedelta(days=amount * days[unit]) if unit in days else dt.timedelta(seconds=amount * seconds[unit])


def _within(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval | None:
    """ "Within two or three days", "in the next 48 hours", "in two weeks"; with a past verb "in two days" is a duration."""
    if tense in ("past", "pluperfect"):
        return None
    low, high = parse_number(match["low"]), parse_number(match["high"] or match["low"])
    if low is None or high is None:
        return None
    unit = match["unit"].lower()
    end = anchor + _delta(high, unit)
    if unit.startswith(("second", "minute", "hour")):
        return Interval(start=anchor, end=end, precision="hour")
    exact = match["how"].lower() == "in"
    start = anchor + _delta(low, unit) if exact or match["high"] else anchor
    return day_span(start.date(), anchor, end.date(), "range")


def _ago(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval | None:
    amount = parse_number(match["low"])
    if amount is None:
        return None
    unit = match["unit"].lower()
    day = (anchor - _delta(amount, unit)).date()
    return day_span(day, anchor, precision="day" if unit.startswith(("day", "night", "hour", "minute")) else "week")


def _period(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    which, unit, part = (match["which"] or "this").lower(), match["unit"].lower(), match["part"] or ""
    if "later" in part.lower():
        part = "late "
    shift = {"next": 1, "coming": 1, "last": -1, "past": -1, "previous": -1}.get(which.split()[-1], 0)
    today = anchor.date()
    if unit in ("week", "weekend"):
        monday = today - dt.timedelta(today.weekday()) + dt.timedelta(7 * shift)
        if unit == "weekend":
            return day_span(monday + dt.timedelta(5), anchor, monday + dt.timedelta(6), "week")
        if part.lower().strip().endswith(("end of", "end of the")):
            return day_span(monday + dt.timedelta(6), anchor, precision="day")
        return _part_of(monday, monday + dt.timedelta(6), part, anchor, "week")
    if unit == "month":
        month = today.month - 1 + shift
        year, month = today.year + month // 12, month % 12 + 1
        return _part_of(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]), part, anchor, "month")
    return _part_of(dt.date(today.year + shift, 1, 1), dt.date(today.year + shift, 12, 31), part, anchor, "year")


def _ordinal(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    day = _day_number(match["day"])
    months = [(anchor.year + (anchor.month - 1 + shift) // 12, (anchor.month - 1 + shift) % 12 + 1) for shift in (-1, 0, 1)]
    options = [dt.date(year, month, day) for year, month in months if day <= calendar.monthrange(year, month)[1]]
    ahead = [option for option in options if option >= anchor.date()]
    past = [option for option in options if option <= anchor.date()]
    if tense in ("past", "pluperfect") and past:
        return day_span(past[-1], anchor)
    return day_span(ahead[0] if ahead else options[-1], anchor)


def _year(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    year = int(match["year"])
    return _part_of(dt.date(year, 1, 1), dt.date(year, 12, 31), match["part"] or "", anchor, "year")


def _season(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval:
    first_month = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[match["season"].lower()]
    year = (
        int(match["year"])
        if match["year"]
        else anchor.year + ((match["which"] or "").lower().strip() == "next") - ((match["which"] or "").lower().strip() == "last")
    )
    first = dt.date(year, first_month, 1)
    return day_span(first, anchor, first + dt.timedelta(91), "season")


def _soon(match: re.Match[str], anchor: dt.datetime, tense: str) -> Interval | None:
    if tense in ("past", "pluperfect"):
        return None
    days = {"day": 7, "week": 28, "month": 90, "hour": 1}[match["unit"].lower().rstrip("s")]
    return day_span(anchor.date(), anchor, anchor.date() + dt.timedelta(days), "vague")


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![\w-]){source}(?![\w]|-\w)")


_GRAMMAR: tuple[tuple[re.Pattern[str], Resolver], ...] = (
    (_pattern(r"(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"), _iso),
    (
        _pattern(
            rf"(?:{_WEEKDAY},?\s+)?(?P<day>{_DAY})(?:\s+(?P<monthfirst>{_MONTH}))?\s*(?:to|until|through|and|-|–)\s*(?P<last>{_DAY})\s+(?P<month>{_MONTH})(?:,?\s+(?P<year>{_YEAR}))?"
        ),
        _date,
    ),
    (
        _pattern(
            rf"(?P<month>{_MONTH})\s+(?P<day>{_DAY})\s*(?:to|until|through|-|–)\s*(?:(?P<lastmonth>{_MONTH})\s+)?(?P<last>{_DAY})(?:,?\s+(?P<year>{_YEAR}))?"
        ),
        _date,
    ),
    (_pattern(rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?(?P<day>{_DAY})\s+(?:of\s+)?(?P<month>{_MONTH})(?:,?\s+(?P<year>{_YEAR}))?"), _date),
    (_pattern(rf"(?:{_WEEKDAY},?\s+)?(?P<month>{_MONTH})\s+(?P<day>{_DAY})(?:,?\s+(?P<year>{_YEAR}))?"), _date),
    (
        _pattern(
            r"(?P<part>(?:later|early|late|by the end of|the end of|the start of|the middle of|mid-?)\s*)?(?:the\s+)?(?P<which>this coming|this|next|last|past|coming|previous)\s+(?P<unit>week|weekend|month|year)"
        ),
        _period,
    ),
    (
        _pattern(
            r"(?P<part>(?:by )?the (?:start|beginning|middle|end) of )(?:the\s+)?(?P<which>this |next )?(?P<unit>week|weekend|month|year)"
        ),
        _period,
    ),
    (_pattern(rf"(?P<part>{_PART})?(?P<month>{_MONTH})(?:,?\s+(?P<year>{_YEAR}))(?!\d)"), _month),
    (_pattern(rf"(?P<part>{_PART})(?P<month>{_MONTH})(?P<year>)"), _month),
    (_pattern(r"(?:the )?day (?:after tomorrow|before yesterday)|today|tomorrow|yesterday|tonight|last night"), _near_day),
    (
        _pattern(
            rf"(?:(?P<which>next|last|this coming|coming|this past|past|this)\s+)?(?P<weekday>{_WEEKDAY})(?P<part>\s+(?:{DAY_PARTS}))?"
        ),
        _weekday,
    ),
    (
        _pattern(
            rf"(?P<how>within|in|over|during)\s+(?:the\s+)?(?:next\s+|coming\s+)?(?:about\s+|around\s+|at most\s+)?(?P<low>{NUMBER})(?:\s*(?:to|or|-|–)\s*(?P<high>{NUMBER}))?[\s-]+(?P<unit>{_UNIT})"
        ),
        _within,
    ),
    (_pattern(rf"(?:about\s+|around\s+)?(?P<low>{NUMBER})\s+(?P<unit>{_UNIT})\s+(?:ago|earlier)"), _ago),
    (_pattern(r"(?:in|over|within)\s+(?:the\s+)?(?:coming|next few|following|next)?\s*(?P<unit>days|weeks|months|hours)"), _soon),
    (re.compile(rf"(?i)\b(?:on|for|by|until|from|before|of|in)\s+the\s+(?P<day>{ORDINAL_DAY})(?!\s+(?:of\s+)?[a-z])(?![\w-])"), _ordinal),
    (re.compile(rf"(?i)\bthe\s+(?P<day>{ORDINAL_DAY})(?=\s*(?:,|\.|;|and\b|is\b|are\b|would\b|will\b|the\b))"), _ordinal),
    (
        re.compile(
            rf"(?i)\b(?:in|by|until|since|during|of|from|before|after)\s+(?P<part>{_PART})?(?P<month>{_MONTH})(?P<year>)(?![\w-])(?!\s+\d)"
        ),
        _month,
    ),
    (_pattern(rf"(?:(?P<which>this|next|last)\s+)?(?P<season>spring|summer|autumn|winter)(?:\s+(?:of\s+)?(?P<year>{_YEAR}))?"), _season),
    (re.compile(rf"(?i)\b(?:in|by|until|since|before|after|during)\s+(?P<part>{_PART})?(?P<year>{_YEAR})(?![\w-])"), _year),
)

_CLOCK = re.compile(
    r"(?i)(?<![\w.:])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?m\b\.?)|(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)|(?P<word>noon|midnight))"
)


def _with_times(found: list[Found], text: str, anchor: dt.datetime) -> Iterator[Found]:
    """Join a clock time to the date beside it ("1 a.m. on Saturday", "Aug. 29 at 8:33 a.m.")."""
    clocks = [(match.start(), match.end(), moment) for match in _CLOCK.finditer(text) if (moment := _clock(match)) is not None]
    for item in found:
        beside = [clock for clock in clocks if _beside(text, item, clock)]
        if item.when.precision not in ("day", "part") or not beside or item.when.start is None:
            yield item
            continue
        start, end, moment = beside[0]
        at = dt.datetime.combine(item.when.start.date(), moment, tzinfo=anchor.tzinfo)
        yield Found(start=min(item.start, start), end=max(item.end, end), when=Interval(start=at, end=at, precision="minute"))


def _beside(text: str, item: Found, clock: tuple[int, int, dt.time]) -> bool:
    between = text[clock[1] : item.start] if clock[1] <= item.start else text[item.end : clock[0]]
    return bool(
        re.fullmatch(
            r"(?i)[\s,]*(?:on|at|at about|about|around|from|EDT|EST|GMT|UTC|BST|CET|CEST|MSK|local time|[A-Z]{3,4}|,|\s)*[\s,]*", between
        )
    )


def _clock(match: re.Match[str]) -> dt.time | None:
    if match["word"]:
        return dt.time(12 if match["word"].lower() == "noon" else 0)
    if match["hour24"]:
        return dt.time(int(match["hour24"]), int(match["minute24"]))
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    return dt.time(hour % 12 + 12 * match["half"].lower().startswith("p"), int(match["minute"] or 0))
