"""Differences that are no news: recaps, details, weak words against firm ones; and the one that only looks like a repeat."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.detect.events import is_of_another_scale, is_told_as_toll
from pipeline.detect.order import steps_back
from pipeline.detect.state import Standing
from pipeline.detect.voices import own_last, same_voice
from pipeline.model import Certainty, ChangeKind, Claim, StoredClaim
from pipeline.watches import Question, QuestionKind

# States in which a course begins: plans, which never undo a later state.
INITIAL_STATES = frozenset(("announced", "ordered", "scheduled", "proposed", "filed", "made", "threatened", "advised", "called"))
# Two voices contradict each other while both statements are fresh; later the world may simply have moved on.
DISPUTE_DAYS = 10.0
# Roles whose counts only grow; a smaller one is a part, another event, or a dispute.
_RUNNING = frozenset(("dead", "injured", "missing", "leaves", "arrives", "affected"))
# What a date question answers where a date that stood is dropped and no other is named.
GIVEN_UP = "no date"
# So once more; but "again said", "again put it at 40" only says it again.
AGAIN = re.compile(
    r"(?i)\b(?:again|once more|anew|for (?:a|the) second time)\b"
    r"(?! (?:puts?|sa(?:ys|id)|g[ai]ves?|calls?|called|insist|claim|den(?:y|ies)|demand|ask|urge|warn|pledge|promis|refus|reject|blam|"
    r"accus))"
)
# "Still put at 5.6", "again put it at 103": stated once more, not moved.
_STATED = re.compile(r"(?i)\b(?:still|again|puts?)\b")
WEAK = frozenset((Certainty.POSSIBLE, Certainty.CONDITIONAL, Certainty.DEMANDED, Certainty.UNKNOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a claim does: its kind, the stored claim it is compared with, a score 0-1 and the reasons."""

    kind: ChangeKind
    prior: StoredClaim | None
    score: float
    why: tuple[str, ...]
    resets: bool = False


def stay_silent(
    claim: Claim, past: Sequence[StoredClaim], current: tuple[Standing, ...], question: Question, states: tuple[str, ...]
) -> Decision | None:
    """Differences that are no news: recaps, constancy, details, weak words against firm ones."""
    latest = current[-1].base
    known = _known(claim, past, question)
    if (
        not claim.background
        and (claim.answer.value in INITIAL_STATES or (claim.answer.value == "pending" and same_voice(claim, latest.claim)))
        and question.kind is QuestionKind.STATUS
        and not _advances(claim, latest.claim, states)
    ):
        return Decision(
            kind=ChangeKind.REPEAT,
            prior=known,
            score=0.4,
            why=("a plan does not undo what has come since",),
            resets=not states and not claim.tentative,
        )
    if _is_only_planned(claim, latest.claim, question, states):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.4, why=("only planned: what is so now stays so until it happens",))
    old = claim.background and not _came_since(claim, latest.claim, known)
    if old or (known is not None and (claim.passing or _is_recap(claim, known, past))):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("looks back at something older",))
    if _leaves_standing(claim, current):
        return Decision(kind=ChangeKind.REPEAT, prior=latest, score=0.4, why=("says what is not so, and that was not so before",))
    stands_still = known is not None and any(
        compare_answers(known.claim.answer, item.base.claim.answer) is Relation.SAME for item in current
    )
    if claim.affirmed and question.family == "process" and claim.answer.value == "under way" and latest.claim.answer.value == "begun":
        return Decision(kind=ChangeKind.REPEAT, prior=latest, score=0.5, why=("goes on as it had begun",))
    if claim.answer.value == "under way" and latest.claim.answer.value == "resumed":
        return Decision(kind=ChangeKind.REPEAT, prior=latest, score=0.5, why=("what has resumed is under way",))
    if (beside := _beside_total(claim, latest.claim, question)) is not None:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=(beside,))
    affirmable = question.kind in (QuestionKind.STATUS, QuestionKind.STATEMENT, QuestionKind.YES_NO)
    affirms = claim.affirmed and affirmable and not AGAIN.search(claim.sentence)
    if affirms and known is not None and (stands_still or not claim.voice.attributed):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("affirms what was known",))
    given_up = claim.answer.type == "date" and claim.answer.text == GIVEN_UP and _is_ahead(latest.claim, claim)
    if claim.answer.value is None and not given_up and claim.voice.institution not in current[-1].voices():
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("another voice gives no answer",))
    return _detail(claim, past, latest, known, question)


def _came_since(claim: Claim, old: Claim, known: StoredClaim | None) -> bool:
    """ "The support was resumed on 27 March", told on the 31st: dated back, and yet after all that is known of it."""
    when = claim.effective
    if claim.answer.type != "status" or claim.tentative or claim.affirmed or claim.passing:
        return False
    if when is None or when.start is None or when.precision not in ("day", "part"):
        return False
    if certainty_level(claim.certainty) < 3 or _RECAPPING.search(claim.sentence):
        return False
    if known is not None and known.claim.said_at >= when.start:
        return False
    return when.start.date() > old.said_at.date() and when.start <= claim.said_at


# Words that look back whatever the day: the sentence recaps.
_RECAPPING = re.compile(r"(?i)\b(?:had|earlier|previously|originally|at the time)\b")


def _leaves_standing(claim: Claim, current: tuple[Standing, ...]) -> bool:
    """ "She saw no reason to suspend the licence", which is valid: the denial of a state in which nobody has said that it is."""
    denied = (claim.answer.value or "").removeprefix("not ")
    if claim.answer.type != "status" or denied == claim.answer.value:
        return False
    values = [item.base.claim.answer.value or "" for item in current]
    if certainty_level(current[-1].base.claim.certainty) < 3:
        return False
    return denied not in values and not any(value.startswith("not ") for value in values)


# States whose coming is told by when it comes; until then the present state stands.
_TO_COME = frozenset(
    "restored running reopened lifted resumed ended renewed contained released complete open closed".split()
)


def _is_only_planned(claim: Claim, old: Claim, question: Question, states: tuple[str, ...]) -> bool:
    """ "It will be available again by Friday": a date, not another state of the present."""
    return (
        question.kind is QuestionKind.STATUS
        and not states
        and claim.answer.value in _TO_COME
        and certainty_level(claim.certainty) == 2
        and certainty_level(old.certainty) == 3
    )


def _detail(
    claim: Claim, past: Sequence[StoredClaim], latest: StoredClaim, known: StoredClaim | None, question: Question
) -> Decision | None:
    """Details of the same report, weak words against firm ones, and what was said before the current answer was given."""
    here = [item for item in past if item.claim.url == claim.url and item.claim.version == claim.version and not item.claim.part]
    if any(same_voice(stored.claim, claim) for stored in here) and question.kind in (QuestionKind.QUANTITY, QuestionKind.DURATION):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("a detail of the same report by the same voice",))
    given_up = claim.answer.text == GIVEN_UP
    if question.kind is QuestionKind.DATE and claim.certainty in WEAK and not given_up and _firm_date_ahead(latest.claim, claim):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=(f"only {claim.certainty}, while a firm date stands",))
    if claim.certainty in WEAK and question.kind in (QuestionKind.STATUS, QuestionKind.YES_NO, QuestionKind.STATEMENT):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=(f"only {claim.certainty}: changes nothing that is known",))
    kept = claim.answer.bound == "not after" and certainty_level(latest.claim.certainty) == 2 and question.role == "deadline"
    if question.role in ("next", "deadline") and certainty_level(claim.certainty) == 3 and not kept:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("tells of something past, not of what is to come",))
    if claim.tentative and not _denies_a_rival(claim, latest):
        return Decision(
            kind=ChangeKind.REPEAT, prior=None, score=0.3, why=("a doubtful match with the question: never replaces a settled answer",)
        )
    if known is not None and known.claim.said_at >= claim.said_at - dt.timedelta(days=1) and not _newer(claim, latest.claim):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("an older answer quoted again",))
    if claim.said_at < latest.claim.said_at - dt.timedelta(days=1):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("said before the current answer was given",))
    return None


def _denies_a_rival(claim: Claim, latest: StoredClaim) -> bool:
    """ "Invented from first to last": a flat no to what another voice has just said opens a dispute and settles nothing."""
    old = latest.claim
    return (
        claim.answer.type == "yes-no"
        and claim.answer.value == "no"
        and old.answer.value == "yes"
        and claim.voice.attributed
        and not same_voice(claim, old)
        and not old.tentative
        and claim.certainty not in WEAK
        and claim.said_at - old.said_at <= dt.timedelta(days=DISPUTE_DAYS)
    )


def _known(claim: Claim, past: Sequence[StoredClaim], question: Question) -> StoredClaim | None:
    """The newest earlier claim that gave the same answer."""
    alike = claim.certainty is Certainty.DENIED
    for stored in reversed(past):
        if question.kind is not QuestionKind.YES_NO and alike != (stored.claim.certainty is Certainty.DENIED):
            continue
        if stored.effect is ChangeKind.REPEAT and not stored.prior:
            continue
        if compare_answers(claim.answer, stored.claim.answer) in (Relation.SAME, Relation.WIDENED):
            return stored
    return None


def _beside_total(claim: Claim, old: Claim, question: Question) -> str | None:
    """Why a smaller number stands beside the total and does not replace it; None if it does."""
    if compare_answers(claim.answer, old.answer) is Relation.UNRELATED and claim.answer.type == "quantity":
        return "measured in another unit"
    if is_of_another_scale(claim, old, question):
        return "a count of another scale: of the whole war and of one day"
    if claim.part and claim.answer.high is not None and claim.answer.high < (old.answer.low or 0.0):
        return "a part or an increment, which replaces no total"
    return "a smaller count of another place or event beside the total" if _is_local(claim, old, question) else None


def _is_local(claim: Claim, old: Claim, question: Question) -> bool:
    """A running total is not lowered by a smaller exact count that another voice gives and that is not told as a change of it."""
    new, before = claim.answer, old.answer
    if (
        question.kind is not QuestionKind.QUANTITY
        or question.window == "period"
        or claim.moved
        or claim.correction
        or same_voice(claim, old)
    ):
        return False
    running = question.role in _RUNNING or (question.role in ("", "none", "total") and not question.unit)
    if new.high is None or before.low is None or new.unit not in (before.unit, None) or not running:
        return False
    # Nobody comes back to life: a smaller toll that no voice gives and that is not told as corrected is an old one.
    outlet = 1.0 if question.role in ("dead", "injured") else 0.5
    return new.high < (0.1 if claim.voice.attributed else outlet) * before.low


def _advances(claim: Claim, old: Claim, states: tuple[str, ...]) -> bool:
    """In an ordered course even an early state is a step ahead of an earlier one (announced -> ordered)."""
    new, before = claim.answer.value, old.answer.value
    if before is not None and before.startswith("not "):
        return True
    return new in states and before in states and states.index(new or "") > states.index(before or "")


def _firm_date_ahead(old: Claim, claim: Claim) -> bool:
    when = old.answer.when
    # By the days of both places: an instant would make a morning elsewhere the day before.
    return certainty_level(old.certainty) >= 2 and when is not None and when.end is not None and when.end.date() > claim.said_at.date()


def _is_ahead(old: Claim, claim: Claim) -> bool:
    """A date that has come and gone a while ago cannot be given up any more; one that was just missed can."""
    when = old.answer.when
    return when is None or when.end is None or when.end >= claim.said_at - dt.timedelta(days=DISPUTE_DAYS)


def answers_rival(
    claim: Claim,
    past: Sequence[StoredClaim],
    current: tuple[Standing, ...],
    question: Question,
    states: tuple[str, ...],
) -> StoredClaim | None:
    """The rival's answer that a voice contradicts by holding to its own; only what was said since the voice last spoke."""
    if claim.part or not is_told_as_toll(claim, question):
        return None
    if not claim.voice.attributed or claim.background or claim.tentative or claim.certainty in WEAK or claim.answer.value is None:
        return None
    if question.kind not in (QuestionKind.STATUS, QuestionKind.QUANTITY, QuestionKind.YES_NO):
        return None
    own = own_last(claim, past)
    if own is None and not claim.affirmed:
        return None
    if own is not None and (own.claim.url == claim.url or compare_answers(claim.answer, own.claim.answer) is not Relation.SAME):
        return None
    for item in reversed(current):
        rival = item.base
        if (rival.claim.url == claim.url and own is None) or not _is_rival(claim, item):
            continue
        since = own is None or own.claim.seen_at <= rival.claim.seen_at
        fresh = dt.timedelta(days=-1) <= claim.said_at - rival.claim.said_at <= dt.timedelta(days=DISPUTE_DAYS)
        if since and fresh and steps_back(claim.answer, rival.claim.answer, question, states):
            return rival
    return None


def _is_rival(claim: Claim, item: Standing) -> bool:
    return item.base.claim.voice.attributed and not {claim.voice.institution, claim.voice.speaker} & item.voices()


def _happened_anew(claim: Claim, known: Claim) -> bool:
    """The same state on another, fresh day: the second attempt is called off as the first one was."""
    new, old = claim.effective, known.effective
    if claim.answer.type != "status" or new is None or new.start is None or new.end is None or certainty_level(claim.certainty) < 3:
        return False
    fresh = abs((claim.said_at - new.start).days) <= 2
    return fresh and (old is None or old.start is None or old.start.date() != new.start.date()) and known.url != claim.url


def _is_recap(claim: Claim, known: StoredClaim, past: Sequence[StoredClaim]) -> bool:
    """An earlier answer told again: by the outlet itself, or by a voice whose last word it was."""
    moved = claim.moved and not _STATED.search(claim.sentence)
    come_back = claim.answer.type != "date" and AGAIN.search(claim.sentence)
    if moved or come_back or _happened_anew(claim, known.claim):
        return False
    if not claim.voice.attributed:
        # What somebody denied was never the answer: told as so now, it is news and no recap.
        return not any(item.effect in (ChangeKind.DENIED, ChangeKind.DISPUTED) and item.prior == known.claim.key for item in past)
    own = own_last(claim, past)
    return own is not None and compare_answers(claim.answer, own.claim.answer) in (Relation.SAME, Relation.WIDENED)


def _newer(claim: Claim, old: Claim) -> bool:
    if claim.effective and old.effective and claim.effective.start and old.effective.start:
        return claim.effective.start > old.effective.start
    return claim.said_at > old.said_at
