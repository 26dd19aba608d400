"""Time expressions of a paragraph -> intervals, with the verb's tense deciding which Monday is meant.

Libraries resolve "Tuesday" to the past and find dates in the word "may"; vague spans they leave out. Measured in
docs/adr/0005-dates.md. The grammar is English news English; TIMEX3 (ISO 24617-1) was the checklist of types.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.extract.calendar_dates import DAYS, MONTHS_AND_YEARS, near_year
from pipeline.extract.calendar_words import NUMBER
from pipeline.extract.clock_times import Clock, find_clocks
from pipeline.extract.date_rules import Rule
from pipeline.extract.intervals import day_span
from pipeline.extract.narrative import Context, Narrative
from pipeline.extract.periods import RULES as PERIODS
from pipeline.extract.relative_dates import RULES as RELATIVE
from pipeline.extract.relative_dates import SETS
from pipeline.language.calendar_terms import CalendarTerms, VagueTerm
from pipeline.model import Interval

_GRAMMAR = (*SETS, *DAYS, *PERIODS, *RELATIVE, *MONTHS_AND_YEARS)
_BESIDE = re.compile(r"(?i)[\s,]*(?:on|at|at about|about|around|from|,|\s)*[\s,]*")
_APPOSED = re.compile(r",?\s+(?:the\s+|on\s+)?")
_NOUN = re.compile(r"\s+(?!(?:the|an?|and|or|of|was|is|are|were|has|had|will|would|in|at|on|to|from|with|that)\b)[a-z][a-z-]+")
_WIDE = frozenset(("vague", "season", "month", "week", "quarter", "half", "year", "decade", "century"))


_PUT_OFF = re.compile(
    r"(?i)\b(?:put (?:off|back)|postponed|pushed back|delayed|moved|deferred|extended|rescheduled|adjourned|slipped|prolonged)\s+"
    r"(?:from\s[^,.;]{1,24}\s)?(?:to|until|till)\s+(?:the\s+)?$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression: offsets into the paragraph and its interval.

    `vague` says that it is wider than a few days. `kind` is date, time (with a clock or a part of the day), clock (a clock
    time without a day) or set ("every Monday"); `reference` is present, past or future for words that name no day ("now",
    "recently"), else "".
    """

    start: int
    end: int
    when: Interval
    vague: bool = False
    kind: str = "date"
    reference: str = ""

    @property
    def names_a_day(self) -> bool:
        """False for what only leans on the day of publication, or comes again and again."""
        return self.kind in ("date", "time") and not self.reference


class DateFinder:
    """Finds the dates of paragraphs; keeps nothing between them but what the caller's `Narrative` holds."""

    def __init__(self, terms: CalendarTerms) -> None:
        self._terms = terms
        self._vague, self._adjectives, self._holidays = (
            _alternatives(phrases) for phrases in (terms.vague, terms.adjectives, terms.holidays)
        )

    def find(self, text: str, anchor: dt.datetime, tense_at: Callable[[int], str], narrative: Narrative | None = None) -> tuple[Found, ...]:
        """All dates of a paragraph in order; of two readings of one place the first rule's.

        Args:
            text: The paragraph.
            anchor: When the article was published, with the offset of its place.
            tense_at: Tells the tense (past, present, future, pluperfect, "") of the verb that governs a character offset.
            narrative: What the article has named before; it is told what this paragraph names.

        Returns:
            Non-overlapping findings; intervals carry the anchor's offset.
        """
        narrative = narrative if narrative is not None else Narrative()
        narrative.open_paragraph()
        found: list[Found] = []
        for start, match, rule in sorted(_matches(text, self._own_rules()), key=lambda item: item[0]):
            # What has been put off to a day lies ahead, though the verb is in the past.
            tense = "future" if _PUT_OFF.search(text[max(0, start - 60) : start]) else tense_at(start)
            context = Context(anchor=anchor, tense=tense, before=text[max(0, start - 24) : start].lower(), narrative=narrative)
            when = _safely(rule, match, context)
            if when is None:
                continue
            found.append(Found(start=start, end=match.end(), when=when, vague=when.precision in _WIDE, kind=rule.kind))
            if rule.kind != "set":
                narrative.note(when)
        found = list(_joined(found, text))
        found.extend(self._vague_terms(text, anchor, found))
        return tuple(sorted(self._with_clocks(found, text, anchor, tense_at), key=lambda item: item.start))

    def _own_rules(self) -> tuple[Rule, ...]:
        return (Rule(self._holidays, self._holiday), *_GRAMMAR) if self._terms.holidays else _GRAMMAR

    def _holiday(self, match: re.Match[str], context: Context) -> Interval:
        holiday = self._terms.holidays[match["phrase"].lower()]
        month, day = holiday.month, holiday.of(context.anchor.year).day
        return day_span(holiday.of(near_year(month, day, context.anchor, context.tense).year), context.anchor)

    def _vague_terms(self, text: str, anchor: dt.datetime, found: list[Found]) -> Iterator[Found]:
        taken = [(item.start, item.end) for item in found]
        for pattern, terms in ((self._vague, self._terms.vague), (self._adjectives, self._terms.adjectives)):
            for match in pattern.finditer(text) if terms else ():
                start, end = match.span("phrase")
                if any(start < upto and begin < end for begin, upto in taken):
                    continue
                if terms is self._terms.adjectives and not _NOUN.match(text, end):
                    continue
                taken.append((start, end))
                term = terms[re.sub(r"\s+", " ", match["phrase"].lower())]
                yield Found(start=start, end=end, when=_around(term, anchor), vague=True, reference=term.reference)

    def _with_clocks(self, found: list[Found], text: str, anchor: dt.datetime, tense_at: Callable[[int], str]) -> Iterator[Found]:
        """Join a clock time to the date beside it ("1 a.m. on Saturday", "Aug. 29 at 8:33 a.m."); alone it is one of these days."""
        clocks = list(find_clocks(text, self._terms.zones))
        for item in found:
            beside = [clock for clock in clocks if _beside(text, item, clock)]
            if item.when.precision not in ("day", "part") or not beside or item.when.start is None or item.kind == "set" or item.reference:
                yield item
                continue
            clock = beside[0]
            clocks.remove(clock)
            at = clock.in_part(text[item.start : item.end].lower()).on(item.when.start.date(), anchor)
            when = Interval(start=at, end=at, precision="minute")
            yield replace(item, start=min(item.start, clock.start), end=max(item.end, clock.end), when=when, kind="time")
        for clock in clocks:
            if not any(clock.start < item.end and item.start < clock.end for item in found):
                at = _near_clock(clock, anchor, tense_at(clock.start))
                yield Found(start=clock.start, end=clock.end, when=Interval(start=at, end=at, precision="minute"), kind="clock")


def _matches(text: str, rules: tuple[Rule, ...]) -> Iterator[tuple[int, re.Match[str], Rule]]:
    taken: list[tuple[int, int]] = []
    # Most texts lack most of what the rules need; a few dozen searches for letters spare as many for patterns.
    folded = text.casefold()
    present: dict[tuple[str, ...], bool] = {(): True}
    for rule in rules:
        if rule.needs not in present:
            present[rule.needs] = any(letters in folded for letters in rule.needs)
        if not present[rule.needs]:
            continue
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if not any(start < upto and begin < end for begin, upto in taken):
                taken.append((start, end))
                yield start, match, rule


def _safely(rule: Rule, match: re.Match[str], context: Context) -> Interval | None:
    try:
        return rule.resolve(match, context)
    except (ValueError, OverflowError):  # 31 February, year 0 and the like are no dates
        return None


def _joined(found: list[Found], text: str) -> Iterator[Found]:
    """ "Tomorrow, Saturday" and "Friday, the 3rd" name one day twice: one finding."""
    waiting: Found | None = None
    for item in found:
        if waiting is not None and waiting.when == item.when and item.kind == "date" and _APPOSED.fullmatch(text, waiting.end, item.start):
            waiting = replace(waiting, end=item.end)
            continue
        if waiting is not None:
            yield waiting
        waiting = item
    if waiting is not None:
        yield waiting


def _alternatives(phrases: Mapping[str, object]) -> re.Pattern[str]:
    words = (re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(
        rf"(?i)(?<![\w-])(?<!\bas )(?P<phrase>{'|'.join(words)})(?![\w-])(?!\s+(?:{NUMBER}|few|several|couple|after|before)\b)"
    )


def _around(term: VagueTerm, anchor: dt.datetime) -> Interval:
    today = anchor.date()
    return day_span(today + dt.timedelta(term.first), anchor, today + dt.timedelta(term.last), "vague")


def _near_clock(clock: Clock, anchor: dt.datetime, tense: str) -> dt.datetime:
    """A clock time without a day: the last one under a verb in the past, the next one in the future, else that of the day."""
    at = clock.on(anchor.date(), anchor)
    if tense in ("past", "pluperfect") and at > anchor:
        return at - dt.timedelta(1)
    return at + dt.timedelta(1) if tense == "future" and at < anchor else at


def _beside(text: str, item: Found, clock: Clock) -> bool:
    between = text[clock.end : item.start] if clock.end <= item.start else text[item.end : clock.start]
    return bool(_BESIDE.fullmatch(between))
