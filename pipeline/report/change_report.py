"""Changes, states and claims -> the report that all renderings show. Pure; `now` is an argument."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.model import Change, ChangeKind, Evidence, InputProblem, QuestionState, StateStatus, StoredClaim
from pipeline.report.wording import Piece, word_differences
from pipeline.watches import Question, Story, Watch

# What an analyst must see first; the sign says the kind without colour.
IMPORTANCE: tuple[ChangeKind, ...] = (
    ChangeKind.OVERDUE,
    ChangeKind.REVERSED,
    ChangeKind.DENIED,
    ChangeKind.CORRECTED,
    ChangeKind.WITHDRAWN,
    ChangeKind.DISPUTED,
    ChangeKind.CERTAINTY_CHANGED,
    ChangeKind.STATUS_CHANGED,
    ChangeKind.DATE_MOVED,
    ChangeKind.NUMBER_CHANGED,
    ChangeKind.SCOPE_CHANGED,
    ChangeKind.NEW,
)
WORDS: dict[ChangeKind, tuple[str, str]] = {
    ChangeKind.OVERDUE: ("⏰", "promise overdue"),
    ChangeKind.REVERSED: ("↩", "reversed"),
    ChangeKind.DENIED: ("✗", "denied"),
    ChangeKind.CORRECTED: ("✎", "corrected"),
    ChangeKind.WITHDRAWN: ("⌫", "withdrawn"),
    ChangeKind.DISPUTED: ("⚔", "disputed"),
    ChangeKind.CERTAINTY_CHANGED: ("◆", "certainty changed"),
    ChangeKind.STATUS_CHANGED: ("▲", "status changed"),
    ChangeKind.DATE_MOVED: ("→", "date moved"),
    ChangeKind.NUMBER_CHANGED: ("#", "number changed"),
    ChangeKind.SCOPE_CHANGED: ("◫", "scope changed"),
    ChangeKind.NEW: ("+", "new"),
    ChangeKind.REPEAT: ("=", "repeat"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    """One change as it is shown. `link` goes to the sentence in the source (a text fragment), "" if it is no web address."""

    change: Change
    sign: str
    word: str
    asks: str
    old: str
    new: str
    pieces: tuple[Piece, ...]
    link: str
    prior_link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The changes detected on one day (UTC), newest first."""

    day: dt.date
    items: tuple[ChangeItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """A question with its state now and all its states so far."""

    question: Question
    asks: str
    state: QuestionState | None
    history: tuple[QuestionState, ...]
    claims: tuple[StoredClaim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """A watch: how its questions stand, what changed by day, and the first answers apart."""

    watch: Watch
    questions: tuple[QuestionReport, ...]
    days: tuple[Day, ...]
    news: tuple[ChangeItem, ...]
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    """The whole report. `first` and `last` bound the changes shown; `top` are the ones to read first."""

    notice: str
    now: dt.datetime
    first: dt.datetime | None
    last: dt.datetime | None
    articles: int
    claims: int
    top: tuple[ChangeItem, ...]
    watches: tuple[WatchReport, ...]
    problems: tuple[InputProblem, ...]
    counts: tuple[tuple[ChangeKind, int], ...]

    @property
    def changes(self) -> int:
        """How many changes there are, first answers not counted."""
        return sum(number for kind, number in self.counts if kind is not ChangeKind.NEW)


def build_report(
    story: Story,
    changes: Sequence[Change],
    states: Sequence[QuestionState],
    claims: Sequence[StoredClaim],
    *,
    now: dt.datetime,
    problems: Sequence[InputProblem] = (),
) -> ChangeReport:
    """Arrange what is stored for reading.

    Args:
        story: The watches, for titles and questions, and the notice.
        changes: Stored changes in order of detection.
        states: Stored states in order of time.
        claims: Stored claims in order of arrival.
        now: When the report is made (UTC).
        problems: Input that could not be used.
    """
    shown = [change for change in changes if any(watch.id == change.watch for watch in story.watches)]
    items = {change.id: _item(change, story) for change in shown}
    alarms = [change for change in shown if change.kind is not ChangeKind.NEW]
    urgent = sorted(alarms, key=lambda change: (IMPORTANCE.index(change.kind), -change.detected_at.timestamp()))
    watches = tuple(
        _watch(
            watch,
            [items[change.id] for change in shown if change.watch == watch.id],
            [state for state in states if state.watch == watch.id],
            [stored for stored in claims if stored.claim.watch == watch.id],
        )
        for watch in story.watches
    )
    return ChangeReport(
        notice=story.notice,
        now=now,
        first=min((change.detected_at for change in shown), default=None),
        last=max((change.detected_at for change in shown), default=None),
        articles=len({stored.claim.url for stored in claims}),
        claims=len(claims),
        top=tuple(items[change.id] for change in _spread(urgent, 8)),
        watches=watches,
        problems=tuple(problems),
        counts=tuple((kind, number) for kind in IMPORTANCE if (number := sum(change.kind is kind for change in shown))),
    )


def _spread(urgent: Sequence[Change], limit: int) -> list[Change]:
    """The most urgent changes, at most two of a kind first, so that one kind does not crowd out the rest."""
    chosen: list[Change] = []
    for most in (2, limit):
        for change in urgent:
            if len(chosen) < limit and change not in chosen and sum(other.kind is change.kind for other in chosen) < most:
                chosen.append(change)
    return sorted(chosen, key=urgent.index)


def _watch(watch: Watch, items: Sequence[ChangeItem], states: Sequence[QuestionState], claims: Sequence[StoredClaim]) -> WatchReport:
    alarms = [item for item in items if item.change.kind is not ChangeKind.NEW]
    days = sorted({item.change.detected_at.astimezone(dt.UTC).date() for item in alarms}, reverse=True)
    questions = tuple(
        QuestionReport(
            question=question,
            asks=question.asks or _readable(question.id),
            history=tuple(state for state in states if state.question == question.id),
            state=next((state for state in reversed(states) if state.question == question.id), None),
            claims=tuple(stored for stored in claims if stored.claim.question == question.id),
        )
        for question in watch.questions
    )
    return WatchReport(
        watch=watch,
        questions=questions,
        articles=len({stored.claim.url for stored in claims}),
        days=tuple(
            Day(day=day, items=tuple(item for item in reversed(alarms) if item.change.detected_at.astimezone(dt.UTC).date() == day))
            for day in days
        ),
        news=tuple(item for item in items if item.change.kind is ChangeKind.NEW),
    )


def _item(change: Change, story: Story) -> ChangeItem:
    sign, word = WORDS[change.kind]
    asks = next(
        (
            question.asks or _readable(question.id)
            for watch in story.watches
            if watch.id == change.watch
            for question in watch.questions
            if question.id == change.question
        ),
        _readable(change.question),
    )
    prior = change.prior
    pieces = word_differences(prior.sentence, change.evidence.sentence) if prior else ()
    old = _short(change.old.text) if change.old else "nothing known"
    if change.kind is ChangeKind.WITHDRAWN:
        new = "reworded without a note" if change.prior else "no longer there"
    elif change.new is None:
        new = "date passed, no report"
    else:
        new = _short(change.new.text)
    return ChangeItem(
        change=change,
        sign=sign,
        word=word,
        asks=asks,
        old=old,
        new=new,
        pieces=pieces,
        link=source_link(change.evidence),
        prior_link=source_link(prior) if prior else "",
    )


def source_link(evidence: Evidence) -> str:
    """The article's address with a text fragment that marks the sentence; "" for anything but http and https."""
    if not evidence.url.lower().startswith(("http://", "https://")):
        return ""
    words = evidence.sentence.split()
    # A fragment of first and last words survives small typographic differences of the page.
    fragment = quote(" ".join(words[:4]), safe="") + ("," + quote(" ".join(words[-3:]), safe="") if len(words) > 8 else "")
    return f"{evidence.url}#:~:text={fragment.replace('-', '%2D')}"


def _short(text: str, limit: int = 90) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def _readable(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").capitalize()


def status_word(state: QuestionState | None) -> str:
    """How a question stands, as a word for people."""
    if state is None:
        return "no answer yet"
    return {
        StateStatus.SETTLED: "settled",
        StateStatus.DISPUTED: "disputed",
        StateStatus.OVERDUE: "overdue",
        StateStatus.UNKNOWN: "not known",
    }[state.status]
