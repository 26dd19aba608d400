"""A question's states -> the spells of its answers: which answer held from when to when, and what became of a promised date."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import Answer, Certainty, CurrentAnswer, QuestionState, StateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """An answer and how long it held. `until` is None while it does. `certainty` is its last, `status` the question's worst."""

    answer: Answer
    certainty: Certainty
    speaker: str
    since: dt.datetime
    until: dt.datetime | None
    status: StateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """How a whole question stood from `since` to `until` (None: still): the answers of that time, equal ones once."""

    status: StateStatus
    texts: tuple[str, ...]
    values: tuple[str, ...]
    since: dt.datetime
    until: dt.datetime | None


_DAY = dt.timedelta(days=1)
_WORST = {StateStatus.OVERDUE: 3, StateStatus.DISPUTED: 2, StateStatus.SETTLED: 1, StateStatus.UNKNOWN: 0}


def spells_of(history: Sequence[QuestionState]) -> tuple[Spell, ...]:
    """Every answer of the history with its time, in order of `since`; one that comes again after a gap is a new spell."""
    open_: dict[tuple[str, str, str], Spell] = {}
    closed: list[Spell] = []
    for state in history:
        now = {_identity(answer): answer for answer in state.answers}
        for key in [key for key in open_ if key not in now]:
            closed.append(replace(open_.pop(key), until=state.as_of))
        for key, answer in now.items():
            old = open_.get(key)
            if old is None:
                open_[key] = Spell(
                    answer=answer.answer,
                    certainty=answer.certainty,
                    speaker=", ".join(answer.speakers[:2]),
                    since=min(answer.since, state.as_of),
                    until=None,
                    status=_own_status(state, answer),
                )
            else:
                open_[key] = replace(
                    old, certainty=answer.certainty, status=max(_own_status(state, answer), old.status, key=_WORST.__getitem__)
                )
    return tuple(sorted((*closed, *open_.values()), key=lambda spell: spell.since))


def phases_of(history: Sequence[QuestionState]) -> tuple[Phase, ...]:
    """The history with neighbours that look the same made one."""
    phases: list[Phase] = []
    for state in history:
        named = {answer.answer.value or answer.answer.text: _named(answer) for answer in state.answers}
        phase = Phase(status=state.status, texts=tuple(named.values()), values=tuple(named), since=state.as_of, until=None)
        if phases and (phases[-1].status, phases[-1].values) == (phase.status, phase.values):
            continue
        if phases:
            phases[-1] = replace(phases[-1], until=state.as_of)
        phases.append(phase)
    return tuple(phases)


def main_unit(spells: Sequence[Spell]) -> str | None:
    """The unit that most numbers of a question have: only these share a scale."""
    units = Counter(spell.answer.unit or "" for spell in spells if size_of(spell.answer) is not None)
    return units.most_common(1)[0][0] if units else None


def size_of(answer: Answer) -> float | None:
    """The number to draw, None where there is none."""
    ends = [end for end in (answer.low, answer.high) if end is not None and abs(end) < 1e300]
    return sum(ends) / len(ends) if ends and answer.value is not None else None


def _own_status(state: QuestionState, answer: CurrentAnswer) -> StateStatus:
    """The question's status, but overdue only for an answer whose own date has passed."""
    when = answer.answer.when
    # The clock may tick on the day after by its own zone while the promise's zone still has that day.
    passed = when is None or when.end is None or when.end <= state.as_of + _DAY
    return StateStatus.SETTLED if state.status is StateStatus.OVERDUE and not passed else state.status


def _named(answer: CurrentAnswer) -> str:
    given_up = answer.certainty is Certainty.DENIED and answer.answer.type != "status"
    return f"{answer.answer.text} (denied)" if given_up else answer.answer.text


def _identity(answer: CurrentAnswer) -> tuple[str, str, str]:
    return (answer.answer.value or answer.answer.text, answer.answer.unit or "", "denied" if answer.certainty is Certainty.DENIED else "")
