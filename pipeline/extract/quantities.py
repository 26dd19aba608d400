"""Numbers of a paragraph with their bounds, units and what they count.

Ordinals, ages, clock times, dates and designations ("Su-34", "No. 3", "Pad 39B") are no quantities.
"""

import re
from dataclasses import dataclass

from pipeline.extract.calendar_words import NUMBER_WORDS, parse_number

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:\s*(?:thousand|million|billion|trillion|m|mn|bn|k)\b)?"
_NUM = rf"(?:(?:{_DIGITS}){_SCALE}|{NUMBER_WORDS})"
_CURRENCY = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"} | {
    code.lower(): code for code in "EUR USD GBP CHF SEK NOK DKK PLN CZK JPY CNY INR AUD CAD NZD".split()
}
_MONEY_WORDS = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "rupee": "INR", "usd": "USD", "eur": "EUR", "gbp": "GBP"}
_BOUNDS = (
    ("at least", r"at least|no fewer than|no less than|not less than|a minimum of|upwards? of|minimum"),
    ("more than", r"more than|over|above|in excess of|exceeding|greater than|better than|well over|just over"),
    ("less than", r"fewer than|less than|under|below|just under|short of"),
    ("at most", r"up to|at most|no more than|not more than|as many as|as much as|a maximum of|maximum"),
    ("about", r"about|around|roughly|some|approximately|approx\.?|nearly|almost|close to|an estimated|estimated|circa|or so"),
)
_BOUND = re.compile(
    r"(?i)\b(?:"
    + "|".join(f"(?P<b{i}>{words})" for i, (_, words) in enumerate(_BOUNDS))
    + r")(?:\s+(?:an?|the|about|some|estimated))?\s*[\"“']?\s*(?:us)?$"
)
_QUANTITY = re.compile(
    rf"(?i)(?<![\w.,:/$€£-])(?P<currency>us\$|[$€£¥₹]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|JPY|CNY|INR|AUD|CAD|NZD)(?=\s?\d))?\s?(?P<low>{_NUM})(?:\s*(?:to|or|-|–|and(?=\s+\d))\s*(?:us\$|[$€£])?(?P<high>{_NUM}))?(?P<suffix>\s*(?:%|percent|per\s*cent|percentage points?))?(?![\w]|[-:/]\d|\.\d)"
)
_BETWEEN = re.compile(rf"(?i)\bbetween\s+(?P<low>{_NUM})\s+and\s+(?P<high>{_NUM})(?P<suffix>\s*(?:%|percent|per\s*cent))?")
_FRACTION = re.compile(
    r"(?i)\b(?:(?P<words>half|a half|one half|two[- ]thirds|a third|one[- ]third|three[- ]quarters|a quarter|one[- ]quarter|a fifth|most|the majority|all)\b)(?=\s+(?:of\b|the\b))"
)
_FRACTIONS = {
    "half": 0.5,
    "a half": 0.5,
    "one half": 0.5,
    "two thirds": 2 / 3,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "three quarters": 0.75,
    "a quarter": 0.25,
    "one quarter": 0.25,
    "a fifth": 0.2,
}
_METRES = re.compile(r"(?i)[\d.,]+\s?m")
_DESIGNATION = re.compile(
    r"(?i)(?:\b(?:no\.?|nos\.?|number|pad|page|room|flight|route|highway|article|chapter|section|phase|stage|round|level|category|unit|"
    r"group|channel|version|class|type|model|plan|day|week|game|lot|batch|block|(?<!['’])[A-Z])\s*)$"
)
# "The dead now number 24": the verb, not the designation.
_AMOUNTING = re.compile(r"(?i)(?:\b(?:now|already|still|then|they|we|who|which|to|dead|injured|wounded|missing)|[a-z]s)\s+number\s*$")
# "One of the safest pots" praises and counts nothing.
_ONE_OF_THE_BEST = re.compile(r"(?i)\s+of (?:the|its|his|her|our|their|my)\s+(?:world['’]s\s+|country['’]s\s+)?(?:most|least|best|worst|top|[a-z]{3,}est)\b")
_HUNDREDTHS = re.compile(rf"(?i)\s+met(?:re|er)s?\s+(?P<part>{NUMBER_WORDS})\b(?!\s+(?:metres?|meters?|centimetres?))")
_MOVED_UP = re.compile(r"(?i)\b(?:creep|crept|rise|rises|risen|rose|climb(?:s|ed)?|jump(?:s|ed)?|go|goes|gone|went|is|are|was|were|moved?|shot)\s+(?:now\s+)?$")
_PER = re.compile(
    r"(?i)^[^.;]{0,40}?\b(?:(?:a|per|each|every|in (?:the (?:past|last) )?(?:a|one|24|twenty-four)?)\s*(?P<unit>hours?|day|week|month|year)|(?P<daily>daily|overnight))\b"
)
_AGE = re.compile(r"(?i)^\s*(?:-?\s*years?\s*-?\s*old|,\s*(?:who|was|is|of|from|said|told)\b)|^-year-old")


_AGED = re.compile(r"(?i)(?:,|\baged?|\b(?:man|woman|boy|girl|child|youth|person|[a-z]+er|[a-z]+ist) of)\s*$")
_AGE_BESIDE = re.compile(r"(?<![\w])[A-Za-z][\w.'’-]*,\s$")
_STREET = re.compile(r"^\s+(?:[A-Z][\w'’.-]*\s+){0,3}(?:Street|Road|Avenue|Lane|Square|Boulevard|Drive|St|Rd|Ave)\b")
_SCORE = re.compile(r"\d{1,3}[-–]\d{1,3}")
_PLAYED = re.compile(
    r"(?i)\b(?:beat|beats|beating|won|win|lost|lose|defeat|defeated|victory|lead|leads|led|drew|draw|vote|voted|score|scored)\b[^.;]*$"
)
# "Dozens" are more than one dozen and fewer than a hundred: the next larger word would have been used.
_ROUND = re.compile(
    r"(?i)(?<![\w-])(?:(?P<one>(?:a|one)\s+(?P<name>dozen|couple(?=\s+of\b)|score(?=\s+of\b)))|(?P<many>(?:(?:tens|hundreds)\s+of\s+)?(?:thousands|millions)|hundreds|dozens|scores(?=\s+of\b)))\b"
)
_ROUND_ONE = {"dozen": 12.0, "couple": 2.0, "score": 20.0}
_ROUND_MANY = {
    "dozens": (24.0, 99.0),
    "scores": (40.0, 199.0),
    "hundreds": (200.0, 999.0),
    "thousands": (2e3, 9_999.0),
    "tens of thousands": (2e4, 99_999.0),
    "hundreds of thousands": (2e5, 999_999.0),
    "millions": (2e6, 9_999_999.0),
    "tens of millions": (2e7, 99_999_999.0),
    "hundreds of millions": (2e8, 999_999_999.0),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a paragraph: offsets, value range, bound and unit ("" where what is counted must tell)."""

    start: int
    end: int
    low: float | None
    high: float | None
    bound: str
    unit: str
    per: str


def find_numbers(text: str, taken: tuple[tuple[int, int], ...]) -> tuple[Number, ...]:
    """Counts, amounts and shares of a paragraph in order.

    Args:
        text: The paragraph.
        taken: Spans that are something else (dates, clock times, durations).
    """
    numbers: list[Number] = []
    busy = list(taken)
    for match in (*_FRACTION.finditer(text), *_BETWEEN.finditer(text), *_ROUND.finditer(text), *_QUANTITY.finditer(text)):
        start, end = match.span()
        start += len(match.group()) - len(match.group().lstrip())
        if any(start < upto and begin < end for begin, upto in busy):
            continue
        number = _READERS.get(match.re, _number)(match, text, start)
        if number is not None:
            busy.append((number.start, number.end))
            numbers.append(number)
    return tuple(sorted(numbers, key=lambda number: number.start))


def _number(match: re.Match[str], text: str, start: int) -> Number | None:
    groups = match.groupdict()
    before, after = text[max(0, start - 30) : start], text[match.end() : match.end() + 60]
    if not groups.get("currency") and not groups.get("suffix") and _is_no_count(match.group().strip(), before, after):
        return None
    # "At 5.6m, a metre above the wall" and "188 m since Friday" are heights, "5.6m people" are millions.
    metres = not groups.get("currency") and not groups.get("high") and _METRES.fullmatch(groups["low"])
    if metres and (re.search(r"\s", groups["low"]) or not re.match(r"\s+[a-z]", after)):
        groups["low"] = groups["low"].rstrip("mM ")
    low = parse_number(groups["low"])
    high = parse_number(groups["high"]) if groups.get("high") else low
    if low is None or high is None:
        return None
    if low == high and (beyond := _HUNDREDTHS.match(after)) and (part := parse_number(beyond["part"])) and part < 100:
        low = high = low + part / 100  # "five metres sixty"
    low, high = _rescaled(low, high, groups["low"], groups.get("high") or "")
    if (
        1500 <= low <= 2100
        and low == high
        and re.fullmatch(r"\d{4}", groups["low"])
        and re.search(r"(?i)\b(in|since|of|until|by|the)\s*$", before)
    ):
        return None  # a year
    bound_start, bound = _bound(text, start)
    if low != high:
        bound = "range" if bound in ("exact", "about") else bound
    unit = _unit(groups, after)
    return Number(start=bound_start, end=match.end(), low=min(low, high), high=max(low, high), bound=bound, unit=unit, per=_per(after))


def _is_no_count(number: str, before: str, after: str) -> bool:
    """Designations ("flight 714"), ages ("Berg, 43, said"), addresses ("14 Harbour Street") and results of games ("beat them 3-2")."""
    if number.lower() == "one" and _ONE_OF_THE_BEST.match(after):
        return True
    designation = _DESIGNATION.search(before[-12:]) and not _AMOUNTING.search(before)
    if re.match(r"(?i)\s?[ap]\.?m\b", after):
        return True  # "at around 330 am"
    aged = _AGE.match(after)
    # "Berg, 43, of Oslo" is an age; "stands at 18, of whom six" is none.
    if aged and aged.group().lstrip().startswith(",") and not _AGED.search(before):
        aged = None
    if designation or aged or _STREET.match(after):
        return True
    if number.isdecimal() and int(number) < 120 and _AGE_BESIDE.search(before) and re.match(r"\s*,(?!\s*\d)", after):
        return True
    if not _SCORE.fullmatch(number):
        return False
    low, high = (int(side) for side in re.split("[-–]", number))
    return low >= high or bool(_PLAYED.search(before))


def _round(match: re.Match[str], text: str, start: int) -> Number:
    """ "A dozen", "scores of", "hundreds of thousands": a number as round as its word."""
    start, bound = _bound(text, match.start())
    if match["one"]:
        value = _ROUND_ONE[match["name"].lower()]
        return Number(start=start, end=match.end(), low=value, high=value, bound="about" if bound == "exact" else bound, unit="", per="")
    low, high = _ROUND_MANY[re.sub(r"\s+", " ", match["many"].lower())]
    return Number(
        start=match.start(), end=match.end(), low=low, high=high, bound="range", unit="", per=_per(text[match.end() : match.end() + 60])
    )


def _rescaled(low: float, high: float, low_text: str, high_text: str) -> tuple[float, float]:
    """ "2 to 3 million" scales both."""
    scale = re.search(r"(?i)(thousand|million|billion|trillion)\s*$", high_text)
    if scale and not re.search(r"(?i)(thousand|million|billion|trillion)", low_text):
        factor = parse_number("1 " + scale[1])
        return low * (factor or 1.0), high
    return low, high


def _bound(text: str, start: int) -> tuple[int, str]:
    window = max(0, start - 30)
    match = _BOUND.search(text[window:start])
    if not match:
        return start, "exact"
    index = next(i for i in range(len(_BOUNDS)) if match.group(f"b{i}"))
    if match.group().lower().startswith("up to") and _MOVED_UP.search(text[: window + match.start()]):
        return start, "exact"  # "has crept up to 46"
    return window + match.start(), _BOUNDS[index][0]


def _unit(groups: dict[str, str | None], after: str) -> str:
    unit = ""
    if groups.get("currency"):
        unit = _CURRENCY[str(groups["currency"]).lower().strip()]
    elif groups.get("suffix"):
        return "percent"
    elif match := re.match(r"(?i)\s*(?:us )?(dollar|euro|pound|yen|rupee|usd|eur|gbp)s?\b", after):
        unit = _MONEY_WORDS[match[1].lower()]
    elif re.match(r"(?i)\s*(?:cents?|pence)\b", after):
        unit = "cent"
    if unit and re.search(r"(?i)^[^.;,]{0,20}?\b(?:a|per|each|every)\s+(?:[\w’'-]+\s+){0,2}share\b", after):
        unit += "/share"
    return unit


def _per(after: str) -> str:
    match = _PER.match(after)
    if not match:
        return ""
    unit = (match["unit"] or "day").lower().rstrip("s")
    return "day" if unit == "hour" else unit


def _fraction(match: re.Match[str], text: str, start: int) -> Number | None:
    words = match["words"].lower().replace("-", " ")
    start, bound = _bound(text, match.start())
    if words in ("most", "the majority"):
        return Number(start=match.start(), end=match.end(), low=0.55, high=1.0, bound="range", unit="share", per="")
    if words == "all" and re.match(r"(?i)\s+(?:of\s+)?(?:[\w’'-]+\s+){1,3}?\d", text[match.end() :]):
        return None  # "all of the town's 2,600 residents": the number says how many
    if words == "all":
        return Number(start=match.start(), end=match.end(), low=1.0, high=1.0, bound="exact", unit="share", per="")
    value = _FRACTIONS[words]
    point = re.match(r"(?i)\s+of a (?:percentage|per\s?cent) point", text[match.end() :])
    unit, end = ("percent", match.end() + point.end()) if point else ("share", match.end())
    return Number(start=start, end=end, low=value, high=value, bound=bound, unit=unit, per="")


_READERS = {_FRACTION: _fraction, _ROUND: _round}
