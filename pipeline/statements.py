"""What extraction knows about a sentence before any watch is asked: words, dates, numbers, names and voices.

`pipeline.extract` makes `Statement`s from an article with spaCy; `pipeline.match` turns them into claims on the questions
of a watch without spaCy. All offsets are character offsets into the article's text.
"""

import datetime as dt
from dataclasses import dataclass

from pipeline.model import Certainty, Interval, Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One token. `tag` is the Penn tag, `dep` its relation to the word at `head`; `head` and `clause` index `Statement.words`.

    `certainty` holds where the word stands: "may" colours its own clause and what hangs on it, not the whole sentence.
    `negated` says that the word is in the scope of a negation. `tense` is past, present, future, pluperfect or "".
    `quoted` is true inside quotation marks.
    """

    text: str
    lemma: str
    tag: str
    dep: str
    start: int
    end: int
    head: int
    clause: int
    certainty: Certainty
    negated: bool
    tense: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A date, a span of dates, or a clock time, resolved to an interval in the article's own zone.

    `relation` is the word that ties it to its clause: on, by, until, from, since, before, after, between, not before.
    `at` is the index of its first word, `upto` one past its last.
    """

    text: str
    start: int
    end: int
    at: int
    upto: int
    when: Interval
    relation: str = "on"
    vague: bool = False
    times: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationMention:
    """A length of time in seconds ("two and a half hours", "42-day")."""

    text: str
    start: int
    end: int
    at: int
    upto: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityMention:
    """A number with what it counts.

    `low` and `high` are equal for one number; `bound` as in `model.Answer`. `things` are the lemmas of what is counted,
    head noun first. `unit` is percent, USD, EUR ..., share (a fraction of a whole) or "". `share_of` is the whole.
    `per` is the period of a rate or of a count ("24 hours" -> "day"), "" if none.
    """

    text: str
    start: int
    end: int
    at: int
    upto: int
    low: float | None
    high: float | None
    bound: str
    things: tuple[str, ...]
    unit: str = ""
    share_of: float | None = None
    per: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMention:
    """A name with its canonical form and kind (person, organisation, group, place, thing)."""

    text: str
    name: str
    kind: str
    start: int
    end: int
    at: int
    upto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an article, analysed.

    `role` is body, correction, headline, caption, boilerplate, link or foreign: only body and correction make claims.
    `paragraph` counts from 0. `said_at` is when it was said. `denial` marks a cue verb of denying ("denied that ...").
    `recap` marks words that look back ("had been set for", "originally").
    """

    start: int
    end: int
    sentence: str
    paragraph: int
    role: str
    voice: Voice
    said_at: dt.datetime
    words: tuple[Word, ...] = ()
    dates: tuple[DateMention, ...] = ()
    durations: tuple[DurationMention, ...] = ()
    quantities: tuple[QuantityMention, ...] = ()
    names: tuple[NameMention, ...] = ()
    denial: bool = False
    retraction: bool = False
    recap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article with all its statements, in order."""

    url: str
    title: str
    publisher: str
    published: dt.datetime
    names: frozenset[str]
    statements: tuple[Statement, ...]
