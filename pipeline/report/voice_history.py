"""What one voice said on each question over time, and where it turned."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model import Certainty, Claim, StoredClaim, evidence_of
from pipeline.report.items import voice_words
from pipeline.report.plain import printable
from pipeline.report.rows import Row, claim_row
from pipeline.report.when import answer_words, moment_words
from pipeline.watches import Question, QuestionKind

# Words that bind nobody: they neither turn from a firm word nor become the last word.
_WEAK = frozenset((Certainty.POSSIBLE, Certainty.CONDITIONAL, Certainty.DEMANDED))
# Of these one article may name several, as details of one report.
_DETAILS = frozenset((QuestionKind.QUANTITY, QuestionKind.DURATION, QuestionKind.DATE, QuestionKind.PLACES))
_INDENT = "      "


class Turn(StrEnum):
    """How a statement stands to what the same voice said last on the question."""

    NONE = ""
    MOVED = "moved"
    TURNED = "turned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement. `last` is the voice's own last word where this one turns from it; `own` is false for a person counted as the voice."""

    stored: StoredClaim
    own: bool
    turn: Turn = Turn.NONE
    last: Claim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionHistory:
    """What the voice said on one question, in the order in which it was said."""

    watch: str
    question: str
    said: tuple[Said, ...]


def voice_history(
    claims: Sequence[StoredClaim],
    names: frozenset[str],
    questions: Mapping[tuple[str, str], Question],
    compare: Callable[[Claim, Claim], Turn],
) -> tuple[QuestionHistory, ...]:
    """The statements of one voice by question, in the order in which the questions first came up.

    Args:
        claims: All that count as the voice's, in any order.
        names: The names of the voice itself; statements of all others are those of people who speak for it.
        questions: The declared questions by (watch id, question id), as far as they still are.
        compare: How a statement stands to the voice's last word.
    """
    by_question: dict[tuple[str, str], list[StoredClaim]] = {}
    for stored in sorted(claims, key=lambda item: (item.claim.said_at, item.claim.seen_at, item.claim.start)):
        by_question.setdefault((stored.claim.watch, stored.claim.question), []).append(stored)
    return tuple(
        QuestionHistory(watch=watch, question=name, said=tuple(_said(found, names, questions.get((watch, name)), compare)))
        for (watch, name), found in by_question.items()
    )


def _said(
    found: Sequence[StoredClaim], names: frozenset[str], question: Question | None, compare: Callable[[Claim, Claim], Turn]
) -> list[Said]:
    rows: list[Said] = []
    last: dict[tuple[str, str], Claim] = {}
    for stored in found:
        claim = stored.claim
        place = claim.episode, claim.window
        before = last.get(place)
        turn = Turn.NONE
        if _counts(stored, question):
            here = before is not None and (before.url, before.version) == (claim.url, claim.version)
            if before is not None and not (here and claim.answer.type in _DETAILS):
                turn = compare(claim, before)
                last[place] = claim
            elif before is None:
                last[place] = claim
        own = claim.voice.speaker in names
        rows.append(Said(stored=stored, own=own, turn=turn, last=before if turn is not Turn.NONE else None))
    return rows


def _counts(stored: StoredClaim, question: Question | None) -> bool:
    """True if a statement can be a turn, or what the next one turns from."""
    claim = stored.claim
    if (question is not None and question.many) or claim.background or claim.tentative or stored.retracted_at is not None:
        return False
    return claim.certainty not in _WEAK


def history_rows(histories: Sequence[QuestionHistory]) -> list[Row]:
    """The rows of JSON and CSV: those of claims.jsonl with `own`, `turn` and `turned_from` (the key of the last word)."""
    return [
        claim_row(said.stored) | {"own": said.own, "turn": said.turn.value or None, "turned_from": said.last.key if said.last else None}
        for history in histories
        for said in history.said
    ]


def render_history(name: str, histories: Sequence[QuestionHistory], asks: Mapping[tuple[str, str], str], *, width: int) -> str:
    """The history as text: what was said when, and under a turn what it turned from.

    Args:
        name: Whose history it is.
        histories: Its questions.
        asks: The questions in words, by (watch id, question id).
        width: Columns.
    """
    said = [item for history in histories for item in history.said]
    if not said:
        return f"{printable(name)}: nothing was said on this\n"
    turns = sum(item.turn is Turn.TURNED for item in said)
    moves = sum(item.turn is Turn.MOVED for item in said)
    lines = [
        f"{printable(name)}: {_number(len(said), 'statement')} on {_number(len(histories), 'question')}; turned {_times(turns)},"
        f" gave another answer {_times(moves)}"
    ]
    for history in histories:
        place = history.watch, history.question
        lines += ["", f"{printable(asks.get(place, history.question))}  ({history.watch}/{history.question})"]
        for item in history.said:
            lines += _entry(item, width)
    return "\n".join(lines) + "\n"


def _entry(said: Said, width: int) -> list[str]:
    claim = printable(said.stored.claim)
    sign = {Turn.TURNED: "!!", Turn.MOVED: " >", Turn.NONE: "  "}[said.turn]
    marks = [claim.certainty.value, said.stored.effect.value.replace("_", " ")]
    marks += [word for word, holds in (("looks back", claim.background), ("doubtful match", claim.tentative)) if holds]
    marks += ["no longer stands"] if said.stored.retracted_at is not None else []
    lines = [f"{sign} {moment_words(claim.said_at)}  {_answer(claim)}  [{', '.join(marks)}]"]
    if said.last is not None:
        word = "turned" if said.turn is Turn.TURNED else "another answer"
        old = printable(said.last)
        lines.append(f"{_INDENT}{word}: said {_answer(old)} on {moment_words(old.said_at)}" + _by(old, claim))
    counted = "" if said.own else f" (counted as {claim.voice.institution})"
    lines += textwrap.wrap(
        f"{voice_words(evidence_of(claim))}{counted}: {claim.sentence}", max(width, 40), initial_indent=_INDENT, subsequent_indent=_INDENT
    )
    return [*lines, f"{_INDENT}{claim.url}"]


def _by(old: Claim, claim: Claim) -> str:
    return f", in the words of {old.voice.speaker}" if old.voice.speaker != claim.voice.speaker else ""


def _answer(claim: Claim) -> str:
    words, dates = answer_words(claim.answer)
    negated = "not " if claim.certainty is Certainty.DENIED and not words.startswith("not ") else ""
    return negated + (f"{words} ({dates})" if dates else words)


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "never" if count == 0 else "once" if count == 1 else f"{count} times"
