"""Time expressions of TimeBank and AQUAINT: are they found, how exactly, and do they get the value of the labels (TIMEX3)?

Counted as TempEval-3 does: relaxed = overlap, strict = same span, value = overlap and the same value string, one to one.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.config import load_language
from pipeline.extract.date_mentions import tense_at
from pipeline.extract.dates import DateFinder, Found
from pipeline.extract.lengths import find_lengths
from pipeline.extract.narrative import Narrative
from pipeline.extract.nlp import load_english
from pipeline.extract.nodes import nodes_of
from pipeline.extract.paragraphs import split_paragraphs

CORPORA = ("timebank", "aquaint")
_REFERENCES = {"present": "PRESENT_REF", "past": "PAST_REF", "future": "FUTURE_REF"}
_SEASONS = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}
_PARTS = (("morning", "TMO"), ("afternoon", "TAF"), ("evening", "TEV"), ("tonight", "TNI"), ("night", "TNI"))
_AHEAD = re.compile(r"(?:within|in|over|during|for) (?P<span>(?:the (?:next|coming|following) )?)")
_PERIODS = {"daily": "P1D", "weekly": "P1W", "monthly": "P1M", "yearly": "P1Y", "annually": "P1Y", "hourly": "PT1H", "nightly": "P1D"}
_UNITS = (("Y", 31_536_000), ("M", 2_592_000), ("W", 604_800), ("D", 86_400))
_CLOCKS = (("H", 3600), ("M", 60), ("S", 1))


_FORMS: dict[str, Callable[[dt.datetime, str, str], str]] = {
    "minute": lambda first, words, kind: f"{first:%Y-%m-%dT%H:%M}",
    "part": lambda first, words, kind: (
        f"{first:%Y-%m-%d}" + ("" if kind == "date" else next((part for word, part in _PARTS if word in words), "TNI"))
    ),
    "week": lambda first, words, kind: f"{first:%G-W%V}",
    "weekend": lambda first, words, kind: f"{first:%G-W%V-WE}",
    "month": lambda first, words, kind: f"{first:%Y-%m}",
    "vague": lambda first, words, kind: f"{first:%Y-%m}",
    "quarter": lambda first, words, kind: f"{first.year}-Q{(first.month + 2) // 3}",
    "half": lambda first, words, kind: f"{first.year}-H{(first.month + 5) // 6}",
    "season": lambda first, words, kind: f"{first.year}-{_SEASONS.get(first.month, 'WI')}",
    "year": lambda first, words, kind: f"{first.year}",
    "decade": lambda first, words, kind: f"{first.year // 10}",
    "century": lambda first, words, kind: f"{first.year // 100}",
}


def _day(first: dt.datetime, words: str, kind: str) -> str:
    return f"{first:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Timex:
    """A time expression: character offsets, its TIMEX3 type and value."""

    start: int
    end: int
    type: str
    value: str


def measure(folder: Path) -> tuple[str, ...]:
    """The lines to print: DATE alone and all types, for each corpus and for both together.

    Args:
        folder: Where temporal.jsonl lies. Rows of other corpora than TimeBank and AQUAINT are passed over unread.
    """
    terms = load_language().calendar
    # The labels keep clock times in the zone that the text gives, and the data has no zone for its days.
    finder, nlp = DateFinder(replace(terms, zones=dict.fromkeys(terms.zones, dt.UTC))), load_english()
    counts: dict[str, Counter[str]] = {corpus: Counter() for corpus in CORPORA}
    for row in gold_rows(folder / "temporal.jsonl"):
        found = timexes(finder, nlp, row)
        gold = tuple(Timex(item["start"], item["end"], item["type"], item["value"]) for item in row["timexes"])
        counts[row["corpus"]].update(documents=1)
        counts[row["corpus"]].update(score(gold, found, "all"))
        only = [tuple(item for item in items if item.type == "DATE") for items in (gold, found)]
        counts[row["corpus"]].update(score(only[0], only[1], "DATE"))
    counts["both"] = counts["timebank"] + counts["aquaint"]
    return tuple(line for corpus, count in counts.items() for line in _lines(corpus, count))


def gold_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of TimeBank and AQUAINT; what is kept for a last measurement by others is not looked at."""
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["corpus"] in CORPORA:
                yield row


def timexes(finder: DateFinder, nlp: Any, row: dict[str, Any]) -> tuple[Timex, ...]:
    """What we find in a document, as TIMEX3."""
    anchor = dt.datetime.fromisoformat(row["dct"]).replace(tzinfo=dt.UTC)
    if len(row["dct"]) == 10:
        anchor += dt.timedelta(hours=12)
    paragraphs, narrative, found = split_paragraphs(row["text"]), Narrative(), []
    for paragraph, doc in zip(paragraphs, nlp.pipe(paragraph.text for paragraph in paragraphs), strict=True):
        text, shift = paragraph.text, paragraph.start
        dates = finder.find(text, anchor, tense_at(doc, nodes_of(doc)), narrative)
        found += [_timex(date, text, shift) for date in dates]
        for length in find_lengths(text):
            if not any(length.start < date.end and date.start < length.end for date in dates):
                found.append(
                    Timex(shift + length.start, shift + length.end, "DURATION", duration(text[length.start : length.end], length.low))
                )
    return tuple(sorted(found, key=lambda item: item.start))


def _timex(date: Found, text: str, shift: int) -> Timex:
    words = text[date.start : date.end].lower()
    if date.when.precision in ("range", "hour") and (told := _AHEAD.match(words)):
        lengths = find_lengths(words[told.end() :]) or find_lengths(words)
        value = duration(words, lengths[0].low) if lengths else "PXX"
        return Timex(shift + date.start + told.start("span"), shift + date.end, "DURATION", value)
    return Timex(shift + date.start, shift + date.end, {"set": "SET", "time": "TIME", "clock": "TIME"}.get(date.kind, "DATE"), value_of(date, words))


def value_of(date: Found, words: str) -> str:
    """The TIMEX3 value of a finding; `words` is its text in lower case."""
    if date.kind == "set":
        return _PERIODS.get(words, "P1" + words.split()[-1][:1].upper())
    if date.reference:
        return _REFERENCES[date.reference]
    first = date.when.start or date.when.end
    assert first is not None
    return _FORMS.get(date.when.precision, _day)(first, words, date.kind)


def duration(words: str, seconds: float) -> str:
    """The TIMEX3 value of a length of time, in the unit that the text uses."""
    unit = next(
        (
            name
            for name in ("decade", "year", "quarter", "month", "week", "day", "night", "hour", "minute", "second")
            if name in words.lower()
        ),
        "day",
    )
    letters = {
        "decade": "E",
        "year": "Y",
        "quarter": "Q",
        "month": "M",
        "week": "W",
        "day": "D",
        "night": "D",
        "hour": "H",
        "minute": "M",
        "second": "S",
    }
    sizes = {"E": 315_360_000.0, "Q": 7_776_000.0, **dict(_UNITS)}
    clock = unit in ("hour", "minute", "second")
    size = dict(_CLOCKS)[letters[unit]] if clock else sizes[letters[unit]]
    if re.match(r"(?i)(?:several|a few|few|some|recent|many|the (?:past|last) (?:few|several))\b", words) or not seconds:
        return f"P{'T' if clock else ''}X{letters[unit]}"
    return f"P{'T' if clock else ''}{seconds / size:g}{letters[unit]}"


def score(gold: tuple[Timex, ...], found: tuple[Timex, ...], name: str) -> Counter[str]:
    """Counts of one document."""
    counts = Counter({f"{name} gold": len(gold), f"{name} found": len(found)})
    free = list(gold)
    for item in found:
        theirs = next((one for one in free if item.start < one.end and one.start < item.end), None)
        if theirs is None:
            continue
        free.remove(theirs)
        counts[f"{name} relaxed"] += 1
        counts[f"{name} strict"] += (item.start, item.end) == (theirs.start, theirs.end)
        counts[f"{name} value"] += item.value == theirs.value
    return counts


def _lines(corpus: str, counts: Counter[str]) -> Iterator[str]:
    yield f"temporal, {corpus}: {counts['documents']} documents"
    for name in ("DATE", "all"):
        gold, found = counts[f"{name} gold"], counts[f"{name} found"]
        precision, recall = counts[f"{name} relaxed"] / max(1, found), counts[f"{name} relaxed"] / max(1, gold)
        figures = "  ".join(
            (f"{what} F1 {2 * counts[f'{name} {what}'] / max(1, gold + found):.3f}") for what in ("value", "relaxed", "strict")
        )
        yield f"  {name:5} {figures}  relaxed P {precision:.3f} R {recall:.3f}  (gold {gold}, found {found})"
