"""A small report with one change of most kinds, from invented claims."""

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from pipeline.detect.state import fold_state
from pipeline.model import (
    Answer,
    Certainty,
    Change,
    ChangeKind,
    Claim,
    CurrentAnswer,
    InputProblem,
    QuestionState,
    StateStatus,
    evidence_of,
)
from pipeline.report.change_report import ChangeReport, build_report
from pipeline.watches import Question, QuestionKind, Story, Watch
from tests.builders import MONDAY, date_answer, day, later, make_change, make_claim, make_voice, number_answer, stored


def make_report(text: str = "The bridge will close on Friday, the mayor said.", **given: str) -> ChangeReport:
    """`text` stands in every sentence, `given` in other fields (speaker, title, notice, url)."""
    speaker = given.get("speaker", "Anna Berg")
    url = given.get("url", "https://example.org/a")
    promise = make_claim(
        sentence=text, answer=date_answer(16), certainty=Certainty.PLANNED, effective=day(16), url=url, voice=make_voice(speaker)
    )
    moved = later(
        promise, 2, answer=date_answer(22), effective=day(22), sentence=f"{text} It moved.", voice=make_voice("Kim Holt", publisher=speaker)
    )
    count = make_claim(question="houses", sentence=text, answer=number_answer(14), url=url)
    more = later(count, 3, answer=number_answer(30), sentence=f"{text} Thirty.")
    claims = (
        stored(promise),
        stored(moved, ChangeKind.DATE_MOVED, prior=promise.key),
        stored(count),
        stored(more, ChangeKind.NUMBER_CHANGED, prior=count.key),
    )
    changes = (
        make_change(promise),
        make_change(moved, ChangeKind.DATE_MOVED, promise),
        make_change(count),
        make_change(more, ChangeKind.NUMBER_CHANGED, count),
        overdue(moved),
    )
    states = [
        fold_state(
            [item for item in claims[: number + 1] if item.claim.question == claims[number].claim.question],
            watch="bridge",
            question=claims[number].claim.question,
            as_of=claims[number].claim.seen_at,
            after=claims[number].claim.url,
        )
        for number in range(4)
    ]
    story = Story(
        notice=given.get("notice", ""),
        watches=(
            Watch(
                id="bridge",
                title=given.get("title", "The bridge"),
                questions=(
                    Question(id="closing", kind=QuestionKind.DATE, asks=given.get("asks", "When does it close?")),
                    Question(id="houses", kind=QuestionKind.QUANTITY, of=("house",)),
                ),
            ),
        ),
    )
    problems = (InputProblem(where=given.get("where", "x.txt:1"), what=text, remedy="Look."),) if given.get("where") else ()
    return build_report(story, changes, states, claims, now=MONDAY + dt.timedelta(days=20), problems=problems)


def overdue(claim: object) -> Change:
    made = make_change(claim, ChangeKind.OVERDUE)  # type: ignore[arg-type]
    return Change(
        **{name: getattr(made, name) for name in made.__slots__}
        | {"detected_at": MONDAY + dt.timedelta(days=12), "new": None, "old": made.new}
    )


def make_busy_report(*, lanes: int = 15, steps: int = 12) -> ChangeReport:
    """A watch with many questions of every kind whose answers come minutes apart, days apart, and with promises before and after them."""
    kinds = [QuestionKind.STATUS, QuestionKind.DATE, QuestionKind.QUANTITY, QuestionKind.YES_NO, QuestionKind.STATEMENT]
    questions = tuple(
        Question(id=f"q{number}", kind=kinds[number % len(kinds)], asks=f"How does the rather long question number {number} stand today?")
        for number in range(lanes)
    )
    changes, states = [], []
    for number, question in enumerate(questions):
        old = None
        for step in range(steps):
            at = MONDAY + dt.timedelta(minutes=7 * step + number) + dt.timedelta(days=10 * (step // 6))
            new = make_claim(
                question=question.id,
                at=at,
                seen_at=at,
                said_at=at,
                answer=busy_answer(question.kind, step),
                sentence=f"Step {step} of question {number} was reported.",
                certainty=Certainty.PLANNED if question.kind is QuestionKind.DATE else Certainty.FACT,
                url=f"https://example.org/{number}/{step}",
            )
            kind = list(ChangeKind)[2:][step % 10] if old else ChangeKind.NEW
            changes.append(make_change(new, kind, old))
            status = list(StateStatus)[step % 3]
            states.append(
                QuestionState(
                    as_of=at,
                    after=new.url,
                    watch="bridge",
                    question=question.id,
                    status=status,
                    answers=tuple(current(claim) for claim in (old, new) if claim),
                )
            )
            old = new
    story = Story(watches=(Watch(id="bridge", title="The bridge, the flood and the vote", questions=questions),))
    return build_report(story, changes, states, (), now=MONDAY + dt.timedelta(days=20))


def busy_answer(kind: QuestionKind, step: int) -> Answer:
    if kind is QuestionKind.DATE:
        return date_answer(12 + step % 17, 14 + step % 17 if step % 3 == 0 else None)
    if kind is QuestionKind.QUANTITY:
        return number_answer(10 * step + 3, unit="damaged house")
    return Answer(type=kind.value, text=f"an answer of some length, number {step}", value=f"value {step}", bound="exact")


def current(claim: Claim) -> CurrentAnswer:
    return CurrentAnswer(
        answer=claim.answer, certainty=claim.certainty, speakers=(claim.voice.speaker,), since=claim.seen_at, evidence=evidence_of(claim)
    )


def make_filled_report(text: str) -> ChangeReport:
    """A report into which `text` came through every string field there is: ids, addresses, names, sentences, answers, titles."""
    first = make_claim(answer=date_answer(16), certainty=Certainty.PLANNED)
    second = later(first, 2, answer=date_answer(22), effective=day(22))
    changes = [
        make_change(first),
        overdue(second),
        *(make_change(second, kind, first) for kind in ChangeKind if kind not in (ChangeKind.NEW, ChangeKind.OVERDUE)),
    ]
    states = [
        QuestionState(
            as_of=MONDAY + dt.timedelta(days=number),
            after="x",
            watch="bridge",
            question="closing",
            status=status,
            answers=(current(first), current(second)),
        )
        for number, status in enumerate(StateStatus)
    ]
    watch = Watch(
        id="bridge",
        title="t",
        description="d",
        questions=(Question(id="closing", kind=QuestionKind.DATE, asks="a"), Question(id="silent", kind=QuestionKind.STATUS)),
    )
    count = replace(watch, id="other", questions=(Question(id="closing", kind=QuestionKind.STATUS, asks="a"),))
    story = Story(notice="n", watches=(watch, count))
    given = filled((story, changes, states, [stored(first)], [InputProblem(where="w", what="x", remedy="r")]), text)
    return build_report(*given[:4], now=MONDAY, problems=given[4])


def filled(value: Any, text: str) -> Any:
    """The same value with every string in it replaced by `text`; enum members stay."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, (tuple, list)):
        return type(value)(filled(item, text) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: filled(getattr(value, field.name), text) for field in fields(value)})
    return value
