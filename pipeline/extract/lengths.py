"""Lengths of time of a paragraph in seconds: "two and a half hours", "72-hour", "two to three weeks". An age is none."""

import re
from dataclasses import dataclass

from pipeline.extract.calendar_words import NUMBER_WORDS, parse_number

_NUM = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{NUMBER_WORDS})"
_UNITS = "second|minute|hour|day|night|week|fortnight|month|quarters(?! of)|year|decade"
_LENGTH = re.compile(
    rf"(?i)(?<![\w.$£€])(?P<low>{_NUM}|an?|half an?|a couple of|a dozen)(?:\s*(?:to|or|-|–)\s*(?P<high>{_NUM}))?(?P<h"
    rf"alf>\s+and\s+a\s+half)?"
    rf"[\s-]+(?P<unit>{_UNITS})s?\b(?P<tail>\s+and\s+a\s+half)?(?!\s*(?:ago|old)\b|-old)"
)
_COUNTED = re.compile(r"(?i)(?:\d[\d,.]*|\b(?:times|once|twice|hundred|thousand|million|billion))(?:\s+[a-z-]+){0,2}\s$")
_SHIFT = re.compile(r"(?i)\s+(?:earlier|later|before|after|ahead of)\b")
_SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "night": 86400.0,
    "week": 604800.0,
    "fortnight": 1209600.0,
    "month": 2592000.0,
    "quarter": 7776000.0,
    "year": 31536000.0,
    "decade": 315360000.0,
}
_WORDS = {"half a": 0.5, "half an": 0.5, "a couple of": 2.0, "a dozen": 12.0}


_NOUN_NEXT = re.compile(r"\s+(?!(?:or|and|later|ago|before|after|to|for|in|on|at|per|of|when|until|each|longer)\b)[a-z]")


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time in a paragraph, in seconds. `start` and `end` are offsets into the paragraph.

    `shift` marks how far something lies from something else ("three hours before the start"): nothing lasts that long.
    """

    start: int
    end: int
    low: float
    high: float
    shift: bool = False


def find_lengths(text: str) -> tuple[Length, ...]:
    """The lengths of time of a paragraph in order, with their offsets into `text`."""
    lengths = []
    for match in _LENGTH.finditer(text):
        low = _WORDS.get(match["low"].lower()) or parse_number(match["low"])
        high = parse_number(match["high"]) if match["high"] else low
        if low is None or high is None or _is_rate(match, text) or _is_ordinal(match, text):
            continue
        more = 0.5 if match["half"] or match["tail"] else 0.0
        seconds = _SECONDS[match["unit"].lower().rstrip("s")]
        shift = bool(_SHIFT.match(text, match.end()))
        lengths.append(Length(start=match.start(), end=match.end(), low=(low + more) * seconds, high=(high + more) * seconds, shift=shift))
    return tuple(lengths)


def _is_rate(match: re.Match[str], text: str) -> bool:
    """ "40 flights a day", "$3 million a year": a period that something is counted by is no length."""
    return match["low"].lower() in ("a", "an") and bool(_COUNTED.search(text[max(0, match.start() - 40) : match.start()]))


def _is_ordinal(match: re.Match[str], text: str) -> bool:
    """ "A second sentence", "the one second goal": the next one, not sixty of them to a minute."""
    alone = match["unit"].lower() == "second" and match["low"].lower() in ("a", "one", "an")
    return alone and bool(_NOUN_NEXT.match(text, match.end()))
