"""What takes back a statement without an answer of its own to put in its place: corrections and plain denials."""

from collections.abc import Sequence

from pipeline.detect.again import difference
from pipeline.detect.answers import Relation, compare_answers
from pipeline.detect.silence import Decision
from pipeline.detect.state import Standing
from pipeline.detect.voices import own_last, rival_of, same_voice
from pipeline.model import Answer, ChangeKind, Claim, StoredClaim


def corrected(claim: Claim, past: Sequence[StoredClaim], score: float) -> Decision | None:
    """A correction takes back the outlet's or the speaker's own other answer; what goes on about it is a repeat."""
    if any(item.effect is ChangeKind.CORRECTED and item.claim.url == claim.url and item.claim.version == claim.version for item in past):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=("the correction goes on",))
    given = [stored for stored in past if stored.claim.answer.value is not None]
    own = own_last(claim, given, other_article=True)
    if own is None or compare_answers(claim.answer, own.claim.answer) is Relation.SAME:
        return None
    if claim.tentative and not _is_near(claim.answer, own.claim.answer):
        return None
    why = (f"{claim.voice.speaker} corrects its own statement", difference(claim, own.claim))
    return Decision(kind=ChangeKind.CORRECTED, prior=own, score=score, why=why)


def _is_near(one: Answer, other: Answer) -> bool:
    """True unless one number is many times the other: what corrects a count of 95 is no "one woman"."""
    if not one.low or not other.low:
        return True
    return max(one.low, other.low) <= _MANY_TIMES * min(one.low, other.low)


# What is corrected is rarely wrong by more.
_MANY_TIMES = 10.0


def plain_denial(claim: Claim, past: Sequence[StoredClaim], current: tuple[Standing, ...], score: float) -> Decision:
    """ "She denied a report that ...": whatever another voice has answered is denied, with no answer of its own."""
    numbered = claim.answer.low is not None
    rival = _named_by(claim, past) if numbered else rival_of(claim, current)
    before = next((item for item in reversed(past) if item.claim.denial and same_voice(item.claim, claim)), None)
    if before is not None and (rival is None or before.claim.seen_at >= rival.claim.seen_at):
        return Decision(kind=ChangeKind.REPEAT, prior=before, score=score, why=("the same denial as before",))
    if rival is None and not (numbered and not claim.tentative):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("denies something that nobody else has said",))
    if rival is None:
        why = (f"{claim.voice.speaker} denies it", "what is denied was not reported before")
        return Decision(kind=ChangeKind.DENIED, prior=None, score=score, why=why)
    return Decision(
        kind=ChangeKind.DENIED, prior=rival, score=score, why=(f"{claim.voice.speaker} denies what {rival.claim.voice.speaker} said",)
    )


def _named_by(claim: Claim, past: Sequence[StoredClaim]) -> StoredClaim | None:
    """The last claim of another voice with the number that is denied."""
    return next(
        (
            stored
            for stored in reversed(past)
            if stored.claim.answer.value is not None and stored.claim.answer.low == claim.answer.low and not same_voice(stored.claim, claim)
        ),
        None,
    )


def gives_way(claim: Claim, past: Sequence[StoredClaim], current: tuple[Standing, ...], score: float) -> Decision:
    """ "No longer disputes the count": the voice's own last answer is given up, if it was another than one that stands."""
    given = [stored for stored in past if stored.claim.answer.value is not None or stored.claim.denial]
    own = own_last(claim, [stored for stored in given if stored.claim.url != claim.url])
    if own is None or all(own.claim.key == item.base.claim.key for item in current):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("gives way on something that it has not been heard to say",))
    why = (f"{claim.voice.speaker} no longer holds to what it said", difference(claim, own.claim))
    return Decision(kind=ChangeKind.REVERSED, prior=own, score=score, why=why)
