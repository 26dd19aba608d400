"""Claims of one question -> how it stands: the current answer or the rival answers, each with its voices. A pure fold."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.detect.answers import Relation, compare_answers
from pipeline.model import (
    Certainty,
    ChangeKind,
    CurrentAnswer,
    QuestionState,
    StateStatus,
    StoredClaim,
    evidence_of,
)

_RIVALS = frozenset((ChangeKind.DISPUTED, ChangeKind.DENIED))
_SILENT = frozenset((ChangeKind.REPEAT,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One answer that holds: the claim it rests on, and every claim that says the same."""

    base: StoredClaim
    support: tuple[StoredClaim, ...] = ()

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who stands behind it, first come first."""
        return tuple(dict.fromkeys(stored.claim.voice.speaker for stored in (self.base, *self.support)))

    def voices(self) -> frozenset[str]:
        """Institutions and speakers behind it."""
        return frozenset(
            name for stored in (self.base, *self.support) for name in (stored.claim.voice.institution, stored.claim.voice.speaker)
        )


def fold_answers(claims: Iterable[StoredClaim], *, many: bool = False) -> tuple[Standing, ...]:
    """The answers that hold after `claims`, newest last.

    Args:
        claims: The stored claims of one question in order of arrival; retracted ones count for nothing.
        many: Several answers hold at once (three dates announced together): a new one is added, not put in place.
    """
    standing: list[_Growing] = []
    for stored in claims:
        if stored.retracted_at is not None:
            continue
        if stored.effect is ChangeKind.DENIED and stored.claim.answer.value is None and stored.claim.answer.type != "statement":
            continue  # a denial without an answer of its own is reported, and leaves what stood
        if stored.effect in _SILENT and stored.resets:
            standing = [_Growing(stored)]
        elif stored.effect in _SILENT:
            for item in standing:
                if item.has(stored.prior):
                    item.add(stored)
        elif stored.effect in _RIVALS:
            standing = [item for item in standing if not _taken_back(item, stored)]
            standing.append(_Growing(stored))
        elif stored.effect is ChangeKind.CORRECTED and (right := _given_already(stored, standing)) is not None:
            # An outlet that comes round to what stands adds its voice; the answer rests where it rested.
            standing = [item for item in standing if item is right or not item.has(stored.prior)]
            right.add(stored)
        elif stored.effect is ChangeKind.NEW and (many or _other_episode(stored, standing)):
            standing.append(_Growing(stored))
        else:
            standing = [item for item in standing if _other_episode(stored, [item]) or (many and item.base.claim.key != stored.prior)]
            standing.append(_Growing(stored))
    return tuple(Standing(base=item.base, support=tuple(item.support)) for item in standing)


class _Growing:
    """A standing answer while the claims are gone through: with thousands of repeats nothing may be built anew for each."""

    __slots__ = ("_keys", "base", "support")

    def __init__(self, base: StoredClaim) -> None:
        self.base = base
        self.support: list[StoredClaim] = []
        self._keys: set[str] | None = None  # of the support; most answers give way before anybody asks

    def add(self, stored: StoredClaim) -> None:
        self.support.append(stored)
        if self._keys is not None:
            self._keys.add(stored.claim.key)

    def has(self, key: str | None) -> bool:
        """True if the claim of that key is behind the answer."""
        if key is None:
            return False
        if key == self.base.claim.key:
            return True
        if self._keys is None and self.support:
            self._keys = {stored.claim.key for stored in self.support}
        return self._keys is not None and key in self._keys

    def is_just(self, names: set[str]) -> bool:
        """True if these institutions and speakers are behind it, each of them and nobody else."""
        seen: set[str] = set()
        for stored in (self.base, *self.support):
            seen |= {stored.claim.voice.institution, stored.claim.voice.speaker}
            if not seen <= names:
                return False
        return seen == names


def _given_already(stored: StoredClaim, standing: Sequence[_Growing]) -> _Growing | None:
    same = (item for item in standing if compare_answers(stored.claim.answer, item.base.claim.answer) is Relation.SAME)
    return next((item for item in same if not item.has(stored.prior)), None)


def _other_episode(stored: StoredClaim, standing: Sequence[_Growing]) -> bool:
    return bool(standing) and all(
        item.base.claim.episode != stored.claim.episode or item.base.claim.window != stored.claim.window for item in standing
    )


def _taken_back(item: _Growing, stored: StoredClaim) -> bool:
    """A voice holds one answer: its rival answer ends its own older one."""
    voice = stored.claim.voice
    return item.is_just({voice.institution, voice.speaker})


def fold_state(
    claims: Sequence[StoredClaim],
    *,
    watch: str,
    question: str,
    as_of: dt.datetime,
    after: str | None,
    many: bool = False,
    overdue: frozenset[str] = frozenset(),
) -> QuestionState:
    """How a question stands.

    Args:
        claims: Its stored claims in order of arrival.
        watch, question: Ids.
        as_of: The instant the state is for (UTC).
        after: URL of the article that led to it, None for the clock.
        many: As for `fold_answers`.
        overdue: Keys of claims whose promised date has passed without fulfilment.
    """
    answers = fold_answers(claims, many=many)
    bases = [item.base.claim for item in answers]
    if not answers or all(claim.answer.value is None for claim in bases):
        status = StateStatus.UNKNOWN
    elif any(claim.key in overdue for claim in bases):
        status = StateStatus.OVERDUE
    elif len(answers) > 1 and _disagree(answers, many):
        status = StateStatus.DISPUTED
    else:
        status = StateStatus.SETTLED
    current = tuple(
        CurrentAnswer(
            answer=item.base.claim.answer,
            certainty=item.base.claim.certainty,
            speakers=item.speakers,
            since=item.base.claim.seen_at,
            evidence=evidence_of(item.base.claim),
        )
        for item in answers
    )
    return QuestionState(as_of=as_of, after=after, watch=watch, question=question, status=status, answers=current)


def _disagree(answers: tuple[Standing, ...], many: bool) -> bool:
    for index, item in enumerate(answers):
        for other in answers[:index]:
            new, old = item.base.claim, other.base.claim
            if new.episode != old.episode or new.window != old.window:
                continue
            if Certainty.DENIED in (new.certainty, old.certainty) and new.certainty is not old.certainty:
                return True
            if not many and compare_answers(new.answer, old.answer) not in (Relation.SAME, Relation.NARROWED, Relation.WIDENED):
                return True
    return False
