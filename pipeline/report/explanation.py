"""A read article -> what `claimwatch explain` shows: its sentences with every claim marked in place, and the slots of each."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.model import Article, Certainty, Claim, Voice
from pipeline.report.plain import printable
from pipeline.report.when import answer_words, interval_words
from pipeline.statements import ClauseClaim, DateMention, QuantityMention, Reading, Statement

# How sure a claim is, in five tones; each has a colour and a line of its own in the page.
TONES = {
    Certainty.FACT: "firm",
    Certainty.ORDERED: "ahead",
    Certainty.PLANNED: "ahead",
    Certainty.PROMISED: "ahead",
    Certainty.EXPECTED: "ahead",
    Certainty.DEMANDED: "open",
    Certainty.POSSIBLE: "open",
    Certainty.CONDITIONAL: "open",
    Certainty.DENIED: "denied",
    Certainty.UNKNOWN: "unknown",
}
_BOUNDS = {"about": "about ", "at least": "at least ", "at most": "at most ", "more than": "more than ", "less than": "less than "}
ROLES = {
    "headline": "headline, makes no claim",
    "caption": "caption or credit, makes no claim",
    "boilerplate": "not part of the story",
    "link": "link to other pages",
    "foreign": "another language, left out",
    "oversized": "too long for one sentence, left out",
    "correction": "correction: a claim about an earlier claim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a sentence: `number` of the innermost claim that it is part of (0: none), `opens` those that begin here.

    `part` is source, cue or "": what an attribution makes of it.
    """

    text: str
    number: int = 0
    tone: str = ""
    part: str = ""
    opens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCard:
    """A claim with its `number` in the article and its slots as (name, value) in the order in which they are asked for."""

    number: int
    tone: str
    slots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer that a sentence gives to a watched question, or (`answer` is "") why a watch passed it over."""

    watch: str
    question: str
    answer: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceView:
    """One sentence with its claims. `note` says why it makes none; `start` and `end` are offsets into the article's text."""

    start: int
    end: int
    segments: tuple[Segment, ...]
    claims: tuple[ClaimCard, ...]
    asked: tuple[Asked, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphView:
    """One paragraph: what was cut off before its first sentence, and its sentences. `note` tells its role unless it is plain prose."""

    lead: str
    note: str
    sentences: tuple[SentenceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An article as it was understood. `dated` says where its date comes from; `watches` is (title, why it is off the watch or "")."""

    name: str
    title: str
    publisher: str
    url: str
    published: dt.datetime
    dated: str
    paragraphs: tuple[ParagraphView, ...]
    watches: tuple[tuple[str, str], ...] = ()

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return sum(len(sentence.claims) for paragraph in self.paragraphs for sentence in paragraph.sentences)

    @property
    def sentences(self) -> int:
        """How many sentences were read."""
        return sum(len(paragraph.sentences) for paragraph in self.paragraphs if paragraph.note in ("", ROLES["correction"]))


def explanation_of(
    article: Article,
    reading: Reading,
    claims: Sequence[Sequence[ClauseClaim]],
    *,
    name: str,
    dated: str,
    asked: Mapping[int, Sequence[Asked]],
    watches: Sequence[tuple[str, str]] = (),
) -> Explanation:
    """Lay an article out for people.

    Args:
        article: The article that was read.
        reading: Its statements.
        claims: The claims of each statement, in the same order.
        name: What the user called it.
        dated: Where its date comes from, in words.
        asked: What the watches make of each sentence, by the sentence's offset.
        watches: (title, why the article is not on it or "") of every watch.
    """
    numbers = iter(range(1, 1 + sum(len(found) for found in claims)))
    views: list[ParagraphView] = []
    end_before = 0
    rows = list(zip(reading.statements, claims, strict=True))
    for _, group in groupby(rows, key=lambda row: row[0].paragraph):
        members = list(group)
        lead = article.text[end_before : members[0][0].start]
        role = members[0][0].role
        views.append(
            ParagraphView(
                lead=" ".join(lead.split()),
                note=ROLES.get(role, ""),
                sentences=tuple(_sentence(item, found, numbers, asked.get(item.start, ())) for item, found in members),
            )
        )
        end_before = members[-1][0].end
    return printable(
        Explanation(
            name=name,
            title=article.title,
            publisher=article.publisher,
            url=article.url if article.url.startswith(("http://", "https://")) else "",
            published=article.published,
            dated=dated,
            paragraphs=tuple(views),
            watches=tuple(watches),
        )
    )


def asked_of(claim: Claim, watch: str, asks: str) -> Asked:
    """A watched claim as a line: what it answers, how sure, and what is doubtful about it."""
    words, dates = answer_words(claim.answer)
    marks = [claim.certainty.value, *(word for word, holds in (("background", claim.background), ("tentative", claim.tentative)) if holds)]
    marks += [f"episode {claim.episode}"] if claim.episode else []
    return Asked(watch=watch, question=asks, answer=f"{words} ({dates})" if dates else words, note=", ".join(marks))


def _sentence(statement: Statement, claims: Sequence[ClauseClaim], numbers: Iterator[int], asked: Sequence[Asked]) -> SentenceView:
    numbered = [(next(numbers), claim) for claim in sorted(claims, key=lambda claim: (claim.start, -claim.end))]
    note = ""
    if statement.role not in ("body", "correction"):
        note = ROLES.get(statement.role, statement.role)
    elif not claims:
        asks = statement.sentence.rstrip("\"”’') ").endswith("?")
        note = "a question" if asks else "no claim: it says nothing of a thing that is known, named, dated or counted"
    return SentenceView(
        start=statement.start,
        end=statement.end,
        segments=tuple(_segments(statement, numbered)),
        claims=tuple(ClaimCard(number=number, tone=TONES[claim.certainty], slots=tuple(_slots(claim))) for number, claim in numbered),
        asked=tuple(asked),
        note=note,
    )


def _segments(statement: Statement, numbered: Sequence[tuple[int, ClauseClaim]]) -> Iterator[Segment]:
    """The sentence cut wherever a claim, a source or a cue begins or ends."""
    parts = [(*span, name) for item in statement.attributions for span, name in ((item.source, "source"), (item.cue, "cue")) if span]
    edges = {statement.start, statement.end}
    for start, end in [*((claim.start, claim.end) for _, claim in numbered), *((start, end) for start, end, _ in parts)]:
        edges.update(edge for edge in (start, end) if statement.start < edge < statement.end)
    opened: set[int] = set()
    for start, end in pairwise(sorted(edges)):
        inside = [(claim.end - claim.start, number, claim) for number, claim in numbered if claim.start <= start and end <= claim.end]
        innermost = min(inside, key=lambda item: item[:2], default=None)
        begins = tuple(number for number, claim in numbered if number not in opened and claim.start <= start < claim.end)
        opened.update(begins)
        yield Segment(
            text=statement.sentence[start - statement.start : end - statement.start],
            number=innermost[1] if innermost else 0,
            tone=TONES[innermost[2].certainty] if innermost else "",
            part=next((name for first, last, name in parts if first <= start and end <= last), ""),
            opens=begins,
        )


def _slots(claim: ClauseClaim) -> Iterator[tuple[str, str]]:
    predicate, key = claim.predicate, claim.key
    yield "who", _voice_words(claim.voice)
    standing = claim.certainty.value if claim.polarity or claim.certainty is Certainty.DENIED else f"{claim.certainty.value}, negated"
    marks = [word for word, holds in (("affirmed", claim.affirmed), ("background", claim.background)) if holds]
    yield "sure", ", ".join([standing, *marks, *(f'"{word}"' for word in claim.hedges)])
    lexicon = f"{predicate.lemma} → {predicate.group}" if predicate.lemma != predicate.group else predicate.group
    undoes = f"undone by {predicate.opposite}" if predicate.opposite else ""
    yield "what", ", ".join(part for part in (lexicon, predicate.aspect, undoes) if part)
    for date in claim.dates:
        yield "when", _date_words(date)
    for length in claim.durations:
        yield "how long", length.text
    for quantity in claim.quantities:
        yield "how many", _quantity_words(quantity)
    if claim.places:
        yield "where", ", ".join(place.name for place in claim.places)
    asks = [key.role, *(f"{name} {value}" for name, value in (("of", key.scope), ("in", key.place)) if value)]
    about = ", ".join(key.entities) or "nobody named"
    yield "asks", f"{key.predicate} · {about} · {' '.join(asks)}" + (f" · {key.episode}" if key.episode else "")
    if claim.also:
        yield "also", ", ".join(dict.fromkeys(other.role for other in claim.also))


def _voice_words(voice: Voice) -> str:
    if not voice.attributed:
        return f"{voice.publisher}, in its own words"
    words = voice.speaker
    if voice.institution and voice.institution != voice.speaker:
        words += f", for {voice.institution}"
    if voice.carrier:
        words += f", through {voice.carrier}"
    return words + (f" ({voice.cue})" if voice.cue else "")


def _date_words(date: DateMention) -> str:
    meant = interval_words(date.when)
    relation = f"{date.relation} " if date.relation != "on" else ""
    precision = f", {date.when.precision}" if date.when.precision != "day" else ""
    return f'"{date.text}" = {relation}{meant}{precision}' if meant else f'"{date.text}"'


def _quantity_words(quantity: QuantityMention) -> str:
    low, high = quantity.low, quantity.high
    number = "" if low is None and high is None else f"{low:g}" if low == high else f"{_end(low)} to {_end(high)}"
    counts = " ".join(part for part in (quantity.unit, quantity.things[0] if quantity.things else "") if part)
    whole = f" of {quantity.share_of:g}" if quantity.share_of is not None else ""
    per = f" per {quantity.per}" if quantity.per else ""
    return f'"{quantity.text}" = {_BOUNDS.get(quantity.bound, "")}{number}{whole} {counts}'.rstrip() + per


def _end(value: float | None) -> str:
    return "open" if value is None else f"{value:g}"
