"""What extraction knows about a sentence before any watch is asked: words, dates, numbers, names and voices.

`pipeline.extract` makes `Statement`s from an article with spaCy; `pipeline.match` turns them into claims on the questions
of a watch without spaCy. All offsets are character offsets into the article's text.
"""

import datetime as dt
from dataclasses import dataclass

from pipeline.model import Certainty, Interval, Voice

# The answer of who gives up an own one without naming another: "no longer disputes the count".
GIVES_WAY = "gives way"

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
class AttributionMention:
    """One act of saying: its source, its cue and what is said, as spans of character offsets into the article's text.

    `source` and `cue` are None where the text leaves them out (a quotation that goes on from the sentence before).
    `content` has several spans where the source stands in the middle of it. `manner` is direct, mixed or indirect
    (PolNeAR's quote types); `force` is what the cue does: say, deny, warn, order, claim ... `voice` is the source,
    resolved within the article, with its carrier. Nested speech ("X said Y had told Z") gives one mention each.
    """

    source: tuple[int, int] | None
    cue: tuple[int, int] | None
    content: tuple[tuple[int, int], ...]
    manner: str
    force: str
    voice: Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class PredicateMention:
    """What a clause says happens: words `at`..`upto` of the statement, by the shipped lexicon of predicates.

    `lemma` is the verb or noun with its particle ("pull out"), `group` its class ("withdraw"; the lemma itself where the
    lexicon has none), `opposite` the class that undoes it ("" for none). `aspect` is begun, under way, completed,
    stopped, resumed, or "" where only the event as such is named.
    """

    at: int
    upto: int
    lemma: str
    group: str
    opposite: str = ""
    aspect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionKey:
    """Which question a claim answers, without any watch: two claims with equal keys may be compared (DESIGN section 1).

    `entities` are canonical names, sorted; `predicate` the group; `role` what is asked (state, start, end, deadline, date,
    quantity, place, whether); `place` canonical or ""; `scope` what is counted or covered ("" for the whole);
    `episode` tells attempts, rounds, agreements, count windows and the dates applied to apart.
    """

    entities: tuple[str, ...]
    predicate: str
    role: str
    place: str = ""
    scope: str = ""
    episode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseClaim:
    """One claim that stands in a text, watched or not: a clause with its slots. Offsets are into the article's text.

    `polarity` is False where the clause is negated. `key` is the most specific question it answers, `also` the others (when,
    in what state, where). `affirmed` marks constancy ("remains"), `hedges` the words that soften.
    """

    start: int
    end: int
    text: str
    voice: Voice
    said_at: dt.datetime
    certainty: Certainty
    polarity: bool
    predicate: PredicateMention
    key: QuestionKey
    also: tuple[QuestionKey, ...] = ()
    dates: tuple[DateMention, ...] = ()
    durations: tuple[DurationMention, ...] = ()
    quantities: tuple[QuantityMention, ...] = ()
    places: tuple[NameMention, ...] = ()
    hedges: tuple[str, ...] = ()
    affirmed: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an article, analysed.

    `role` is body, correction, headline, caption, boilerplate, link, foreign or oversized (without end): only body and correction
    make claims.
    `paragraph` counts from 0. `said_at` is when it was said. `denial` marks a cue verb of denying ("denied that ...").
    `recap` marks words that look back ("had been set for", "originally"). `references` are times that name no day ("now", "soon",
    "at 8 a.m."): they answer no question.
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
    references: tuple[DateMention, ...] = ()
    durations: tuple[DurationMention, ...] = ()
    quantities: tuple[QuantityMention, ...] = ()
    names: tuple[NameMention, ...] = ()
    attributions: tuple[AttributionMention, ...] = ()
    denial: bool = False
    retraction: bool = False
    recap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStatement:
    """A sentence that plainly concerns a watch and that no question of it caught. It is kept and shown apart; it never alerts.

    `start` and `end` delimit `sentence` in the text of article version `version`. `keys` are what it is looked up by: its
    entities, predicates with their roles, scopes and telling words. `facts` are the numbers, dates and negations in which it
    may differ from a sentence that is otherwise the same. `original` is the mark of the first stored statement that says the
    same, "" for none; `score` is how alike the two are (0 to 100).
    """

    mark: str
    watch: str
    url: str
    version: int
    start: int
    end: int
    sentence: str
    voice: Voice
    said_at: dt.datetime
    seen_at: dt.datetime
    certainty: Certainty
    keys: tuple[str, ...]
    facts: str = ""
    original: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """An open statement with the number of later ones that say the same."""

    watch: str
    url: str
    version: int
    start: int
    end: int
    sentence: str
    speaker: str
    publisher: str
    certainty: str
    said_at: dt.datetime
    sightings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article with all its statements, in order."""

    url: str
    title: str
    publisher: str
    published: dt.datetime
    names: frozenset[str]
    statements: tuple[Statement, ...]


_ALONE = frozenset(("nsubj", "nsubjpass", "dobj", "pobj", "attr", "conj", "oprd", "ROOT", "appos", "ccomp"))


def stands_alone(words: tuple[Word, ...], mention: QuantityMention) -> bool:
    """True if the number is a noun phrase of its own, with no noun that it counts."""
    return head_of(words, mention).dep in _ALONE


def head_of(words: tuple[Word, ...], mention: QuantityMention) -> Word:
    """The word of a number on which its others hang ("point" in "one point nine")."""
    at = min(mention.upto, len(words)) - 1
    while mention.at <= words[at].head < mention.upto and words[at].head != at:
        at = words[at].head
    return words[at]
