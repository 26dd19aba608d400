"""Dates told from the day of publication: weekdays by the tense of their verb, "yesterday", "last month", "two weeks ago"."""

import datetime as dt
import re

from pipeline.extract.calendar_words import DAY_PARTS, NUMBER, ORDINAL_DAY, UNIT, WEEKDAY, WEEKDAYS, day_number, parse_number
from pipeline.extract.date_rules import Rule, expression
from pipeline.extract.intervals import day_span, month_span, week_span, weekend_span, year_span
from pipeline.extract.narrative import Context
from pipeline.model import Interval

_AHEAD = re.compile(r"\b(?:until|till|by|from|starting|beginning|before|for)\s+(?:the\s+)?$")
# "The second date to slip in five days", "the worst flood in 60 years": how long it took, not when it comes.
_NTH_IN = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|only|worst|biggest|largest|highest|lowest|deadliest|most)\b[^.;,]{0,20}$"
)
_DAYS = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "decade": 3650}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_SHIFTS = {"next": 1, "coming": 1, "last": -1, "past": -1, "previous": -1}
_FEW = {"a couple of": 2.0, "a few": 3.0, "several": 3.0, "a dozen": 12.0}


def _weekday(match: re.Match[str], context: Context) -> Interval:
    wanted, today = WEEKDAYS[match["weekday"].lower().rstrip(".")], context.today
    back, ahead = (today.weekday() - wanted) % 7, (wanted - today.weekday()) % 7
    which = (match["which"] or "").lower().strip()
    to_come = context.tense == "future" or (context.tense == "present" and ahead and ahead < 6)
    if which == "the previous" and context.narrative.last and context.narrative.last.start:
        told = context.narrative.last.start.date()
        return day_span(told - dt.timedelta((told.weekday() - wanted) % 7 or 7), context.anchor)
    if match.string.startswith(("'s", "’s"), match.end()):
        to_come = to_come and 0 < ahead < 4  # "before Friday's vote", "over Thursday's price": what stands nearer
    if which in ("next", "this coming", "coming"):
        day = today + dt.timedelta(ahead or 7)
    elif which in ("last", "past", "this past", "the previous"):
        day = today - dt.timedelta(back or 7)
    elif (_AHEAD.search(context.before) and not context.looks_back) or to_come:
        day = today + dt.timedelta(ahead)
    else:
        day = today - dt.timedelta(back)
    return day_span(day, context.anchor, precision="part" if match["part"] else "day")


def _day_of_week(match: re.Match[str], context: Context) -> Interval:
    """ "Wednesday of next week", "Friday last week"; "Monday week" is the Monday after the next one."""
    wanted, today, which = WEEKDAYS[match["weekday"].lower().rstrip(".")], context.today, (match["which"] or "").lower()
    if which:
        day = today + dt.timedelta(wanted - today.weekday() + (7 if which == "next" else -7))
    else:
        day = today + dt.timedelta(((wanted - today.weekday()) % 7 or 7) + 7)
    return day_span(day, context.anchor)


def _near_day(match: re.Match[str], context: Context) -> Interval:
    word = match["day"].lower()
    shift = {"yesterday": -1, "tomorrow": 1, "last": -1}.get(word.split()[0], 0)
    if "day after tomorrow" in word:
        shift = 2
    elif "day before yesterday" in word:
        shift = -2
    return day_span(context.today + dt.timedelta(shift), context.anchor)


def _part_of_today(match: re.Match[str], context: Context) -> Interval:
    shift = -1 if match.group().lower() in ("last night", "overnight") else 0
    return day_span(context.today + dt.timedelta(shift), context.anchor, precision="part")


def span_of(amount: float, unit: str) -> dt.timedelta:
    """A number of units of time; months and years by their usual length."""
    unit = unit.lower().rstrip("s")
    return dt.timedelta(days=amount * _DAYS[unit]) if unit in _DAYS else dt.timedelta(seconds=amount * _SECONDS[unit])


def _within(match: re.Match[str], context: Context) -> Interval | None:
    """ "Within two or three days", "in the next 48 hours", "in two weeks"; with a past verb "in two days" is a duration."""
    if context.looks_back or _NTH_IN.search(context.before):
        return None
    low, high = parse_number(match["low"]), parse_number(match["high"] or match["low"])
    if low is None or high is None:
        return None
    anchor, unit = context.anchor, match["unit"].lower()
    end = anchor + span_of(high, unit)
    if unit.startswith(("second", "minute", "hour")):
        return Interval(start=anchor, end=end, precision="hour")
    exact = match["how"].lower() == "in"
    start = anchor + span_of(low, unit) if exact or match["high"] else anchor
    return day_span(start.date(), anchor, end.date(), "range")


def moved(day: dt.date, amount: float, unit: str, context: Context) -> Interval:
    """The unit of time that lies `amount` units from a day (negative: before it), as wide as the unit: "two months ago" is a month."""
    unit, anchor = unit.lower().rstrip("s"), context.anchor
    if unit == "year":
        return year_span(day.year + round(amount), anchor)
    if unit == "decade":
        return year_span(day.year + round(10 * amount), anchor)
    if unit in ("month", "quarter"):
        return month_span(day.year, day.month + round(amount * (3 if unit == "quarter" else 1)), anchor)
    there = day + span_of(amount, unit)
    return day_span(there, anchor, precision="week" if unit in ("week", "fortnight") else "day")


def _ago(match: re.Match[str], context: Context) -> Interval | None:
    amount = _FEW.get(match["low"].lower()) or parse_number(match["low"])
    if amount is None:
        return None
    unit = match["unit"].lower()
    if unit.startswith(("hour", "minute", "second")):
        return day_span((context.anchor - span_of(amount, unit)).date(), context.anchor)
    quarter = context.narrative.quarter
    if unit == "year" and amount == 1 and quarter and quarter.start and quarter.start.year == context.anchor.year:
        return _year_before(quarter, context)
    return moved(context.today, -amount, unit, context)


def _year_before(quarter: Interval, context: Context) -> Interval:
    """A year before a quarter that is spoken of is that quarter of the year before: how results are compared."""
    if quarter.start is None:
        raise ValueError("an open quarter")
    first = quarter.start.date()
    last = month_span(first.year - 1, first.month + 2, context.anchor).end
    assert last is not None
    return day_span(first.replace(year=first.year - 1), context.anchor, last.date(), "quarter")


def _from_narrative(match: re.Match[str], context: Context) -> Interval | None:
    """ "Two days later", "a year earlier", "the following week": from the time that the text has just named."""
    groups = match.groupdict()
    unit, last = groups["unit"].lower(), context.narrative.here
    amount = (_FEW.get(groups["low"].lower()) or parse_number(groups["low"])) if groups.get("low") else 1.0
    if amount is None:
        return None
    back = groups["way"].lower().split()[-1] in ("earlier", "before", "previous", "preceding")
    if back and unit.startswith("year") and amount == 1 and context.narrative.quarter:
        return _year_before(context.narrative.quarter, context)
    start = last.start if last else context.anchor
    if start is None or unit.startswith(("hour", "minute", "second")):
        return None
    if unit == "week" and not groups.get("low"):
        return week_span(start.date() + dt.timedelta(-7 if back else 7), context.anchor)
    return moved(start.date(), -amount if back else amount, unit, context)


def _same(match: re.Match[str], context: Context) -> Interval | None:
    """ "That day", "the same month": the one that holds the time just named."""
    last = context.narrative.last
    if last is None or last.start is None:
        return None
    if match["unit"].lower() == "week":
        return week_span(last.start.date(), context.anchor)
    return moved(last.start.date(), 0, match["unit"], context)


def _period(match: re.Match[str], context: Context) -> Interval:
    which, unit, part = (match["which"] or "this").lower().split()[-1], match["unit"].lower(), match["part"] or ""
    if part.lower().strip() == "later" and unit == "month":
        part = "late "
    shift, today, anchor = _SHIFTS.get(which, 0), context.today, context.anchor
    if unit == "week":
        return week_span(today + dt.timedelta(7 * shift), anchor, part)
    if unit == "weekend":
        return weekend_span(today + dt.timedelta(7 * shift if which != "last" or today.weekday() < 5 else -7), anchor)
    if unit == "month":
        return month_span(today.year, today.month + shift, anchor, part)
    if unit == "decade":
        return year_span(today.year // 10 * 10 + 10 * shift, anchor, part, years=10)
    if unit == "century":
        return year_span(today.year // 100 * 100 + 100 * shift, anchor, part, years=100)
    return year_span(today.year + shift, anchor, part)


def _weekend(_match: re.Match[str], context: Context) -> Interval:
    ahead = context.tense in ("future", "present") or context.today.weekday() > 4
    return weekend_span(context.today - dt.timedelta(0 if ahead else 7), context.anchor)


def _year_end(_match: re.Match[str], context: Context) -> Interval:
    return day_span(dt.date(context.anchor.year, 12, 31), context.anchor)


def _weeks_from(match: re.Match[str], context: Context) -> Interval | None:
    """ "A week from Monday", "a week tomorrow"; of "it was three weeks today" only today is a day."""
    word, amount = match["from"].lower(), parse_number(match["low"])
    if amount is None:
        return None
    if word == "today" and not match["way"] and context.tense != "future":
        return day_span(context.today, context.anchor)
    if word in ("today", "now", "tomorrow"):
        first = context.today + dt.timedelta(word == "tomorrow")
    else:
        first = context.today + dt.timedelta((WEEKDAYS[word] - context.today.weekday() - 1) % 7 + 1)
    return day_span(first + span_of(amount, match["unit"]), context.anchor)


def _ordinal(match: re.Match[str], context: Context) -> Interval:
    number = day_number(match["day"])
    options = [month_span(context.anchor.year, context.anchor.month + shift, context.anchor) for shift in (-1, 0, 1)]
    days = [when.start.date().replace(day=number) for when in options if when.start and when.end and number <= when.end.day]
    ahead, past = [day for day in days if day >= context.today], [day for day in days if day <= context.today]
    if context.looks_back and past:
        return day_span(past[-1], context.anchor)
    return day_span(ahead[0] if ahead else days[-1], context.anchor)


def _weekday_ordinal(match: re.Match[str], context: Context) -> Interval | None:
    """ "Thursday the 30th": the nearest month whose day of that number is such a weekday."""
    number, weekday = day_number(match["day"]), WEEKDAYS[match["name"].lower().rstrip(".")]
    options = [month_span(context.anchor.year, context.anchor.month + shift, context.anchor) for shift in (-2, -1, 0, 1, 2, 3)]
    days = [when.start.date().replace(day=number) for when in options if when.start and when.end and number <= when.end.day]
    fitting = [day for day in days if day.weekday() == weekday]
    return day_span(min(fitting, key=lambda day: abs(day - context.today)), context.anchor) if fitting else None


def _day_of_course(_match: re.Match[str], context: Context) -> Interval:
    """ "The 18th day of the strike": the day that is told of, where no date stands beside it."""
    return day_span(context.today, context.anchor)


def _soon(match: re.Match[str], context: Context) -> Interval | None:
    if context.looks_back:
        return None
    days = {"days": 7, "weeks": 28, "months": 120, "hours": 1}[match["unit"].lower()]
    if match["unit"].lower() == "hours":
        return Interval(start=context.anchor, end=context.anchor + dt.timedelta(days=1), precision="vague")
    return day_span(context.today, context.anchor, context.today + dt.timedelta(days), "vague")


def _year_ago(_match: re.Match[str], context: Context) -> Interval:
    quarter = context.narrative.quarter
    return _year_before(quarter, context) if quarter else year_span(context.anchor.year - 1, context.anchor)


def _next_day(_match: re.Match[str], context: Context) -> Interval | None:
    last = context.narrative.last
    return day_span(last.start.date() + dt.timedelta(1), context.anchor) if last and last.start else None


def _each(_match: re.Match[str], context: Context) -> Interval:
    return day_span(context.today, context.anchor)


_LOW = rf"(?P<low>{NUMBER}|a couple of|a few|several|a dozen)"
_ABOUT = r"(?:(?:about|around|nearly|almost|more than|less than|over|roughly|some|just|only)\s+)?"
_PARTS = r"early|earlier|late|later|sometime|mid-?|by the end of|the end of|the start of|the beginning of|the middle of"

_FROM = rf"(?<=from\s)(?:{WEEKDAY}|now)|(?<=next\s){WEEKDAY}|today|tomorrow"
RULES = (
    Rule(
        expression(rf"(?:(?:on|by|until|before|from)\s+)?(?P<name>{WEEKDAY}),?\s+the\s+(?P<day>{ORDINAL_DAY})(?![\w-])"), _weekday_ordinal
    ),
    Rule(expression(rf"(?P<weekday>{WEEKDAY}\b)\s+(?:(?:of\s+)?(?P<which>next|last)\s+)?week(?!end|s|day|\w)"), _day_of_week),
    Rule(
        expression(
            rf"(?P<part>(?:{_PARTS})\s*)?(?:in\s+|on\s+)?(?:the\s+)?(?P<which>this coming|this past|this"
            rf"|next|last|past|coming|previous|current)\s+(?P<unit>week|weekend|month|year|decade|century)"
        ),
        _period,
        needs=("week", "month", "year", "decade", "century"),
    ),
    Rule(
        expression(
            r"(?P<part>(?:(?:by )?the (?:start|beginning|middle|end) of |(?:earlier|later|early|late) (?:in|on) ))"
            r"(?:the\s+)?(?P<which>this |next )?(?P<unit>week|weekend|month|year|decade|century)"
        ),
        _period,
        needs=("week", "month", "year", "decade", "century"),
    ),
    Rule(
        expression(rf"(?P<low>{NUMBER})\s+(?P<unit>weeks?|months?)\s+(?P<way>from\s+(?:next\s+)?)?(?P<from>{_FROM})"),
        _weeks_from,
        needs=("from", "today", "tomorrow"),
    ),
    Rule(expression(r"the weekend|at weekends?"), _weekend, needs=("weekend",)),
    Rule(
        expression(r"(?P<part>)(?P<which>this |)(?:the )?(?P<unit>week|month|year) (?:ends|is out|is over|runs out)"),
        _period,
        needs=("week", "month", "year", "decade", "century"),
    ),
    Rule(expression(r"(?:the )?(?:year|calendar-year)(?:'s)?[ -]end"), _year_end, needs=("year",)),
    Rule(
        expression(
            rf"(?:(?:early|earlier|late|later)\s+)?(?P<day>(?:the )?day (?:after tomorrow|before yesterday)"
            rf"|today|tomorrow|yesterday)(?:\s+(?:{DAY_PARTS}))?"
        ),
        _near_day,
        needs=("day", "tomorrow"),
    ),
    Rule(
        expression(
            r"tonight|last night|overnight|(?:(?:early|earlier|late|later)\s+)?this\s+"
            r"(?:morning|afternoon|evening)"
        ),
        _part_of_today,
        "time",
        needs=("night", "this"),
    ),
    Rule(
        expression(
            rf"(?:(?:early|earlier|late|later)\s+)?(?:(?P<which>next|last|this coming|coming|this past|past"
            rf"|the previous|this)\s+)?(?P<weekday>{WEEKDAY}\b)(?P<part>\s+(?:{DAY_PARTS}))?"
        ),
        _weekday,
        needs=("day", "thurs"),
    ),
    Rule(
        expression(
            r"(?P<how>within|in|over|during|for(?=\s+the\s+(?:next|coming)))\s+(?:the\s+)?(?:next\s+|coming\s+)?"
            r"(?:about\s+|around\s+|at most\s+)?"
            rf"(?P<low>{NUMBER})(?:\s*(?:to|or|-|–)\s*(?P<high>{NUMBER}))?[\s-]+(?P<unit>{UNIT})"
        ),
        _within,
    ),
    Rule(expression(rf"{_ABOUT}{_LOW}\s+(?P<unit>{UNIT})(?:\s+or\s+(?:so|two|more))?\s+ago"), _ago, needs=("ago",)),
    Rule(
        expression(
            rf"{_ABOUT}{_LOW}\s+(?P<unit>{UNIT})\s+(?P<way>earlier|later|(?:before|after)(?=\s*[,.;]))"
            r"(?!\s+than\b)"
        ),
        _from_narrative,
        needs=("earlier", "later", "before", "after", "following", "previous", "preceding"),
    ),
    Rule(expression(r"year-(?:ago|earlier)"), _year_ago, needs=("year-",)),
    Rule(
        expression(r"the\s+(?P<way>following|previous|preceding)\s+(?P<unit>day|week|month|year)"),
        _from_narrative,
        needs=("earlier", "later", "before", "after", "following", "previous", "preceding"),
    ),
    Rule(expression(r"(?P<way>the next)\s+(?P<unit>day|morning)"), _next_day, needs=("next",)),
    Rule(expression(r"(?:(?:earlier|later)\s+)?(?:that|the same)\s+(?:same\s+)?(?P<unit>day|week|month|year)"), _same),
    Rule(expression(r"(?:in|over|within)\s+(?:the\s+)?(?:coming|next few|following|next)?\s*(?P<unit>days|weeks|months|hours)"), _soon),
    Rule(
        expression(
            r"(?:the\s+)?(?:\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
            r"\s+(?:straight |consecutive |successive )?day"
            r"(?=\s+of\s+(?:the|a|an|its|their|his|her|this|that)\b)"
        ),
        _day_of_course,
        needs=("day",),
    ),
    Rule(
        re.compile(rf"(?i)\b(?:on|for|by|until|from|before|of|in)\s+the\s+(?P<day>{ORDINAL_DAY})(?!\s+(?:of\s+)?[a-z])(?![\w-])"), _ordinal
    ),
    Rule(re.compile(rf"(?i)\bthe\s+(?P<day>{ORDINAL_DAY})(?=\s*(?:,|\.|;|and\b|is\b|are\b|would\b|will\b|the\b))"), _ordinal),
)


SETS = (
    Rule(
        expression(
            rf"(?:every|each)\s+(?:other\s+)?(?:second|minute|hour|day|night|week|month|quarter|year|morning"
            rf"|evening|summer|winter|{WEEKDAY})"
        ),
        _each,
        "set",
    ),
    Rule(expression(r"daily|weekly|monthly|annually|hourly|nightly|yearly"), _each, "set"),
    Rule(expression(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days"), _each, "set"),
)
