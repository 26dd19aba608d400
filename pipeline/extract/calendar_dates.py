"""Dates that the calendar names: days of months, months, years, decades, centuries, holidays excepted.

Where the year is left out it is the one nearest to the day of publication, and the tense breaks a tie half a year away.
"""

import calendar
import datetime as dt
import re

from pipeline.extract.calendar_words import DAY, MONTH, PART, WEEKDAY, YEAR, day_number, month_number
from pipeline.extract.date_rules import MONTH_STEMS, Rule, expression
from pipeline.extract.intervals import day_span, month_span, year_span
from pipeline.extract.narrative import Context
from pipeline.model import Interval

# Plural nouns after a figure make it a count ("2000 troops"), unless they are what a year has ("1989 earnings").
_COUNTED = re.compile(
    r"^\s+(?!sales|earnings|results|profits|revenues|figures|levels|elections|games|prices|talks"
    r"|operations)(?:[a-z-]+s|people|men|women|children|troops)\b"
)
_FREE = re.compile(
    r"(?:\b(?:in|of|since|until|till|by|from|to|through|before|after|during|for|the|mid|early"
    r"|late|than|fiscal|was|between)|[,(-])\s*$"
)
_TENSE_SLACK = dt.timedelta(120)
_TEENS = {"nineteen": 1900, "eighteen": 1800, "twenty": 2000}
_TENS = {word: 10 * number for number, word in enumerate("ten twenty thirty forty fifty sixty seventy eighty ninety".split(), start=1)}
_SMALL = {word: number for number, word in enumerate("one two three four five six seven eight nine".split(), start=1)}
_SPOKEN_TEENS = {
    word: 10 + number
    for number, word in enumerate("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())
}


def near_year(month: int, day: int, anchor: dt.datetime, tense: str) -> dt.date:
    """The date of that month and day nearest to the anchor; a clear tense counts for four months.

    Raises:
        ValueError: The month has no such day.
    """
    years = (anchor.year - 1, anchor.year, anchor.year + 1)
    options = [dt.date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1]]
    if not options:
        raise ValueError("no such day")
    slack = {"future": _TENSE_SLACK, "past": -_TENSE_SLACK, "pluperfect": -_TENSE_SLACK, "present": _TENSE_SLACK / 4}.get(
        tense, dt.timedelta(0)
    )
    return min(options, key=lambda option: abs(option - anchor.date() - slack))


def _date(match: re.Match[str], context: Context) -> Interval:
    groups = match.groupdict()
    month, day = month_number(groups["month"]), day_number(groups["day"])
    if groups.get("year"):
        first = dt.date(int(groups["year"]), month, day)
    elif groups.get("rel"):
        first = dt.date(context.anchor.year + {"last": -1, "next": 1}.get(groups["rel"].lower(), 0), month, day)
    else:
        first = near_year(month, day, context.anchor, context.tense)
    if not groups.get("last"):
        return day_span(first, context.anchor)
    last_month = month_number(groups["lastmonth"]) if groups.get("lastmonth") else month
    last = dt.date(first.year + (last_month < month), last_month, day_number(groups["last"]))
    return day_span(first, context.anchor, last, "range")


def _edge_day(match: re.Match[str], context: Context) -> Interval:
    """The first or last day of a month."""
    month = month_number(match["month"])
    year = int(match["year"]) if match["year"] else near_year(month, 1, context.anchor, context.tense).year
    return day_span(dt.date(year, month, 1 if match["edge"].lower() == "first" else calendar.monthrange(year, month)[1]), context.anchor)


_WEEK_OF = {"first": 1, "second": 8, "third": 15, "fourth": 22}


def _part_of_month(match: re.Match[str], context: Context) -> Interval:
    """ "The last week of April", "the second half of May": seven days or half a month, counted from the first or to the last day."""
    month, nth = month_number(match["month"]), (match["nth"] or match["nth2"]).lower()
    year = int(match["year"]) if match["year"] else near_year(month, 15, context.anchor, context.tense).year
    length = calendar.monthrange(year, month)[1]
    if match["unit2"]:
        first, last = (1, 15) if nth == "first" else (16, length)
    elif nth in ("last", "final"):
        first, last = length - 6, length
    else:
        first, last = _WEEK_OF[nth], _WEEK_OF[nth] + 6
    return day_span(dt.date(year, month, first), context.anchor, dt.date(year, month, last), "week")


def _iso(match: re.Match[str], context: Context) -> Interval:
    return day_span(dt.date.fromisoformat(match.group()), context.anchor)


def _month(match: re.Match[str], context: Context) -> Interval | None:
    groups, anchor = match.groupdict(), context.anchor
    name = groups["month"]
    month = month_number(name)
    if not name[:1].isupper():
        return None  # "may", "march"
    part = groups.get("part") or ""
    if groups.get("year"):
        return month_span(int(groups["year"]), month, anchor, part)
    if groups.get("rel"):
        return month_span(anchor.year + {"last": -1, "next": 1}.get(groups["rel"].lower(), 0), month, anchor, part)
    which = (groups.get("which") or "").lower().strip()
    if which in ("last", "this past"):
        return month_span(anchor.year - (month >= anchor.month), month, anchor, part)
    if which in ("next", "this coming"):
        return month_span(anchor.year + (month <= anchor.month), month, anchor, part)
    if which == "this":
        return month_span(anchor.year, month, anchor, part)
    return month_span(near_year(month, 15, anchor, context.tense).year, month, anchor, part)


def _year(match: re.Match[str], context: Context) -> Interval:
    return year_span(int(match["year"]), context.anchor, match["part"] or "")


def _bare_year(match: re.Match[str], context: Context) -> Interval | None:
    year = int(match["year"])
    if not context.anchor.year - 150 <= year <= context.anchor.year + 50:
        return None
    if _COUNTED.match(match.string[match.end() : match.end() + 24]) and not _FREE.search(context.before):
        return None
    return year_span(year, context.anchor)


def _decade(match: re.Match[str], context: Context) -> Interval:
    digits = match["decade"]
    year = int(digits) if len(digits) == 4 else 1900 + int(digits)
    return year_span(year, context.anchor, match["part"] or "", years=10)


def _decade_word(match: re.Match[str], context: Context) -> Interval:
    return year_span(1900 + _TENS[match["tens"].lower().replace("ies", "y")], context.anchor, match["part"] or "", years=10)


def _century(match: re.Match[str], context: Context) -> Interval:
    return year_span(100 * (int(match["century"]) - 1), context.anchor, years=100)


def _spoken(match: re.Match[str], context: Context) -> Interval | None:
    """ "Nineteen ninety-six", "twenty sixteen", "two thousand and four": years as they are read out."""
    words = re.split(r"[\s-]+", match["words"].lower())
    if words[:2] == ["two", "thousand"]:
        return year_span(2000 + (_SMALL.get(words[-1], 0) if len(words) > 2 else 0), context.anchor)
    rest = _SPOKEN_TEENS.get(words[1]) or _TENS.get(words[1], 0) + (_SMALL.get(words[2], 0) if len(words) > 2 else 0)
    return year_span(_TEENS[words[0]] + rest, context.anchor)


_REL = r"(?:\s+(?:of\s+)?(?P<rel>last|this|next)\s+year)"
_TENS_WORD = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TO = r"\s*(?:to|until|through|-|–)\s*"
_YEARED = rf"(?:,?\s+(?P<year>{YEAR})(?!\d)|{_REL})?"

DAYS = (
    Rule(expression(rf"(?:the )?(?P<edge>first|last) day of (?P<month>{MONTH})(?:,?\s+(?P<year>{YEAR}))?"), _edge_day, needs=MONTH_STEMS),
    Rule(
        expression(
            rf"(?:the )?(?:(?P<nth>first|second|third|fourth|last|final) (?:full )?week|(?P<nth2>first|second|latter) (?P<unit2>half))"
            rf" (?:of|in) (?P<month>{MONTH})(?:,?\s+(?P<year>{YEAR}))?"
        ),
        _part_of_month,
        needs=MONTH_STEMS,
    ),
    Rule(expression(r"(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"), _iso, needs=("-",)),
    Rule(
        expression(
            rf"(?:{WEEKDAY},?\s+)?(?P<day>{DAY})\s*(?:to|until|through|and|-|–)\s*(?P<last>{DAY})\s+(?P<month>{MONTH})"
            rf"{_YEARED}"
        ),
        _date,
        needs=MONTH_STEMS,
    ),
    Rule(
        expression(rf"(?P<month>{MONTH})\s+(?P<day>{DAY}){_TO}(?:(?P<lastmonth>{MONTH})\s+)?(?P<last>{DAY}){_YEARED}"),
        _date,
        needs=MONTH_STEMS,
    ),
    Rule(expression(rf"(?:{WEEKDAY},?\s+)?(?:the\s+)?(?P<day>{DAY})\s+(?:of\s+)?(?P<month>{MONTH}){_YEARED}"), _date, needs=MONTH_STEMS),
    Rule(
        expression(rf"(?:(?:this (?:coming|past)\s+)?{WEEKDAY},?\s+)?(?P<month>{MONTH})\s+(?:the\s+)?(?P<day>{DAY}){_YEARED}"),
        _date,
        needs=MONTH_STEMS,
    ),
    Rule(expression(rf"(?P<part>{PART})?(?P<month>{MONTH})(?:,?\s+(?:of\s+)?(?P<year>{YEAR})(?!\d)|{_REL})"), _month, needs=MONTH_STEMS),
    Rule(expression(rf"(?P<part>{PART})?(?P<which>last|next|this past|this coming|this)\s+(?P<month>{MONTH})"), _month, needs=MONTH_STEMS),
)
MONTHS_AND_YEARS = (
    Rule(expression(rf"(?P<part>{PART})(?P<month>{MONTH})"), _month, needs=MONTH_STEMS),
    Rule(expression(rf"(?P<part>{PART})?(?:the\s+)?'?(?P<decade>(?:1[89]|20)\d0|[2-9]0)'?s"), _decade, needs=("0",)),
    Rule(expression(rf"(?:the )?(?P<part>{PART})?(?:the )?(?P<decade>(?:1[89]|20)\d0|(?<=')[2-9]0)'?s"), _decade, needs=("0",)),
    Rule(
        expression(
            r"the (?P<part>early |late |mid-?)?(?P<tens>twenties|thirties|forties|fifties|sixties|seventies"
            r"|eighties|nineties)"
        ),
        _decade_word,
        needs=("ties",),
    ),
    Rule(expression(r"(?:the )?(?P<century>1\d|2[01])(?:th|st) century"), _century, needs=("century",)),
    Rule(
        expression(
            rf"(?:the year )?(?P<words>(?:nineteen|eighteen|twenty)[\s-](?:(?:{_TENS_WORD})(?:-(?:{'|'.join(_SMALL)}))?"
            rf"|{'|'.join(_SPOKEN_TEENS)})"
            rf"|(?<=year )two thousand)"
        ),
        _spoken,
    ),
    Rule(re.compile(rf"(?i)(?<=\bin )(?P<month>{MONTH})(?![\w-])(?!\s+\d)"), _month, needs=MONTH_STEMS),
    Rule(
        re.compile(
            rf"(?i)(?:(?<=\bby )|(?<=\bof )|(?<=\bsince )|(?<=\buntil )|(?<=\bduring )|(?<=\bfrom )|(?<=\bbefore )"
            rf"|(?<=\bafter )|(?<=\bfor )|(?<=\bto )|(?<=\bthrough ))(?P<month>{MONTH})(?![\w-])(?!\s+\d)(?!"
            rf"\s+[A-Z])"
        ),
        _month,
        needs=MONTH_STEMS,
    ),
    Rule(
        re.compile(
            r"(?<![\w-])(?P<month>January|February|July|September|October|November|December|(?:Jan|Feb|Sept?"
            r"|Oct|Nov|Dec)\.|(?:April|June|August)(?='s|\s+[a-z]))(?![\w-])(?!\s+\d)"
        ),
        _month,
        needs=MONTH_STEMS,
    ),
    Rule(expression(rf"(?P<part>{PART})(?:the year )?(?P<year>{YEAR})(?!-\d|\s*%|/)"), _year, needs=("18", "19", "20")),
    Rule(re.compile(rf"(?<![\w$£€.,:/#+-])(?:the year )?(?P<year>{YEAR})(?![\w%/]|[.,:]\d|-\w)"), _bare_year, needs=("18", "19", "20")),
)
