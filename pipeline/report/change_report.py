"""Changes, states and claims -> the report that all renderings show. Pure; `now` is an argument.

Everything in the report has passed `printable`: no renderer sees a control character from the web. Markup is escaped by each renderer.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.model import Change, ChangeKind, CurrentAnswer, InputProblem, QuestionState, StateStatus, StoredClaim
from pipeline.report.headline import shortened
from pipeline.report.items import ChangeItem, change_item, source_link
from pipeline.report.plain import printable
from pipeline.report.signs import IMPORTANCE, WORDS
from pipeline.report.when import answer_words
from pipeline.watches import Question, QuestionKind, Story, Watch

__all__ = [
    "IMPORTANCE",
    "WORDS",
    "ChangeItem",
    "ChangeReport",
    "Day",
    "Holding",
    "QuestionReport",
    "WatchReport",
    "build_report",
    "joined",
    "older_words",
    "source_link",
    "status_word",
]

TOP = 12
# Of a watch this many changes and as many first answers are shown, the newest; more than that nobody reads in one go.
LISTED = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The changes detected on one day (UTC), newest first."""

    day: dt.date
    items: tuple[ChangeItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An answer that holds now, with everyone behind it; equal answers are shown once."""

    text: str
    note: str
    certainty: str
    speakers: tuple[str, ...]
    since: dt.datetime
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """A question with its state now and all its states so far. `holds` are its answers now, newest first."""

    question: Question
    asks: str
    state: QuestionState | None
    history: tuple[QuestionState, ...]
    claims: tuple[StoredClaim, ...]
    holds: tuple[Holding, ...] = ()

    @property
    def word(self) -> str:
        """How it stands, in a word or two."""
        if (
            self.state is not None
            and self.state.status is StateStatus.UNKNOWN
            and self.holds
            and self.question.kind is QuestionKind.STATEMENT
        ):
            return "last said"
        return status_word(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """A watch: how its questions stand, what changed by day, and the first answers apart; `older` are changes that are left out."""

    watch: Watch
    questions: tuple[QuestionReport, ...]
    days: tuple[Day, ...]
    news: tuple[ChangeItem, ...]
    articles: int
    older: int = 0

    @property
    def answered(self) -> tuple[QuestionReport, ...]:
        """The questions that have an answer, those that need attention first."""
        order = {StateStatus.OVERDUE: 0, StateStatus.DISPUTED: 1, StateStatus.SETTLED: 2, StateStatus.UNKNOWN: 3}
        found = [
            (order[question.state.status], place, question)
            for place, question in enumerate(self.questions)
            if question.state and question.holds
        ]
        return tuple(question for _, _, question in sorted(found, key=lambda item: item[:2]))

    @property
    def silent(self) -> tuple[QuestionReport, ...]:
        """The questions that have no answer now."""
        return tuple(question for question in self.questions if not question.holds)

    @property
    def changes(self) -> int:
        """How many changes it has, first answers not counted."""
        return sum(len(day.items) for day in self.days) + self.older


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
    outlets: int = 0

    @property
    def changes(self) -> int:
        """How many changes there are, first answers not counted."""
        return sum(number for kind, number in self.counts if kind is not ChangeKind.NEW)

    def standing(self, status: StateStatus) -> int:
        """How many questions stand so now."""
        return sum(question.state is not None and question.state.status == status for watch in self.watches for question in watch.questions)


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
    asked = {(watch.id, question.id): _asks(question) for watch in story.watches for question in watch.questions}
    known = {watch.id for watch in story.watches}
    told = [change for change in changes if change.watch in known and change.kind is not ChangeKind.REPEAT]
    top = _most_important(told, TOP)
    items = {
        place: change_item(told[place], asked.get((told[place].watch, told[place].question), _readable(told[place].question)))
        for place in sorted({*top, *_newest(told, LISTED)})
    }
    kinds = [change.kind for change in told]
    of_watch = Counter(change.watch for change in told if change.kind is not ChangeKind.NEW)
    watches = tuple(
        _watch(
            watch,
            [item for item in items.values() if item.change.watch == watch.id],
            of_watch[watch.id],
            [state for state in states if state.watch == watch.id],
            [stored for stored in claims if stored.claim.watch == watch.id],
        )
        for watch in story.watches
    )
    seen = [change.detected_at for change in told]
    return ChangeReport(
        notice=printable(story.notice),
        now=now,
        first=min(seen, default=None),
        last=max(seen, default=None),
        articles=len({stored.claim.url for stored in claims}),
        outlets=len({stored.claim.voice.publisher for stored in claims}),
        claims=len(claims),
        top=tuple(items[place] for place in top),
        watches=watches,
        problems=tuple(printable(problem) for problem in problems),
        counts=tuple((kind, kinds.count(kind)) for kind in IMPORTANCE if kind in kinds),
    )


def older_words(number: int) -> str:
    """What is said of changes that are not shown."""
    return f"{number:,} older change{'' if number == 1 else 's'} not shown here; “claimwatch changes” lists them all."


def _most_important(changes: Sequence[Change], limit: int) -> tuple[int, ...]:
    """Places of the changes to read first: by kind, newest first within one; at most two of a kind as long as other kinds are left."""
    urgent = sorted(
        (place for place, change in enumerate(changes) if change.kind is not ChangeKind.NEW),
        key=lambda place: (IMPORTANCE.index(changes[place].kind), -changes[place].detected_at.timestamp()),
    )
    rank: dict[ChangeKind, int] = {}
    spread: list[tuple[bool, int]] = []
    for order, place in enumerate(urgent):
        kind = changes[place].kind
        rank[kind] = rank.get(kind, 0) + 1
        spread.append((rank[kind] > 2, order))
    return tuple(urgent[order] for order in sorted(order for _, order in sorted(spread)[:limit]))


def _newest(changes: Sequence[Change], limit: int) -> Iterator[int]:
    """Places of the newest changes and the newest first answers of each watch."""
    taken: Counter[tuple[str, bool]] = Counter()
    for place in sorted(range(len(changes)), key=lambda place: changes[place].detected_at, reverse=True):
        part = changes[place].watch, changes[place].kind is ChangeKind.NEW
        taken[part] += 1
        if taken[part] <= limit:
            yield place


def _watch(
    watch: Watch, items: Sequence[ChangeItem], changes: int, states: Sequence[QuestionState], claims: Sequence[StoredClaim]
) -> WatchReport:
    by_day: dict[dt.date, list[ChangeItem]] = {}
    for item in sorted(
        (item for item in items if item.change.kind is not ChangeKind.NEW), key=lambda item: item.change.detected_at, reverse=True
    ):
        by_day.setdefault(item.change.detected_at.astimezone(dt.UTC).date(), []).append(item)
    return WatchReport(
        watch=printable(watch),
        articles=len({stored.claim.url for stored in claims}),
        questions=tuple(
            _question(
                question,
                [state for state in states if state.question == question.id],
                [stored for stored in claims if stored.claim.question == question.id],
            )
            for question in watch.questions
        ),
        days=tuple(Day(day=day, items=tuple(by_day[day])) for day in sorted(by_day, reverse=True)),
        news=tuple(item for item in items if item.change.kind is ChangeKind.NEW),
        older=changes - sum(map(len, by_day.values())),
    )


def _question(question: Question, states: Sequence[QuestionState], claims: Sequence[StoredClaim]) -> QuestionReport:
    history = tuple(printable(state) for state in states)
    state = history[-1] if history else None
    return QuestionReport(
        question=printable(question),
        asks=_asks(question),
        state=state,
        history=history,
        claims=tuple(claims),
        holds=_holdings(state.answers) if state else (),
    )


def _holdings(answers: Sequence[CurrentAnswer]) -> tuple[Holding, ...]:
    merged: dict[tuple[str, str, str], list[CurrentAnswer]] = {}
    for answer in answers:
        same = (answer.answer.value or answer.answer.text, answer.answer.unit or "", answer.certainty.value)
        merged.setdefault(same, []).append(answer)
    holdings = []
    for group in merged.values():
        text, note = answer_words(group[-1].answer)
        speakers = tuple(dict.fromkeys(speaker for answer in group for speaker in answer.speakers))
        holdings.append(
            Holding(
                text=text,
                note=note,
                certainty=group[-1].certainty.value,
                speakers=speakers,
                since=min(answer.since for answer in group),
                link=source_link(group[-1].evidence),
            )
        )
    return tuple(reversed(holdings))


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


def joined(words: Iterable[str], most: int = 3) -> str:
    """Names in a row, at most `most`, the rest as a number."""
    names = list(words)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _asks(question: Question) -> str:
    return printable(question.asks) or _readable(printable(question.id))


def _readable(slug: str) -> str:
    return shortened(slug.replace("-", " ").replace("_", " ")).capitalize()
