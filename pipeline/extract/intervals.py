"""Days, weeks, months, quarters and years -> Intervals in the zone of the anchor, whole or in part ("early", "mid-", "the end of")."""

import calendar
import datetime as dt

from pipeline.model import Interval

_FIRST = ("early", "the start", "the beginning", "start", "beginning", "the first part")
_MIDDLE = ("mid", "the middle", "middle")
_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def day_span(day: dt.date, anchor: dt.datetime, last: dt.date | None = None, precision: str = "day") -> Interval:
    """The interval from the start of `day` to the end of `last` (or of `day`), in the anchor's zone."""
    start = dt.datetime.combine(day, dt.time.min, tzinfo=anchor.tzinfo)
    end = dt.datetime.combine(last or day, dt.time(23, 59, 59), tzinfo=anchor.tzinfo)
    return Interval(start=start, end=end, precision=precision)


def part_span(first: dt.date, last: dt.date, part: str, anchor: dt.datetime, precision: str) -> Interval:
    """Early, mid or late thirds of a span of days; "end of" is its last quarter. "" is the whole.

    Args:
        first: The first day.
        last: The last day, included.
        part: The words of the part, as they stand in the text.
        anchor: Gives the zone.
        precision: Of the whole; a part of a month is "vague".
    """
    days = (last - first).days + 1
    part = part.lower().strip(" -")
    if not part or part.startswith(("sometime", "earlier", "later")):
        return day_span(first, anchor, last, precision)
    third = max(1, days // 3)
    if part.startswith(_FIRST):
        last = first + dt.timedelta(third - 1)
    elif part.startswith(_MIDDLE):
        first, last = first + dt.timedelta(third), first + dt.timedelta(2 * third)
    elif part.startswith("late"):
        first = last - dt.timedelta(third)
    else:
        first = last - dt.timedelta(max(1, days // 4) - 1)
    return day_span(first, anchor, last, "vague" if precision == "month" else precision)


def week_span(day: dt.date, anchor: dt.datetime, part: str = "") -> Interval:
    """The week from Monday to Sunday that `day` lies in; its end is its Sunday."""
    monday = day - dt.timedelta(day.weekday())
    if part.lower().strip().endswith(("end of", "end of the")):
        return day_span(monday + dt.timedelta(6), anchor, precision="week")
    return part_span(monday, monday + dt.timedelta(6), part, anchor, "week")


def weekend_span(day: dt.date, anchor: dt.datetime) -> Interval:
    """Saturday and Sunday of the week that `day` lies in."""
    monday = day - dt.timedelta(day.weekday())
    return day_span(monday + dt.timedelta(5), anchor, monday + dt.timedelta(6), "weekend")


def month_span(year: int, month: int, anchor: dt.datetime, part: str = "") -> Interval:
    """A month or a part of it. `month` may lie outside 1-12: month 0 is December of the year before."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    return part_span(dt.date(year, month, 1), last, part, anchor, "month")


def quarter_span(year: int, quarter: int, anchor: dt.datetime) -> Interval:
    """A calendar quarter. `quarter` may lie outside 1-4."""
    year, quarter = year + (quarter - 1) // 4, (quarter - 1) % 4 + 1
    month = 3 * quarter
    return day_span(dt.date(year, month - 2, 1), anchor, dt.date(year, month, calendar.monthrange(year, month)[1]), "quarter")


def half_span(year: int, half: int, anchor: dt.datetime) -> Interval:
    """The first or second half of a year."""
    first, last = (dt.date(year, 1, 1), dt.date(year, 6, 30)) if half == 1 else (dt.date(year, 7, 1), dt.date(year, 12, 31))
    return day_span(first, anchor, last, "half")


def year_span(year: int, anchor: dt.datetime, part: str = "", years: int = 1) -> Interval:
    """A year, a part of it, or the `years` years from it on (a decade, a century)."""
    precision = {10: "decade", 100: "century"}.get(years, "year")
    return part_span(dt.date(year, 1, 1), dt.date(year + years - 1, 12, 31), part, anchor, precision)


def season_span(year: int, season: str, anchor: dt.datetime) -> Interval:
    """Three months from March, June, September or December on (northern hemisphere)."""
    first = dt.date(year, _SEASON_STARTS[season.lower()], 1)
    return day_span(first, anchor, first + dt.timedelta(91), "season")


def shifted(when: Interval, years: int, anchor: dt.datetime) -> Interval:
    """The same days of another year; 29 February becomes the 28th."""
    if when.start is None or when.end is None:
        raise ValueError("an open interval cannot be shifted")
    first, last = (_of_year(day.date(), day.year + years) for day in (when.start, when.end))
    return day_span(first, anchor, last, when.precision)


def _of_year(day: dt.date, year: int) -> dt.date:
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
