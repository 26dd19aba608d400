"""Quarters, halves, fiscal years and seasons -> Intervals; and the periods that a text compares with ("the year-ago quarter")."""

import re

from pipeline.extract.calendar_words import YEAR
from pipeline.extract.date_rules import Rule, expression
from pipeline.extract.intervals import half_span, quarter_span, season_span, shifted, year_span
from pipeline.extract.narrative import Context
from pipeline.model import Interval

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_DURING = re.compile(r"\b(?:in|during|over|by|until|since|into|through|throughout)\s+$")
_YEARS = {"last": -1, "next": 1, "this": 0, "previous": -1, "current": 0, "latest": 0}


def _quarter(match: re.Match[str], context: Context) -> Interval:
    """A numbered quarter. Without a year it is the last one that has begun, under a verb in the future the next one."""
    groups = match.groupdict()
    number = int(groups["q"]) if groups.get("q") else _ORDINALS[groups["ordinal"].lower()]
    year, ahead = context.anchor.year, (context.anchor.month + 2) // 3
    if groups.get("year"):
        year = int(groups["year"])
    elif groups.get("rel"):
        year += _YEARS[groups["rel"].lower()]
    elif number > ahead and (context.looks_back or number - ahead > 1) and context.tense != "future":
        year -= 1  # reported in the new year
    elif number < ahead - 1 and context.tense == "future":
        year += 1  # results of the last quarter "will be published"; an older one is that of next year
    if groups.get("ago"):
        year -= 1
    return quarter_span(year, number, context.anchor)


def _named_quarter(match: re.Match[str], context: Context) -> Interval | None:
    """ "This quarter", "the latest quarter", "the year-ago quarter", "the quarter": by the calendar or by the one spoken of."""
    which = match["which"].lower()
    anchor, current = context.anchor, (context.anchor.month + 2) // 3
    spoken = context.narrative.quarter
    if which in ("this", "current"):
        return quarter_span(anchor.year, current, anchor)
    if which in ("next", "coming"):
        return quarter_span(anchor.year, current + 1, anchor)
    if which in ("last", "previous"):
        return quarter_span(anchor.year, current - 1, anchor)
    if which in ("that", "the", "latest"):
        return spoken or (quarter_span(anchor.year, current - 1, anchor) if which == "latest" else None)
    base = spoken if spoken and spoken.start and spoken.start.year == anchor.year else quarter_span(anchor.year, current - 1, anchor)
    return shifted(base, -1, anchor)


def _quarter_of_year(match: re.Match[str], context: Context) -> Interval:
    """ "The 1988 period": the quarter that is spoken of, in that year."""
    spoken = context.narrative.quarter
    if spoken is None or spoken.start is None:
        return year_span(int(match["year"]), context.anchor)
    return shifted(spoken, int(match["year"]) - spoken.start.year, context.anchor)


def _half(match: re.Match[str], context: Context) -> Interval:
    year = int(match["year"]) if match["year"] else context.anchor.year + _YEARS.get((match["rel"] or "this").lower(), 0)
    return half_span(year, 1 if match["ordinal"].lower() == "first" else 2, context.anchor)


def _fiscal(match: re.Match[str], context: Context) -> Interval:
    if match["year"]:
        return year_span(int(match["year"]), context.anchor)
    return year_span(context.anchor.year + _YEARS.get((match["which"] or "this").lower(), 0), context.anchor)


def _season(match: re.Match[str], context: Context) -> Interval | None:
    season, which = match["season"].lower(), (match["which"] or "").lower().strip()
    anchor = context.anchor
    if match["year"]:
        return season_span(int(match["year"]), season, anchor)
    if match.group().lower().startswith("the ") and not _DURING.search(context.before):
        return None  # "from the spring", "after the fall"
    here = season_span(anchor.year, season, anchor)
    if here.start is None or here.end is None:
        return None
    if which in ("last", "this past"):
        return here if here.end < anchor else season_span(anchor.year - 1, season, anchor)
    if which in ("next", "this coming"):
        return here if here.start > anchor else season_span(anchor.year + 1, season, anchor)
    if which == "this" or context.tense == "future" or context.tense == "present":
        return here if here.end >= anchor or which == "this" else season_span(anchor.year + 1, season, anchor)
    return here if here.start <= anchor else season_span(anchor.year - 1, season, anchor)


_ORDINAL = r"(?P<ordinal>first|second|third|fourth|[1-4](?:st|nd|rd|th))"
_OF = rf"(?:,?\s+(?:of\s+)?(?:fiscal\s+)?(?P<year>{YEAR})|\s+(?:of\s+)?(?P<rel>last|this|next)\s+year)?"

RULES = (
    Rule(
        expression(rf"(?:the\s+)?(?P<rel>this|last|next)\s+year's\s+(?:fiscal\s+)?{_ORDINAL}[\s-]quarter"),
        _quarter,
        needs=("quarter", "q1", "q2", "q3", "q4"),
    ),
    Rule(
        expression(rf"(?:the\s+)?(?:fiscal\s+)?(?P<year>{YEAR})(?:'s)?\s+(?:fiscal\s+)?{_ORDINAL}[\s-]quarter"),
        _quarter,
        needs=("quarter", "q1", "q2", "q3", "q4"),
    ),
    Rule(
        expression(rf"(?:the\s+)?(?P<ago>year-(?:ago|earlier)\s+){_ORDINAL}[\s-]quarter"),
        _quarter,
        needs=("quarter", "q1", "q2", "q3", "q4"),
    ),
    Rule(
        expression(rf"(?:(?:the|its|their)\s+)?(?:fiscal[\s-])?{_ORDINAL}[\s-](?:fiscal\s+)?quarter{_OF}"),
        _quarter,
        needs=("quarter", "q1", "q2", "q3", "q4"),
    ),
    Rule(expression(rf"Q(?P<q>[1-4])(?:\s+(?:of\s+)?(?P<year>{YEAR}))?"), _quarter, needs=("quarter", "q1", "q2", "q3", "q4")),
    Rule(
        expression(
            r"(?:the\s+)?(?:comparable\s+|corresponding\s+|same\s+)?(?P<which>year-ago|year-earlier|prior-year"
            r"|last year's)(?:\s+(?:quarter|period))"
        ),
        _named_quarter,
        needs=("quarter", "period"),
    ),
    Rule(
        expression(r"(?:the\s+)?(?P<which>this|current|next|coming|last|previous|latest|that)\s+quarter"),
        _named_quarter,
        needs=("quarter", "period"),
    ),
    Rule(expression(r"the (?P<which>latest) period"), _named_quarter, needs=("quarter", "period")),
    Rule(expression(rf"the (?P<year>{YEAR}) (?:quarter|period)"), _quarter_of_year, needs=("quarter", "period")),
    Rule(expression(r"(?P<which>the) quarter"), _named_quarter, needs=("quarter", "period")),
    Rule(
        expression(
            rf"the\s+(?P<ordinal>first|second|last)\s+half(?:\s+of\s+(?:(?P<year>{YEAR})|(?:the\s+)?(?P<rel>this"
            rf"|last|next)\s+year|the year)|(?=\s*[,.;]))"
        ),
        _half,
        needs=("half",),
    ),
    Rule(
        expression(
            rf"(?:the\s+)?(?:(?P<which>current|latest|last|next|this|previous)\s+)?(?:fiscal|financial)\s+(?:year"
            rf"\s+)?(?P<year>{YEAR})"
        ),
        _fiscal,
        needs=("fiscal", "financial", "full"),
    ),
    Rule(
        expression(r"(?:the\s+)?(?P<which>current|latest|last|next|this|previous)\s+(?:fiscal|financial)\s+year(?P<year>)"),
        _fiscal,
        needs=("fiscal", "financial", "full"),
    ),
    Rule(expression(r"the\s+(?P<which>)(?:fiscal|financial|full)\s+year(?P<year>)"), _fiscal, needs=("fiscal", "financial", "full")),
    Rule(
        expression(
            rf"(?:(?P<which>this past|this coming|this|next|last)\s+|the\s+)(?:early |late )?(?P<season>spring"
            rf"|summer|autumn|winter|fall)(?:\s+(?:of\s+)?(?P<year>{YEAR}))?(?=\W|$)(?!\s+(?:in|of)\b)"
        ),
        _season,
        needs=("spring", "summer", "autumn", "winter", "fall"),
    ),
    Rule(
        re.compile(
            rf"(?i)(?:(?<=\bin )|(?<=\bby )|(?<=\buntil )|(?<=\bsince ))(?P<which>)(?:early |late )?(?P<season>spring"
            rf"|summer|autumn|winter|fall)(?:\s+(?:of\s+)?(?P<year>{YEAR}))?(?![\w-])"
        ),
        _season,
        needs=("spring", "summer", "autumn", "winter", "fall"),
    ),
    Rule(
        re.compile(rf"(?i)\b(?P<which>)(?P<season>spring|summer|autumn|winter|fall)\s+(?:of\s+)?(?P<year>{YEAR})(?![\w-])"),
        _season,
        needs=("spring", "summer", "autumn", "winter", "fall"),
    ),
)
