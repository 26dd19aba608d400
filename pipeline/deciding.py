"""One article against what is stored -> what to store and what to report. Pure: no clock, no disk, no database."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline.detect.changes import decide
from pipeline.detect.events import of_same_event
from pipeline.detect.overdue import find_overdue
from pipeline.detect.silence import Decision
from pipeline.detect.state import fold_answers, fold_state
from pipeline.extract.readings import Reader
from pipeline.extract.unread import unread
from pipeline.match.gate import Gate
from pipeline.match.open import OpenStatements
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import (
    Article,
    ArticleVersion,
    Certainty,
    Change,
    ChangeKind,
    Claim,
    QuestionState,
    StoredClaim,
    evidence_of,
)
from pipeline.statements import OpenStatement, Reading
from pipeline.watches import Question

History = Callable[[str, str], Sequence[StoredClaim]]
LastState = Callable[[str, str], QuestionState | None]
# Whether a claim may answer its question; reviewers rule out what does not (pipeline.store.rulings).
Allowed = Callable[[Claim], bool]
# How many answers of the gate are kept.
_ASKED_AGAIN = 100
# An edited sentence that is still this much the same (rapidfuzz ratio, 0-100) was only tidied up.
COSMETIC = 97.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one step of the clock or one article leads to; `retracted` are keys of claims that no longer stand."""

    claims: tuple[StoredClaim, ...] = ()
    changes: tuple[Change, ...] = ()
    states: tuple[QuestionState, ...] = ()
    retracted: tuple[str, ...] = ()
    open: tuple[OpenStatement, ...] = ()


class Judge:
    """A story's watches, ready to judge articles. Compiled once per run; keeps nothing between articles but parsed paragraphs.

    Args:
        reader: Reads articles.
        indexes: The compiled watches.
        gate: Tells what need not be read; None reads everything.
        openly: Finds what no question caught; None keeps none of it.
    """

    def __init__(
        self, reader: Reader, indexes: Sequence[WatchIndex], gate: Gate | None = None, openly: OpenStatements | None = None
    ) -> None:
        self._reader, self._indexes, self._gate, self._openly = reader, tuple(indexes), gate, openly
        self._admitted: dict[tuple[str, str], bool] = {}

    def read(self, article: Article, *, edited: bool = False) -> Reading:
        """Analyse an article with the language model. Takes the time; needs no database.

        Args:
            article: The text. If it is about no watch at all the reading has no statements, and the model has not seen it.
            edited: A version before it is stored: then it is read whatever it is about, to see what it no longer says.
        """
        return self._reader.read(article) if edited or self._concerns(article) else unread(article)

    def prepare(self, articles: Iterable[Article]) -> None:
        """Let the language model see several articles at once that will be read next: quicker than one by one."""
        self._reader.prepare(article for article in articles if self._concerns(article))

    def _concerns(self, article: Article) -> bool:
        if self._gate is None:
            return True
        # Asked when a batch is prepared, and again when the article is read.
        words = article.title, article.text
        if words not in self._admitted:
            if len(self._admitted) >= _ASKED_AGAIN:
                self._admitted.clear()
            self._admitted[words] = self._gate.admits(*words)
        return self._admitted[words]

    def judge(
        self, stored: ArticleVersion, reading: Reading, previous: Reading | None, history: History, last_state: LastState,
        allowed: Allowed = lambda _claim: True,
    ) -> Outcome:  # fmt: skip
        """What a new article version says, and what that changes.

        Args:
            stored: The version as stored; its `seen_at` is the clock of the decision.
            reading: The same version, analysed.
            previous: The version before it, analysed, if the article was edited.
            history: Gives the stored claims of a (watch, question), in order of arrival.
            last_state: Gives the last stored state of a (watch, question).
            allowed: False for claims that reviewers ruled out.
        """
        desk = _Desk(stored=stored, history=history)
        before = frozenset(statement.sentence for statement in previous.statements) if previous else frozenset()
        unclaimed: list[OpenStatement] = []
        for index in self._indexes:
            claims = tuple(filter(allowed, find_claims(reading, stored, index)))
            desk.take_back_vanished(index, reading, before, claims)
            if self._openly is not None:
                unclaimed.extend(item for item in self._openly.find(reading, stored, index, claims) if item.sentence not in before)
            for claim in claims:
                if claim.sentence not in before:
                    question = next(item for item in index.watch.questions if item.id == claim.question)
                    desk.take(claim, question, index)
        touched = desk.touched()
        states = self._states(touched, desk.history, last_state, stored.article.seen_at, stored.article.url)
        return replace(desk.outcome(states), open=tuple(unclaimed))

    def remove(self, at: dt.datetime, claims: Iterable[StoredClaim], history: History, last_state: LastState) -> Outcome:
        """What the removal of an article changes: each of its claims that was news is withdrawn."""
        changes, touched = [], set()
        standing = [stored for stored in claims if stored.retracted_at is None]
        for stored in standing:
            touched.add((stored.claim.watch, stored.claim.question))
            if stored.effect is not ChangeKind.REPEAT:
                changes.append(
                    _change(
                        stored.claim,
                        ChangeKind.WITHDRAWN,
                        None,
                        at,
                        0.9,
                        ("the article was taken down; that does not prove the claim false",),
                        old=stored.claim,
                    )
                )
        retracted = {stored.claim.key for stored in standing}
        states = self._states(touched, _without(history, retracted, at), last_state, at, None)
        return Outcome(changes=tuple(changes), states=states, retracted=tuple(sorted(retracted)))

    def tick(self, now: dt.datetime, history: History, last_state: LastState) -> Outcome:
        """What the clock alone changes: promises whose date has passed with no report of fulfilment."""
        changes: list[Change] = []
        states: list[QuestionState] = []
        for index in self._indexes:
            for question in (item for item in index.watch.questions if item.overdue is not None):
                claims = history(index.watch.id, question.id)
                late = find_overdue(claims, question, now, ended_at=_ended_at(index, history, question))
                for stored in late:
                    changes.append(
                        _change(
                            stored.claim,
                            ChangeKind.OVERDUE,
                            None,
                            now,
                            0.9,
                            (f"promised for {stored.claim.answer.text}; nobody has reported it done",),
                            old=stored.claim,
                        )
                    )
                if late:
                    states.extend(self._states([(index.watch.id, question.id)], history, last_state, now, None))
        return Outcome(changes=tuple(changes), states=tuple(states))

    def _states(
        self, touched: Iterable[tuple[str, str]], history: History, last_state: LastState, at: dt.datetime, after: str | None
    ) -> tuple[QuestionState, ...]:
        """The states that differ from the last stored ones."""
        found = []
        for watch, name in sorted(touched):
            index = next(index for index in self._indexes if index.watch.id == watch)
            question = self.questions()[watch, name]
            claims = history(watch, name)
            late = find_overdue(claims, question, at, ended_at=_ended_at(index, history, question)) if question.overdue else ()
            overdue = frozenset(stored.claim.key for stored in late)
            state = fold_state(claims, watch=watch, question=name, as_of=at, after=after, many=question.many, overdue=overdue)
            known = last_state(watch, name)
            if known is None or (known.status, known.answers) != (state.status, state.answers):
                found.append(state)
        return tuple(found)

    def questions(self) -> dict[tuple[str, str], Question]:
        """Every declared question by (watch id, question id)."""
        return {(index.watch.id, question.id): question for index in self._indexes for question in index.watch.questions}


class _Desk:
    """Collects what one article does, claim by claim: later sentences are compared with earlier ones too."""

    def __init__(self, *, stored: ArticleVersion, history: History) -> None:
        self._stored, self._read = stored, history
        self._fresh: dict[tuple[str, str], list[StoredClaim]] = {}
        self._changes: list[Change] = []
        self._retracted: set[str] = set()
        self._replaced: dict[tuple[str, str], list[StoredClaim]] = {}

    def history(self, watch: str, question: str) -> list[StoredClaim]:
        at = self._stored.article.seen_at
        old = self._read(watch, question)
        if self._retracted:
            old = [replace(item, retracted_at=at) if item.claim.key in self._retracted else item for item in old]
        return [*old, *self._fresh.get((watch, question), [])]

    def take_back_vanished(self, index: WatchIndex, reading: Reading, before: frozenset[str], claims: Sequence[Claim]) -> None:
        """A silent edit: claims of the version before whose sentence is gone no longer stand."""
        if not before or not reading.statements:
            # What nobody has read takes nothing back.
            return
        now_there = {statement.sentence for statement in reading.statements}
        for question in index.watch.questions:
            for stored in self._read(index.watch.id, question.id):
                claim = stored.claim
                if claim.url != self._stored.article.url or stored.retracted_at is not None or claim.sentence in now_there:
                    continue
                if any(_is_cosmetic(claim.sentence, sentence) for sentence in now_there):
                    continue
                follower = next((new for new in claims if new.question == claim.question and new.sentence not in before), None)
                if follower is not None and _says_the_same(claim, follower):
                    continue
                self._retracted.add(claim.key)
                if follower is not None:
                    self._replaced.setdefault((index.watch.id, question.id), []).append(stored)
                elif stored.effect is not ChangeKind.REPEAT:
                    self._changes.append(
                        _change(
                            claim,
                            ChangeKind.WITHDRAWN,
                            None,
                            self._stored.article.seen_at,
                            0.8,
                            ("the sentence vanished from the article without a note",),
                            old=claim,
                        )
                    )

    def take(self, claim: Claim, question: Question, index: WatchIndex) -> None:
        replaced = self._replaced.pop((claim.watch, claim.question), None)
        if replaced:
            kind = ChangeKind.CORRECTED if claim.correction else ChangeKind.WITHDRAWN
            decision = Decision(kind=kind, prior=replaced[0], score=0.8, why=("the article was edited: the earlier sentence is gone",))
        else:
            decision = decide(
                claim,
                of_same_event(claim, self.history(claim.watch, claim.question), question, index.names),
                question,
                states=index.states(question) if index.is_ordered(question) else (),
            )
        stored = StoredClaim(
            claim=claim, effect=decision.kind, prior=decision.prior.claim.key if decision.prior else None, resets=decision.resets
        )
        self._fresh.setdefault((claim.watch, claim.question), []).append(stored)
        if decision.kind is not ChangeKind.REPEAT:
            prior = decision.prior.claim if decision.prior else None
            self._changes.append(
                _change(claim, decision.kind, prior, self._stored.article.seen_at, decision.score, decision.why, old=prior)
            )

    def touched(self) -> set[tuple[str, str]]:
        """The (watch, question) pairs on which anything was said or taken back."""
        return set(self._fresh) | {(change.watch, change.question) for change in self._changes}

    def outcome(self, states: tuple[QuestionState, ...]) -> Outcome:
        """Everything to store, in the order of the text."""
        claims = tuple(stored for items in self._fresh.values() for stored in items)
        return Outcome(
            claims=tuple(
                sorted(claims, key=lambda stored: (stored.claim.start, stored.claim.watch, stored.claim.question, stored.claim.answer.text))
            ),
            changes=tuple(self._changes),
            states=states,
            retracted=tuple(sorted(self._retracted)),
        )


def _change(
    claim: Claim, kind: ChangeKind, prior: Claim | None, at: dt.datetime, score: float, why: tuple[str, ...], *, old: Claim | None
) -> Change:
    """A reported change; for what the clock or a removal reports the evidence is the earlier sentence itself."""
    taken_back = kind in (ChangeKind.OVERDUE, ChangeKind.WITHDRAWN) and prior is None
    return Change(
        watch=claim.watch,
        question=claim.question,
        kind=kind,
        old=old.answer if old else None,
        new=None if taken_back else claim.answer,
        effective=claim.effective,
        detected_at=at,
        score=score,
        why=why,
        evidence=evidence_of(claim),
        prior=evidence_of(prior) if prior else None,
    )


_NUMBERS = re.compile(r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|no|not|none|never)\b")


def _is_cosmetic(old: str, new: str) -> bool:
    """The same sentence but for a letter or a comma; another number or a "not" is never a slip of the pen."""
    return fuzz.ratio(old, new) >= COSMETIC and _NUMBERS.findall(old.lower()) == _NUMBERS.findall(new.lower())


def _says_the_same(claim: Claim, follower: Claim) -> bool:
    """What was edited in the sentence is something else."""
    alike = fuzz.ratio(claim.sentence, follower.sentence) >= COSMETIC
    return alike and claim.answer.value is not None and (claim.answer.value, claim.certainty) == (follower.answer.value, follower.certainty)


def _without(history: History, retracted: set[str], at: dt.datetime) -> History:
    def read(watch: str, question: str) -> Sequence[StoredClaim]:
        return [replace(item, retracted_at=at) if item.claim.key in retracted else item for item in history(watch, question)]

    return read


_ENDS = frozenset(
    (
        "complete",
        "cancelled",
        "reversed",
        "paused",
        "scrubbed",
        "postponed",
        "done",
        "failed",
        "ended",
        "suspended",
        "withdrawn",
        "refused",
        "closed",
        "lifted",
        "rejected",
        "granted",
        "agreed",
    )
)


def _ended_at(index: WatchIndex, history: History, promised: Question) -> dt.datetime | None:
    """When what a promise is about last reached a state after which nothing is due: done, cancelled, suspended.

    A status question is about the promises that share a word with it (id, `asks`, `of`, subject, cues): the launch that is scrubbed
    and its day; a licence that is suspended leaves the report on the accident due.
    """
    found: list[dt.datetime] = []
    for question in index.watch.questions:
        if question.kind.value != "status" or not index.profiles.share(question.id, promised.id):
            continue
        for item in fold_answers(history(index.watch.id, question.id)):
            claim = item.base.claim
            if claim.answer.value in _ENDS and claim.certainty is Certainty.FACT:
                found.append(claim.seen_at)
    return max(found, default=None)
