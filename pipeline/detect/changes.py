"""What a new claim does to what was known: the rules of every kind of change, in one table-like place.

`decide` reads the claim, the question's stored claims and the question; it returns the kind, the claim it changes and
the reasons in plain words. Public facts are compared with the current answer; voices with their own last word and with
a rival's. What each kind means stands in docs/how-it-works.md.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.detect.order import steps_back
from pipeline.detect.state import Standing, fold_answers
from pipeline.model import Certainty, ChangeKind, Claim, StoredClaim
from pipeline.watches import Question, QuestionKind

RULES_VERSION = "1"
# States in which a course begins: plans, which never undo a later state.
INITIAL_STATES = frozenset(("announced", "ordered", "scheduled", "proposed", "filed", "pending", "made", "threatened", "advised", "called"))
# Two voices contradict each other while both statements are fresh; later the world may simply have moved on.
DISPUTE_DAYS = 10.0
_WEAK = frozenset((Certainty.POSSIBLE, Certainty.CONDITIONAL, Certainty.DEMANDED, Certainty.UNKNOWN))
_VALUE_KINDS = {
    QuestionKind.DATE: ChangeKind.DATE_MOVED,
    QuestionKind.DURATION: ChangeKind.NUMBER_CHANGED,
    QuestionKind.QUANTITY: ChangeKind.NUMBER_CHANGED,
    QuestionKind.PLACES: ChangeKind.SCOPE_CHANGED,
    QuestionKind.STATUS: ChangeKind.STATUS_CHANGED,
    QuestionKind.YES_NO: ChangeKind.STATUS_CHANGED,
    QuestionKind.STATEMENT: ChangeKind.STATUS_CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a claim does: its kind, the stored claim it is compared with, a score 0-1 and the reasons."""

    kind: ChangeKind
    prior: StoredClaim | None
    score: float
    why: tuple[str, ...]
    resets: bool = False


def decide(claim: Claim, history: Sequence[StoredClaim], question: Question, *, states: tuple[str, ...], denial: bool = False) -> Decision:
    """The effect of one new claim.

    Args:
        claim: The claim, not stored yet.
        history: All stored claims of its question in order of arrival (of other episodes too).
        question: The question it answers.
        states: The question's states in their order; empty where there is none.
        denial: The sentence denies something ("denied that", "no ... is planned").
    """
    score = 0.5 if claim.tentative else 0.9
    past = [
        stored
        for stored in history
        if stored.retracted_at is None
        and (claim.correction or stored.claim.episode == claim.episode)
        and stored.claim.window == claim.window
    ]
    # A reserve date is one of several, and never the date itself.
    many = question.many or claim.episode == "reserve"
    current = fold_answers(past, many=many)
    if not current:
        return _first(claim, score, denial)
    same = _same_answer(claim, current)
    latest = current[-1]
    if claim.answer.type == "quantity" and claim.answer.value is not None and all(item.base.claim.answer.value is None for item in current):
        return _first(claim, score, denial)
    corrected_here = any(
        stored.effect is ChangeKind.CORRECTED and stored.claim.url == claim.url and stored.claim.version == claim.version for stored in past
    )
    if claim.correction and corrected_here:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=("the correction goes on",))
    if (
        claim.correction
        and (own := _own_last(claim, past, other_article=True)) is not None
        and compare_answers(claim.answer, own.claim.answer) is not Relation.SAME
    ):
        return Decision(
            kind=ChangeKind.CORRECTED,
            prior=own,
            score=score,
            why=(f"{claim.voice.speaker} corrects its own statement", _difference(claim, own.claim)),
        )
    if same is not None:
        return _same(claim, same, question, score)
    if question.kind is QuestionKind.STATEMENT:
        return _other_statement(claim, past, score, denial)
    if many and not claim.background and not claim.tentative:
        return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("one more beside the others",))
    if (answered := _answers_rival(claim, past, current, question, states)) is not None:
        return Decision(
            kind=ChangeKind.DISPUTED,
            prior=answered,
            score=score,
            why=(f"{claim.voice.speaker} holds to its answer against {answered.claim.voice.speaker}", _difference(claim, answered.claim)),
        )
    if (quiet := _silent(claim, past, current, question, states)) is not None:
        return quiet
    return _different(claim, past, latest, current, question, states, score, denial)


def _other_statement(claim: Claim, past: Sequence[StoredClaim], score: float, denial: bool) -> Decision:
    """Open statements: another one is new, not a change, unless it denies or takes back what was said."""
    if denial and not claim.tentative:
        rival = next((stored for stored in reversed(past) if not _same_voice(stored.claim, claim)), None)
        return Decision(kind=ChangeKind.DENIED, prior=rival, score=score, why=(f"{claim.voice.speaker} denies it",))
    if claim.background or claim.tentative:
        return Decision(kind=ChangeKind.REPEAT, prior=past[-1] if past else None, score=0.4, why=("looks back, or a doubtful match",))
    return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("another statement on this question",))


def _first(claim: Claim, score: float, denial: bool) -> Decision:
    if denial and not claim.tentative:
        return Decision(
            kind=ChangeKind.DENIED,
            prior=None,
            score=score,
            why=(f"{claim.voice.speaker} denies it", "what is denied was not reported before"),
        )
    if claim.answer.type in ("status", "statement", "yes-no") and (claim.background or claim.tentative):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=("looks back, or a doubtful match; nothing was known before",))
    return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("first answer to this question",))


def _same_answer(claim: Claim, current: tuple[Standing, ...]) -> Standing | None:
    for item in reversed(current):
        old = item.base.claim
        if (
            (Certainty.DENIED in (claim.certainty, old.certainty))
            and claim.certainty is not old.certainty
            and claim.answer.type != "yes-no"
        ):
            continue
        relation = compare_answers(claim.answer, old.answer)
        if relation is Relation.SAME or (relation is Relation.WIDENED and claim.answer.type == "date"):
            return item
    return None


def _same(claim: Claim, same: Standing, question: Question, score: float) -> Decision:
    """The same answer again: a repeat, unless what was to come has now happened, or what was doubtful is now firm."""
    old = max((same.base, *same.support), key=lambda stored: certainty_level(stored.claim.certainty)).claim
    ours, theirs = certainty_level(claim.certainty), certainty_level(old.certainty)
    steps = question.kind is QuestionKind.QUANTITY and not question.role and theirs >= 2
    firmer = ours > theirs and not steps and not claim.background and claim.answer.value is not None and not claim.tentative
    if firmer and (claim.url != old.url):
        return Decision(
            kind=ChangeKind.CERTAINTY_CHANGED,
            prior=same.base,
            score=score,
            why=(f"the same answer, but it was {same.base.claim.certainty} and is now {claim.certainty}",),
        )
    return Decision(kind=ChangeKind.REPEAT, prior=same.base, score=score, why=("the same answer as before",))


def _silent(
    claim: Claim, past: Sequence[StoredClaim], current: tuple[Standing, ...], question: Question, states: tuple[str, ...]
) -> Decision | None:
    """Differences that are no news: recaps, constancy, details, weak words against firm ones."""
    latest = current[-1].base
    alike = claim.certainty is Certainty.DENIED
    known = next(
        (
            stored
            for stored in reversed(past)
            if (question.kind is QuestionKind.YES_NO or alike == (stored.claim.certainty is Certainty.DENIED))
            and (stored.effect is not ChangeKind.REPEAT or stored.prior)
            and compare_answers(claim.answer, stored.claim.answer) in (Relation.SAME, Relation.WIDENED)
        ),
        None,
    )
    if (
        not claim.background
        and claim.answer.value in INITIAL_STATES
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
    if claim.background or (known is not None and _is_recap(claim, known, past)):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("looks back at something older",))
    if claim.affirmed and question.kind in (QuestionKind.STATUS, QuestionKind.STATEMENT, QuestionKind.YES_NO) and known is not None:
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("affirms what was known",))
    if claim.answer.value is None and claim.voice.institution not in current[-1].voices():
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("another voice gives no answer",))
    here = [stored for stored in past if stored.claim.url == claim.url and stored.claim.version == claim.version]
    if any(_same_voice(stored.claim, claim) for stored in here) and question.kind in (QuestionKind.QUANTITY, QuestionKind.DURATION):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("a detail of the same report by the same voice",))
    if question.kind is QuestionKind.DATE and claim.certainty in _WEAK and _firm_date_ahead(latest.claim, claim):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=(f"only {claim.certainty}, while a firm date stands",))
    if claim.certainty in _WEAK and question.kind in (QuestionKind.STATUS, QuestionKind.YES_NO, QuestionKind.STATEMENT):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=(f"only {claim.certainty}: changes nothing that is known",))
    if question.role in ("next", "deadline") and certainty_level(claim.certainty) == 3:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("tells of something past, not of what is to come",))
    if claim.tentative:
        return Decision(
            kind=ChangeKind.REPEAT, prior=None, score=0.3, why=("a doubtful match with the question: never replaces a settled answer",)
        )
    if known is not None and known.claim.said_at >= claim.said_at - dt.timedelta(days=1) and not _newer(claim, latest.claim):
        return Decision(kind=ChangeKind.REPEAT, prior=known, score=0.5, why=("an older answer quoted again",))
    if claim.said_at < latest.claim.said_at - dt.timedelta(days=1):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("said before the current answer was given",))
    return None


def _different(
    claim: Claim,
    past: Sequence[StoredClaim],
    latest: Standing,
    current: tuple[Standing, ...],
    question: Question,
    states: tuple[str, ...],
    score: float,
    denial: bool,
) -> Decision:
    own = _own_last(claim, past)
    rival = _rival(claim, current)
    base = (own if own is not None and own.claim.key in {item.base.claim.key for item in current} else None) or latest.base
    back = steps_back(claim.answer, (rival or base).claim.answer, question, states)
    fresh = rival is not None and (claim.said_at - rival.claim.said_at) <= dt.timedelta(days=DISPUTE_DAYS)
    difference = _difference(claim, (rival or base).claim)
    if question.kind is QuestionKind.DATE and claim.certainty is Certainty.DENIED:
        return _dropped(claim, own, current, score, difference)
    if (denial or claim.certainty is Certainty.DENIED) and rival is not None and claim.answer.value is not None:
        return Decision(
            kind=ChangeKind.DENIED,
            prior=rival,
            score=score,
            why=(f"{claim.voice.speaker} denies what {rival.claim.voice.speaker} said", difference),
        )
    if own is not None and back and question.kind is not QuestionKind.QUANTITY and own.claim.url != claim.url and _stands(own, current):
        return Decision(
            kind=ChangeKind.REVERSED,
            prior=own,
            score=score,
            why=(f"the same voice ({claim.voice.institution}) now says the opposite", _difference(claim, own.claim)),
        )
    if rival is not None and fresh and _contradicts(claim, rival.claim, question, back):
        return Decision(
            kind=ChangeKind.DISPUTED,
            prior=rival,
            score=score,
            why=(f"{claim.voice.speaker} and {rival.claim.voice.speaker} cannot both be right", difference),
        )
    planned, done = certainty_level(base.claim.certainty), certainty_level(claim.certainty)
    if question.kind is QuestionKind.STATUS and planned == 2 and done == 3 and not back:
        return Decision(
            kind=ChangeKind.CERTAINTY_CHANGED,
            prior=base,
            score=score,
            why=(f"what was {base.claim.certainty} is now happening", _difference(claim, base.claim)),
        )
    kind = _VALUE_KINDS[question.kind]
    return Decision(kind=kind, prior=base, score=score, why=(_difference(claim, base.claim),))


def _advances(claim: Claim, old: Claim, states: tuple[str, ...]) -> bool:
    """In an ordered course even an early state is a step ahead of an earlier one (announced -> ordered)."""
    new, before = claim.answer.value, old.answer.value
    return new in states and before in states and states.index(new or "") > states.index(before or "")


def _firm_date_ahead(old: Claim, claim: Claim) -> bool:
    when = old.answer.when
    return certainty_level(old.certainty) >= 2 and when is not None and when.end is not None and when.end > claim.said_at


def _answers_rival(
    claim: Claim,
    past: Sequence[StoredClaim],
    current: tuple[Standing, ...],
    question: Question,
    states: tuple[str, ...],
) -> StoredClaim | None:
    """The rival's answer that a voice contradicts by holding to its own; only what was said since the voice last spoke."""
    if not claim.voice.attributed or claim.background or claim.tentative or claim.certainty in _WEAK or claim.answer.value is None:
        return None
    rival = _rival(claim, current)
    if (
        rival is None
        or not rival.claim.voice.attributed
        or question.kind not in (QuestionKind.STATUS, QuestionKind.QUANTITY, QuestionKind.YES_NO)
    ):
        return None
    own = _own_last(claim, past)
    if (
        own is None
        or compare_answers(claim.answer, own.claim.answer) is not Relation.SAME
        or own.claim.seen_at > rival.claim.seen_at
        or own.claim.url == claim.url
    ):
        return None
    late = claim.said_at - rival.claim.said_at > dt.timedelta(days=DISPUTE_DAYS) or claim.said_at < rival.claim.said_at - dt.timedelta(
        days=1
    )
    return rival if not late and steps_back(claim.answer, rival.claim.answer, question, states) else None


def _happened_anew(claim: Claim, known: Claim) -> bool:
    """The same state on another, fresh day: the second attempt is called off as the first one was."""
    new, old = claim.effective, known.effective
    if claim.answer.type != "status" or new is None or new.start is None or new.end is None or certainty_level(claim.certainty) < 3:
        return False
    fresh = abs((claim.said_at - new.start).days) <= 2
    return fresh and (old is None or old.start is None or old.start.date() != new.start.date()) and known.url != claim.url


def _is_recap(claim: Claim, known: StoredClaim, past: Sequence[StoredClaim]) -> bool:
    """An earlier answer told again: by the outlet itself, or by a voice whose last word it was."""
    if _happened_anew(claim, known.claim):
        return False
    if not claim.voice.attributed:
        return True
    own = _own_last(claim, past)
    return own is not None and compare_answers(claim.answer, own.claim.answer) in (Relation.SAME, Relation.WIDENED)


def _dropped(claim: Claim, own: StoredClaim | None, current: tuple[Standing, ...], score: float, difference: str) -> Decision:
    """A date is given up: a turn of its own voice, or a date that moved away; news only if it was the date."""
    named = next((item.base for item in current if compare_answers(claim.answer, item.base.claim.answer) is Relation.SAME), None)
    if named is None:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("not the date that stood",))
    if own is not None and claim.voice.attributed and own.claim.url != claim.url and _stands(own, current):
        return Decision(
            kind=ChangeKind.REVERSED,
            prior=own,
            score=score,
            why=(f"{claim.voice.institution} gives up the date it had held to", difference),
        )
    return Decision(kind=ChangeKind.DATE_MOVED, prior=named, score=score, why=("the date is given up", difference))


def _contradicts(claim: Claim, rival: Claim, question: Question, back: bool) -> bool:
    """Both cannot hold: they speak of the same time, or the new answer goes back behind the old one."""
    if not claim.voice.attributed or not rival.voice.attributed:
        return False
    same_article = claim.url == rival.url
    if question.kind in (QuestionKind.STATUS, QuestionKind.QUANTITY):
        return back or (same_article and question.kind is QuestionKind.QUANTITY)
    if question.kind is QuestionKind.YES_NO:
        return True
    if question.kind is QuestionKind.STATEMENT:
        return False
    return same_article


def _own_last(claim: Claim, past: Sequence[StoredClaim], *, other_article: bool = False) -> StoredClaim | None:
    """The same voice's last word on the question; for a correction also the outlet's own."""
    for stored in reversed(past):
        if other_article and stored.claim.url == claim.url and stored.claim.version == claim.version:
            continue
        outlets = other_article and not claim.voice.attributed and stored.claim.voice.publisher == claim.voice.publisher
        if _same_voice(stored.claim, claim) or outlets:
            return stored
    return None


def _rival(claim: Claim, current: tuple[Standing, ...]) -> StoredClaim | None:
    for item in reversed(current):
        if claim.voice.institution not in item.voices() and claim.voice.speaker not in item.voices():
            return item.base
    return None


def _stands(own: StoredClaim, current: tuple[Standing, ...]) -> bool:
    return any(own.claim.key in {stored.claim.key for stored in (item.base, *item.support)} for item in current)


def _same_voice(one: Claim, other: Claim) -> bool:
    if one.voice.institution == other.voice.institution:
        return True
    ours, theirs = one.voice.speaker.split(), other.voice.speaker.split()
    # "Rudskoi" and "Sergei Rudskoi": the same person, named in full by one article only.
    return (
        bool(ours and theirs)
        and ours[-1] == theirs[-1]
        and ours[-1][:1].isupper()
        and (set(ours) <= set(theirs) or set(theirs) <= set(ours))
    )


def _newer(claim: Claim, old: Claim) -> bool:
    if claim.effective and old.effective and claim.effective.start and old.effective.start:
        return claim.effective.start > old.effective.start
    return claim.said_at > old.said_at


def _difference(claim: Claim, old: Claim) -> str:
    return f"was: {old.answer.text} ({old.voice.speaker}, {old.said_at:%-d %B %Y}); now: {claim.answer.text} ({claim.voice.speaker})"
