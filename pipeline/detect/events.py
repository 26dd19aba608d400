"""Which earlier counts of victims are of the same event: a raid here and a blast there are no two figures of one toll."""

import datetime as dt
import re
from collections.abc import Sequence

from pipeline.language.names import Names
from pipeline.model import Claim, StoredClaim
from pipeline.watches import Question, QuestionKind

_VICTIMS = frozenset(("dead", "injured", "missing", "affected"))
# Words of a sum: such a figure is of the whole, wherever its sentence is set.
_SUMMED = re.compile(
    r"(?i)\b(?:toll|total|totall?ing|so far|to date|in all|altogether|now|overall|cumulative|since|brings?|bringing|brought|rise[sn]?|rose|"
    r"risen|climbed|revised|updated|(?:two|three|four|five|\d+|further|several) more|confirmed)\b"
)
# One attack or accident among others.
_INCIDENT = re.compile(
    r"(?i)\b(?:attacks?|attacked|raids?|bomb(?:ing|ings|ed|s)?|air ?strikes?|strikes?|explosions?|blasts?|shell(?:s|ing|ed)?|massacres?|"
    r"clash(?:es)?|rockets?|shootings?|ambush(?:es)?|crash(?:es)?|mortars?|shot|gunfire|suicide)\b"
)
_COUNT = re.compile(
    r"(?i)\b(?:counts?|counted|figures?|numbers?|estimates?|put(?:s|ting)? (?:it|the|that)|insists?|not \d|higher|lower|only)\b"
)
# No toll grows so far in one step without being told as having grown.
_SCALE = 100.0
# News of one incident is told and mended within days.
_DAYS = dt.timedelta(days=3)


def of_same_event(claim: Claim, history: Sequence[StoredClaim], question: Question, names: Names) -> Sequence[StoredClaim]:
    """The stored claims with which a count of victims can be compared; all of them where it counts something else.

    Args:
        claim: The new claim.
        history: The stored claims of its question.
        question: The question.
        names: Finds the places of a sentence and what lies in what.
    """
    if question.kind is not QuestionKind.QUANTITY or question.role not in _VICTIMS or question.window == "period":
        return history
    if _SUMMED.search(claim.sentence) or not _INCIDENT.search(claim.sentence):
        return history
    here = _places(claim.sentence, names)
    return [item for item in history if item.claim.url == claim.url or _is_same(claim, here, item.claim, names)]


def is_told_as_toll(claim: Claim, question: Question) -> bool:
    """True unless it counts victims without a word of a sum or a count: such a number may be of any event, and disputes none."""
    return question.role not in ("dead", "injured") or claim.moved or bool(_SUMMED.search(claim.sentence) or _COUNT.search(claim.sentence))


def is_of_another_scale(claim: Claim, old: Claim, question: Question) -> bool:
    """ "Around 400,000 people since the war began" and the nine of last night are not two figures of one toll."""
    new, before = claim.answer, old.answer
    if question.role not in ("dead", "injured") or claim.moved or claim.correction:
        return False
    if not (new.low and before.high and new.high and before.low):
        return False
    return new.low > _SCALE * before.high or before.low > _SCALE * new.high


def _is_same(claim: Claim, here: frozenset[str], other: Claim, names: Names) -> bool:
    if _SUMMED.search(other.sentence) or not _INCIDENT.search(other.sentence):
        return True
    if abs(claim.said_at - other.said_at) > _DAYS:
        return False
    there = _places(other.sentence, names)
    return not here or not there or any(names.same_place(one, two) or names.same_place(two, one) for one in here for two in there)


def _places(sentence: str, names: Names) -> frozenset[str]:
    """The places of a sentence without those in which another of them lies: the town, not its country."""
    found = {hit.entity.name for hit in names.find(re.findall(r"[\w.'’-]+", sentence)) if hit.entity.kind == "place"}
    return frozenset(name for name in found if not any(other != name and names.same_place(other, name) for other in found))
