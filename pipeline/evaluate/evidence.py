"""Is there, for a labelled sentence, a claim with the right speaker, certainty, value and date? Extraction alone, no watch.

The labels give the speaker, the new value in words, and the effective date. Certainty is not labelled; it is compared where
the label tells it: a remark in brackets ("planned", "promised", "happened"), the kind `denied`, or a value that says that there
is no answer ("no date"). How each part is compared stands in docs/quality.md; what cannot be compared counts as right for
that part, and the table says how often that was so.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.evaluate.gold import Event, Gold, words
from pipeline.language.names import Names
from pipeline.language.phrases import stem
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Article, Certainty
from pipeline.statements import ClauseClaim, DateMention, Reading, Statement

PARTS = ("speaker", "certainty", "value", "date")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:+.Z-]+)?")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NO_ANSWER = re.compile(r"(?i)no (date|figure|number|answer|deadline)\b|unknown\b|not told\b")
_AHEAD = re.compile(r"\((?:[^)]*\b)?(planned|promised|ordered|expected|announced|estimate|no earlier than|under review)\b")
_DONE = re.compile(r"\((?:[^)]*\b)?(happened|done)\b")
_IDLE = frozenset(
    "a an the of in on at by for to and or but not no as is are was were be been with from it its his her their same new".split()
)
# Minutes, hours and the like, in the seconds that a length of time is kept in.
_SECONDS = {"min": 60, "minute": 60, "h": 3600, "hour": 3600, "day": 86400, "week": 604800, "month": 2629800, "year": 31557600}
_TELLING = frozenset(("say", "announce", "confirm", "deny", "warn", "claim", "report", "expect", "promise", "agree", "retract"))
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\b"
_TIME = re.compile(
    rf"(?i)\b((mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow|tonight|{_MONTH}\.? ?\d|\d+(st|nd|rd|th)? (of )?{_MONTH}"
    r"|(days?|weeks?|months?|years?|nights?|mornings?|evenings?|hours?|minutes?|noon|midnight|ago|last|next|since|until)\b"
    r"|(19|20)\d\d|\d ?[ap]\.?m\b)"
)
_ASPECTS = {"begun": "begun", "complete": "completed", "completed": "completed", "resumed": "resumed", "ordered": "ordered"}
_WIDEST = dt.timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One labelled sentence. `right` are the parts that its best claim has right, `idle` those that could not be compared.

    `together` says that the claims of the sentence have between them what no single one has; `implied` that the sentence has no
    source and the claim is the outlet's own, while the label names who made it known.
    """

    event: Event
    right: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    together: bool = False
    found: bool = True
    implied: bool = False

    @property
    def whole(self) -> bool:
        """True if one claim has everything right."""
        return len(self.right) == len(PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a label asks for."""

    speaker: str
    told: bool
    days: tuple[tuple[dt.date, dt.date], ...]
    numbers: tuple[float, ...] = ()
    stems: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    certain: str = ""
    idle: frozenset[str] = field(default_factory=frozenset)


class EvidenceCheck:
    """Compares labels with claims, with the names of one story and the lexicon of predicates."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self._names = names
        tables = (vocabulary.predicates.verbs, vocabulary.predicates.nouns, vocabulary.predicates.adjectives)
        self._by_stem: dict[str, set[str]] = {}
        for word, known in ((word, known) for table in tables for word, known in table.items()):
            self._by_stem.setdefault(stem(word.replace(" ", "")), set()).add(known.id)
        self._cues = {stem(verb) for verb, force in vocabulary.speech.items() if force in _TELLING}
        self._cues |= {stem(word) for word in ("said", "told", "wrote", "according")}

    def check(self, gold: Gold, article: Article, reading: Reading, claims: Sequence[Sequence[ClauseClaim]]) -> Iterator[Checked]:
        """The labelled sentences of one article, each with how right its best claim is."""
        for event in gold.events:
            if event.file != article.source:
                continue
            at = article.text.find(event.evidence)
            upto = at + len(event.evidence)
            rows = [row for row in zip(reading.statements, claims, strict=True) if at >= 0 and row[0].start < upto and at < row[0].end]
            if not any(made for _, made in rows):
                yield Checked(event=event, found=False)
                continue
            yield self._checked(event, article, [(item, claim) for item, made in rows for claim in made])

    def _checked(self, event: Event, article: Article, pairs: Sequence[tuple[Statement, ClauseClaim]]) -> Checked:
        wanted = self._wanted(event)
        parts = [self._parts(wanted, article, item, claim) for item, claim in pairs]
        best = max(parts, key=lambda right: (len(right - {"named"}), "named" in right))
        spoken = [(item, claim) for (item, claim), right in zip(pairs, parts, strict=True) if "speaker" in right]
        united = frozenset(part for right in parts if "speaker" in right for part in right)
        if wanted.numbers and _has_numbers(wanted.numbers, [claim for _, claim in spoken]):
            united |= {"value"}
        united, named = united - {"named"}, "named" in best
        return Checked(
            event=event,
            right=best - {"named"},
            idle=wanted.idle,
            together=len(united) == len(PARTS),
            implied="speaker" in best and not named,
        )

    def _wanted(self, event: Event) -> _Wanted:
        said = event.value or ""
        bare = re.sub(rf"(?i)\([^)]*\)|\b(no\.|\d+) ?{_MONTH}|\bno\. ?\d+|\bin \d+ h\b", " ", _ISO.sub(" ", said))
        numbers = tuple(_numbers(bare))
        text = {stem(word) for word in words(event.evidence)}
        kept = {word for word in words(bare) if word not in _IDLE and not word[:1].isdigit()}
        classes = {name for word in kept for name in self._classes(word)}
        shared = frozenset(stem(word) for word in kept) & text
        certain = "denied" if event.kind == "denied" else "done" if _DONE.search(said) else "ahead" if _AHEAD.search(said) else ""
        if event.value is None or _NO_ANSWER.match(said):
            certain, numbers, shared, classes = "unknown", (), frozenset(), set()
        if numbers:
            shared, classes = frozenset(), set()
        dated = [dt.date.fromisoformat(found[:10]) for found in _ISO.findall(event.effective)] if _TIME.search(event.evidence) else []
        days = ((min(dated), max(dated)),) if dated else ()
        idle = {
            part
            for part, told in (("certainty", certain), ("value", numbers or shared or classes), ("date", days))
            if not told
        }
        return _Wanted(
            speaker=event.speaker,
            told=bool({stem(word) for word in words(event.evidence)} & self._cues or re.search(r'["“”]', event.evidence)),
            days=days,
            numbers=numbers,
            stems=shared,
            classes=frozenset(classes) - {""},
            certain=certain,
            idle=frozenset(idle),
        )

    def _parts(self, wanted: _Wanted, article: Article, statement: Statement, claim: ClauseClaim) -> frozenset[str]:
        right = set(wanted.idle)
        if self._same_voice(wanted.speaker, claim):
            right |= {"speaker", "named"}
        elif not wanted.told and not claim.voice.attributed:
            right.add("speaker")
        if wanted.certain and _as_certain(wanted.certain, statement, claim):
            right.add("certainty")
        if wanted.numbers:
            right |= {"value"} if _has_numbers(wanted.numbers, [claim]) else set()
        elif (wanted.stems & _stems(claim)) or (wanted.classes & {claim.predicate.group, claim.predicate.aspect, claim.certainty.value}):
            right.add("value")
        if wanted.days and _is_dated(wanted.days[0], article, statement, claim):
            right.add("date")
        return frozenset(right)

    def _same_voice(self, wanted: str, claim: ClauseClaim) -> bool:
        voice = claim.voice
        name, theirs = self._names.canonical(wanted), self._names.canonical(voice.speaker)
        if name == theirs or (self._names.entity(wanted) is not None and self._names.institution(name) == voice.institution):
            return True
        mine, other = ({word for word in words(text) if word not in _IDLE} for text in (wanted, voice.speaker))
        if not mine or not other:
            return False
        surname = re.findall(r"[\w'’-]+", wanted)[-1].lower()
        return surname in voice.speaker.lower().split() or 2 * len(mine & other) >= min(len(mine), len(other)) > 0

    def _classes(self, word: str) -> Iterator[str]:
        """The class of a word of a label ("scrubbed" -> cancel), or the aspect or the certainty that it names."""
        yield from self._by_stem.get(stem(word), ())
        yield from (_ASPECTS[word],) if word in _ASPECTS else ()


def _numbers(text: str) -> Iterator[float]:
    """Numbers of a label; a length of time in seconds."""
    for found in _NUMBER.finditer(text):
        unit = re.match(r"\s*([a-z]+?)s?\b", text[found.end() :])
        scale = _SECONDS.get(unit[1], 1) if unit else 1
        if not re.search(r"[\w/-]$", text[: found.start()]):
            yield float(found.group().replace(",", "")) * scale


def _has_numbers(wanted: Sequence[float], claims: Sequence[ClauseClaim]) -> bool:
    known: set[float] = set()
    for claim in claims:
        for quantity in claim.quantities:
            known.update(value for value in (quantity.low, quantity.high, quantity.share_of) if value is not None)
            if quantity.unit == "share":
                known.update(round(100 * value, 6) for value in (quantity.low, quantity.high) if value is not None)
        for length in claim.durations:
            known.update((length.low, length.high))
    return all(number in known for number in wanted)


def _as_certain(wanted: str, statement: Statement, claim: ClauseClaim) -> bool:
    certainty = claim.certainty
    if wanted == "denied":
        return certainty is Certainty.DENIED or not claim.polarity or statement.denial
    if wanted == "unknown":
        return certainty is Certainty.UNKNOWN or not claim.polarity
    return (certainty is Certainty.FACT) is (wanted == "done")


def _stems(claim: ClauseClaim) -> frozenset[str]:
    return frozenset(stem(word) for word in words(f"{claim.text} {claim.predicate.lemma} {claim.predicate.group}"))


def _is_dated(wanted: tuple[dt.date, dt.date], article: Article, statement: Statement, claim: ClauseClaim) -> bool:
    """A date of the claim meets the labelled days. What has no date, and an act of saying, is of the day on which it was said."""
    said = claim.said_at.astimezone(article.published.tzinfo).date()
    predicate = statement.words[claim.predicate.at].start
    act = any(item.cue is not None and item.cue[0] <= predicate < item.cue[1] for item in statement.attributions)
    if (act or not claim.dates) and wanted[0] <= said <= wanted[1]:
        return True
    return any(_meets(date, wanted, said) for date in claim.dates)


def _meets(date: DateMention, wanted: tuple[dt.date, dt.date], said: dt.date) -> bool:
    first, last = (edge.date() if edge is not None else None for edge in (date.when.start, date.when.end))
    if date.relation == "since" and first is not None:
        last = max(first, said)  # what has been so since Monday is so when it is said
    if first is None or last is None or (last - first > _WIDEST and date.relation != "since"):
        return first in wanted or last in wanted
    return first <= wanted[1] and wanted[0] <= last


def evidence_lines(checked: Mapping[str, Sequence[Checked]]) -> list[str]:
    """The share of labelled sentences with a right claim, by story and pooled, as lines of a table.

    "Named" leaves out what counts only because the sentence tells no source; the columns after it are the shares of the parts,
    with how many labels tell them in brackets.
    """
    columns = ("right claim", "named", "in one or more", *PARTS)
    lines = ["Labelled sentences for which extraction alone has a claim with the right speaker, certainty, value and date:"]
    lines.append(" " * 18 + "".join(name.rjust(16) for name in columns))
    for name, rows in (*checked.items(), ("pooled", [row for found in checked.values() for row in found])):
        cells = [
            _share(sum(row.whole for row in rows), len(rows)),
            _share(sum(row.whole and not row.implied for row in rows), len(rows)),
            _share(sum(row.whole or row.together for row in rows), len(rows)),
        ]
        for part in PARTS:
            told = [row for row in rows if part not in row.idle]
            cells.append(f"{_share(sum(part in row.right for row in told), len(told))} ({len(told)})")
        lines.append(name.ljust(18) + "".join(cell.rjust(16) for cell in cells))
    return lines


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
