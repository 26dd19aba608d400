"""Names of months, weekdays and number words, and the expressions that read them."""

import re

from text_to_num import text2num

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thu", "friday fri", "saturday sat", "sunday sun")
    )
    for name in names.split()
    if len(name) > 4
}
DAY_PARTS = "morning|afternoon|evening|night|noon|midday|midnight"
MONTH = (
    "(?:"
    + "|".join(
        sorted(
            (rf"{name}\b\.?" if len(name) < 5 and name not in ("may", "june", "july") else rf"{name}\b" for name in MONTHS),
            key=len,
            reverse=True,
        )
    )
    + ")"
)
WEEKDAY = "(?:" + "|".join(WEEKDAYS) + r")\b"
DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
YEAR = r"(?:1[89]|20)\d\d"
PART = (
    r"(?:early|late|mid|the (?:early|late|mid) part of|the (?:start|beginning|middle|end) of|(?:start"
    r"|beginning|middle|end)[ -]of)(?: in)?[ -]?"
)
UNIT = r"(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|decade)s?"
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second "
        "twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first".split(),
        start=11,
    )
}
# A day of the month by its number alone; the words below "eleventh" more often count something else.
ORDINAL_DAY = rf"(?:(?:[12]?\d|3[01])(?:st|nd|rd|th)|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORD = rf"(?:{'|'.join((_UNITS + ' ' + _TENS).split())}|hundred|thousand|million|billion|trillion)"
_DIGIT_WORDS = rf"(?:zero|nought|oh|{'|'.join(_UNITS.split()[:9])})"
# "One point six five", "two point four billion".
_POINT = rf"\s+point(?:\s+{_DIGIT_WORDS})+(?:\s+(?:hundred|thousand|million|billion|trillion))?\b"
NUMBER_WORDS = rf"(?:(?:a\s+(?=hundred|thousand|million|billion))?{_WORD}(?:(?:[\s-]+(?:and\s+)?){_WORD})*(?:{_POINT})?)"
NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|{NUMBER_WORDS}|an?(?=\s+(?:day|week|month|quarter|year|decade|hour|minute|fortnight)))"
_SCALES = {"thousand": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12, "k": 1e3}


def parse_number(text: str) -> float | None:
    """The value of a number in digits or English words ("1,500", "sixty-one", "a"), or None."""
    cleaned = text.strip().lower()
    if cleaned in ("a", "an"):
        return 1.0
    scaled = re.fullmatch(r"([\d.,]+)\s*([a-z]+)?", cleaned)
    if scaled:
        scale = _SCALES.get(scaled[2] or "", 1.0 if not scaled[2] else None)
        try:
            return None if scale is None else float(scaled[1].rstrip(".,").replace(",", "")) * scale
        except ValueError:
            return None
    words = re.sub(r"^a\s+", "one ", cleaned).replace("-", " ")
    whole, point, rest = words.partition(" point ")
    try:
        return _decimal(whole, rest) if point else float(text2num(words, "en"))
    except ValueError:
        return None


def _decimal(whole: str, rest: str) -> float:
    """ "two" and "four billion" -> 2.4e9: the digits behind a spoken point, and the scale of the whole. Raises ValueError."""
    words = rest.split()
    scale = _SCALES.get(words[-1], 1.0)
    digits = "".join(str(_DIGITS[word]) for word in words if word in _DIGITS)
    return float(f"{text2num(whole, 'en')}.{digits}") * scale


_DIGITS = {"zero": 0, "nought": 0, "oh": 0} | {word: number for number, word in enumerate(_UNITS.split()[:9], start=1)}


def month_number(text: str) -> int:
    """1-12 of a month's name or abbreviation."""
    return MONTHS[text.lower().rstrip(".")]


def day_number(text: str) -> int:
    """The number in "3", "03", "3rd" or "thirtieth"."""
    return _ORDINALS.get(text.lower()) or int(re.sub(r"\D", "", text))
