"""The nouns of Claimwatch, in the order in which the data becomes them.

    Entry -> Article -> (stored as a version) -> Sentence -> Claim -> Change -> QuestionState

All are frozen. Instants are time-zone aware; `published` and `said_at` keep the offset of the source, because "Monday"
means the Monday of the place where the article was written. Character offsets always point into `Article.text`.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.errors import InputProblem as InputProblem


class ChangeKind(StrEnum):
    """What a claim did to the answers known before it (docs/how-it-works.md has the table)."""

    NEW = "new"
    REPEAT = "repeat"
    DATE_MOVED = "date_moved"
    NUMBER_CHANGED = "number_changed"
    SCOPE_CHANGED = "scope_changed"
    CERTAINTY_CHANGED = "certainty_changed"
    STATUS_CHANGED = "status_changed"
    DENIED = "denied"
    REVERSED = "reversed"
    DISPUTED = "disputed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"


class Certainty(StrEnum):
    """How sure the speaker is that the answer holds."""

    FACT = "fact"
    ORDERED = "ordered"
    PLANNED = "planned"
    PROMISED = "promised"
    EXPECTED = "expected"
    POSSIBLE = "possible"
    DEMANDED = "demanded"
    CONDITIONAL = "conditional"
    DENIED = "denied"
    UNKNOWN = "unknown"


class StateStatus(StrEnum):
    """How a question stands."""

    SETTLED = "settled"
    DISPUTED = "disputed"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


def digest(*fields: str) -> str:
    """The SHA-256 hex digest of length-prefixed fields, so that ("a", "bc") and ("ab", "c") differ."""
    joined = "".join(f"{len(field)}:{field}" for field in fields)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed, as it was read. `content` is plain text or "" when the feed carries only a teaser.

    `key` tells it from the feed's other entries (its address without what changes by chance; "" = `url`), `guid` is the feed's own mark.
    `date_text` is its date in the feed's own words: of `published`, else `updated`, else one that could not be read.
    """

    feed: str
    url: str
    title: str
    publisher: str
    published: dt.datetime | None = None
    updated: dt.datetime | None = None
    summary: str = ""
    content: str = ""
    guid: str = ""
    key: str = ""
    language: str = ""
    date_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text of one article at one time.

    `url` is its identity. `seen_at` is when this text came to us: for an archive `fetched`, else `updated`, else
    `published`. `source` says where it was read (feed id or file name), `dated` whose word `published` is: header, page, feed, or
    seen (nobody's: when it came to us), and `date_text` those words as they stood there (for "seen" what could not be believed, if any).
    """

    url: str
    publisher: str
    title: str
    published: dt.datetime
    seen_at: dt.datetime
    text: str
    updated: dt.datetime | None = None
    language: str = "en"
    source: str = ""
    dated: str = "header"
    date_text: str = ""

    @property
    def fingerprint(self) -> str:
        """Digest of title and text: two versions of an article differ exactly when this differs."""
        return digest(self.title, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """A stored article text. Versions of one URL count from 1."""

    article: Article
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """An article was taken down (confirmed)."""

    url: str
    removed_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of time, both ends included, as precise as the text is.

    `start` or `end` is None where the text leaves it open. `precision` is one of minute, hour, part, day, week, month,
    season, year, vague: the width of the expression, not of the interval.
    """

    start: dt.datetime | None
    end: dt.datetime | None
    precision: str = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a claim answers to its question.

    Attributes:
        type: The question's kind.
        text: The words an analyst reads ("at least 15 aircraft", "within two or three days", "scrubbed").
        value: The canonical form: a state's name, an ISO date or "from/to", a number, "yes"/"no", places joined by
            "; ". None where the claim says that there is no answer ("gave no deadline").
        unit: What is counted or measured, canonical; None where nothing is.
        bound: exact, about, at least, at most, more than, less than, or range; for dates exact, not before, not after,
            or range. None where there is no value.
        low, high: The number or the range (seconds for durations); None if open.
        when: The date interval of a date answer.
        items: Places or things of a set answer, canonical and sorted.
        share_of: The whole, where the number is a part ("15 of about 36").
    """

    type: str
    text: str
    value: str | None = None
    unit: str | None = None
    bound: str | None = None
    low: float | None = None
    high: float | None = None
    when: Interval | None = None
    items: tuple[str, ...] = ()
    share_of: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who stands behind a claim. Names are canonical (aliases resolved).

    `speaker` says it, `carrier` relayed it to the outlet ("" = nobody), `publisher` printed it. `institution` is what
    the speaker is counted as (a spokesman counts as his ministry). An unattributed claim has the publisher as speaker
    and `attributed` false. `cue` is the lemma of the verb of saying ("" if none).
    """

    speaker: str
    institution: str
    carrier: str
    publisher: str
    cue: str = ""
    attributed: bool = True


class _Keyed:
    """A place for a natural key that has been worked out; no field, so that it is neither compared nor stored."""

    __slots__ = ("_key",)
    _key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(_Keyed):
    """An answer that somebody gave to a watched question, with its evidence.

    `start` and `end` delimit `sentence` in the text of article version `version`; the slice is exact. `said_at` is
    when the speaker said it (the article's publication unless the sentence tells). `effective` is the time it is
    about. `episode` tells rounds, attempts or dates apart. `background` marks a recap of something older.
    `affirmed` marks constancy words ("remains", "no change"). `tentative` marks a doubtful assignment to the question.
    `passing` marks what a side clause tells: news only where nobody has said it before. `moved` marks what is told as a
    movement ("has risen to"), `part` a number that is a part or an increment, `denial` a sentence that denies what it speaks
    of. These matter only when the claim arrives, and are not stored.
    """

    url: str
    version: int
    published: dt.datetime
    seen_at: dt.datetime
    watch: str
    question: str
    start: int
    end: int
    sentence: str
    voice: Voice
    said_at: dt.datetime
    certainty: Certainty
    answer: Answer
    effective: Interval | None = None
    episode: str = ""
    window: str = ""
    background: bool = False
    affirmed: bool = False
    correction: bool = False
    tentative: bool = False
    passing: bool = field(default=False, compare=False)
    moved: bool = field(default=False, compare=False)
    part: bool = field(default=False, compare=False)
    denial: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """Natural key: the same claim of the same article version is stored once."""
        try:
            return self._key
        except AttributeError:
            # Comparing asks for it again and again.
            place = (self.url, str(self.version), self.watch, self.question, str(self.start), str(self.end))
            found = digest("claim/1", *place, self.answer.type, self.answer.text, self.answer.value or "")
            object.__setattr__(self, "_key", found)
            return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim with what it did when it arrived.

    `effect` is the kind of change (repeat for silent ones), `prior` the key of the claim it was compared with; a repeat
    without prior was passed over and supports no answer. `resets` marks a silent step that still becomes the current
    answer: a new attempt is set after the last one was called off.
    `retracted_at` is set when its article was removed, edited so that the sentence vanished, or corrected.
    """

    claim: Claim
    effect: ChangeKind
    prior: str | None = None
    resets: bool = False
    retracted_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence with its place and its voice, as it is printed in reports."""

    url: str
    version: int
    published: dt.datetime
    start: int
    end: int
    sentence: str
    speaker: str
    carrier: str
    publisher: str
    said_at: dt.datetime
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something an analyst should see, with both sentences. `detected_at` is the clock of the run (UTC)."""

    watch: str
    question: str
    kind: ChangeKind
    old: Answer | None
    new: Answer | None
    effective: Interval | None
    detected_at: dt.datetime
    score: float
    why: tuple[str, ...]
    evidence: Evidence
    prior: Evidence | None = None

    @property
    def id(self) -> str:
        """Hash of the natural key: stable over runs, machines and databases."""
        prior, told = self.prior, self.evidence
        place = (self.watch, self.question, self.kind, told.url, str(told.version), str(told.start))
        answer = self.new.value or self.new.text if self.new else ""
        return digest("change/1", *place, answer, f"{prior.url}|{prior.version}|{prior.start}" if prior else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentAnswer:
    """One of the answers that hold now. `since` is when it became the answer, `speakers` who stands behind it."""

    answer: Answer
    certainty: Certainty
    speakers: tuple[str, ...]
    since: dt.datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionState:
    """How one question stands at `as_of` (UTC). `after` is the article that changed it, None for the clock."""

    as_of: dt.datetime
    after: str | None
    watch: str
    question: str
    status: StateStatus
    answers: tuple[CurrentAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What one run did."""

    started_at: dt.datetime
    articles: int
    claims: int
    changes: tuple[Change, ...]
    problems: tuple[InputProblem, ...] = ()


def evidence_of(claim: Claim) -> Evidence:
    """The claim's sentence with its voice, for reports."""
    return Evidence(
        url=claim.url,
        version=claim.version,
        published=claim.published,
        start=claim.start,
        end=claim.end,
        sentence=claim.sentence,
        speaker=claim.voice.speaker,
        carrier=claim.voice.carrier,
        publisher=claim.voice.publisher,
        said_at=claim.said_at,
        certainty=claim.certainty,
    )
