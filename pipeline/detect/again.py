"""The same answer said again: a repeat, unless it has come true, reaches further, is so again or is held up against others."""

import datetime as dt
import re
from collections.abc import Sequence

from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.detect.silence import AGAIN, DISPUTE_DAYS, WEAK, Decision
from pipeline.detect.state import Standing
from pipeline.detect.voices import own_last, stands
from pipeline.model import Certainty, ChangeKind, Claim, StoredClaim
from pipeline.watches import Question, QuestionKind

# States whose own words say that it is so again.
_RETURNS = frozenset(("resumed", "renewed", "restored", "reopened", "restarted", "returned"))


def against_others(
    claim: Claim, same: Standing, past: Sequence[StoredClaim], current: tuple[Standing, ...], question: Question, score: float
) -> Decision | None:
    """What somebody has said before, said again against others: a body takes another's side, or answers what was said since."""
    if question.kind is not QuestionKind.YES_NO or not claim.voice.attributed or claim.background or claim.tentative:
        return None
    if claim.certainty in WEAK:
        return None
    own = own_last(claim, past)
    opposite = [item for item in current if item is not same and item.base.claim.answer.value not in (None, claim.answer.value)]
    for item in reversed(opposite):
        if own is not None and own.claim.url != claim.url and stands(own, (item,)) and own.claim.certainty not in WEAK:
            why = (f"the same voice ({claim.voice.institution}) now says the opposite", difference(claim, own.claim))
            return Decision(kind=ChangeKind.REVERSED, prior=own, score=score, why=why)
        rival = item.base
        if {claim.voice.institution, claim.voice.speaker} & item.voices() or rival.claim.url == claim.url:
            continue
        spoke = own.claim.seen_at if own is not None else same.base.claim.seen_at
        if rival.claim.seen_at <= spoke or claim.said_at - rival.claim.said_at > dt.timedelta(days=DISPUTE_DAYS):
            continue
        kind = ChangeKind.DENIED if claim.answer.value == "no" else ChangeKind.DISPUTED
        why = (f"{claim.voice.speaker} says so against {rival.claim.voice.speaker}", difference(claim, rival.claim))
        return Decision(kind=kind, prior=rival, score=score, why=why)
    return None


def same_answer(claim: Claim, current: tuple[Standing, ...]) -> Standing | None:
    """The current answer that the claim gives again, the last of several; None if it gives another."""
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


def said_again(claim: Claim, same: Standing, question: Question, score: float) -> Decision:
    """The same answer again: a repeat, unless what was to come has now happened, or what was doubtful is now firm."""
    old = max((same.base, *same.support), key=lambda stored: certainty_level(stored.claim.certainty)).claim
    ours, theirs = certainty_level(claim.certainty), certainty_level(old.certainty)
    steps = question.kind is QuestionKind.QUANTITY and not question.role and theirs >= 2
    # What was demanded or depended on something was never foretold: that it holds now is the answer itself.
    foretold = old.certainty not in (Certainty.DEMANDED, Certainty.CONDITIONAL)
    firmer = ours > theirs and foretold and not steps and not claim.background and claim.answer.value is not None and not claim.tentative
    if question.kind is QuestionKind.YES_NO and claim.answer.value == "no" and theirs == 2:
        firmer = False  # who will not do a thing and does not do it tells nothing new
    if firmer and claim.url != old.url and not claim.passing:
        return Decision(
            kind=ChangeKind.CERTAINTY_CHANGED,
            prior=same.base,
            score=score,
            why=(f"the same answer, but it was {same.base.claim.certainty} and is now {claim.certainty}",),
        )
    come_true = ours == 3 and old.certainty is Certainty.DEMANDED and question.kind is QuestionKind.YES_NO and claim.url != old.url
    if come_true and not (claim.background or claim.passing or claim.tentative or claim.affirmed):
        why = (f"what was only {old.certainty} is so now", difference(claim, old))
        return Decision(kind=ChangeKind.STATUS_CHANGED, prior=same.base, score=score, why=why)
    if _is_widened(claim, same, question):
        wider = "the same, and now for more than before"
        return Decision(kind=ChangeKind.SCOPE_CHANGED, prior=same.base, score=score, why=(wider,))
    if _is_so_again(claim, same, question):
        why = ("so again: what it was between has not been reported", f"was so on {same.base.claim.said_at:%-d %B %Y}")
        return Decision(kind=ChangeKind.STATUS_CHANGED, prior=same.base, score=score, why=why)
    return Decision(kind=ChangeKind.REPEAT, prior=same.base, score=score, why=("the same answer as before",))


_WIDENING = re.compile(
    r"(?i)\b(?:extend|widen|expand|broaden|enlarge)(?:ed|s|ing)?\b|\badd(?:ed|s|ing)\b|\bnow (?:also )?(?:covers?|includes?)\b"
)
_NAME = re.compile(r"\b[A-Z][\w'’-]+")


def _is_widened(claim: Claim, same: Standing, question: Question) -> bool:
    """ "The order was extended at 2 p.m. to Larkspur": the same state, said to reach a place or thing not named with it before."""
    if question.kind is not QuestionKind.STATUS or claim.background or claim.passing or claim.tentative:
        return False
    widening = _WIDENING.search(claim.sentence)
    if widening is None or claim.certainty not in (Certainty.FACT, Certainty.ORDERED):
        return False
    before = {name for stored in (same.base, *same.support) for name in _NAME.findall(stored.claim.sentence)}
    spoken = {*claim.voice.speaker.split(), *claim.voice.institution.split()}
    return bool(set(_NAME.findall(claim.sentence[widening.end() :])) - before - spoken)


def _is_so_again(claim: Claim, same: Standing, question: Question) -> bool:
    """ "Has been open again since Saturday": the same state, come back on a day after all that told of it before."""
    new = claim.effective
    if question.kind is not QuestionKind.STATUS or claim.background or claim.passing or claim.tentative or claim.affirmed:
        return False
    settled = claim.certainty in (Certainty.FACT, Certainty.ORDERED)
    if claim.answer.value in _RETURNS or not settled or not AGAIN.search(claim.sentence):
        return False
    told = max(stored.claim.said_at for stored in (same.base, *same.support))
    began = new.start if new is not None and new.start is not None else claim.said_at
    return began.date() > told.date()


def difference(claim: Claim, old: Claim) -> str:
    """Both answers in plain words with who gave them, for a change's reasons."""
    return f"was: {old.answer.text} ({old.voice.speaker}, {old.said_at:%-d %B %Y}); now: {claim.answer.text} ({claim.voice.speaker})"
