"""Which earlier counts of victims are of the same event: a raid here and a blast there are no two figures of one toll."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.names import Names
from pipeline.model import Claim, StoredClaim
from pipeline.watches import Question, QuestionKind

_VICTIMS = frozenset(("dead", "injured", "missing", "affected"))
# Words of a sum: such a figure is of the whole, wherever its sentence is set.
_SUMMED = re.compile(
    r"(?i)\b(?:toll|total|totall?ing|so far|to date|in all|altogether|now|overall|cumulative|since|brings?|bringing|brought|rise[sn]?|rose|"
    r"risen|climbed|revised|updated|(?:two|three|four|five|\d+|further|several) more|confirmed)\b"
)
# A count over a month, a year or a whole war.
_PERIOD = re.compile(
    r"(?i)\bsince (?:the (?:war|conflict|uprising|revolt|crisis|revolution|civil war|start of the (?:war|conflict|year))|"
    r"(?:\w+ )?(?:19|20)\d\d\b|it (?:began|started|flared|erupted))|"
    r"\bduring (?:the (?:month|year|war|conflict|past|last)|january|february|march|april|may|june|july|august|september|october|november|"
    r"december)\b|\b(?:in|over|within) the (?:past|last) (?:\w+ )?(?:months?|years?)\b|\bthis (?:month|year)\b|\bin (?:19|20)\d\d\b|"
    r"\b(?:\w+-)?(?:year|month)-?(?:long|old)? (?:war|conflict)\b|\b(?:year|month)-?long\b"
)
_ANEW = re.compile(r"(?i)\b(?:new|another|separate|second|fresh|latest|earlier|later|other|elsewhere|also)\b")
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
# What is added to the news of one incident later than this is told as a toll.
_DAYS = dt.timedelta(hours=30)


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
    here = _Count.of(claim, names)
    return [item for item in history if item.claim.url == claim.url or here.is_of_one_event_with(_Count.of(item.claim, names), names)]


@dataclass(frozen=True, slots=True)
class _Count:
    """How a count of victims is told: of a whole period, as a toll, of an incident, of one more incident; with its places."""

    said_at: dt.datetime
    period: bool
    toll: bool
    incident: bool
    anew: bool
    places: frozenset[str]

    @classmethod
    def of(cls, claim: Claim, names: Names) -> "_Count":
        text = claim.sentence
        return cls(
            said_at=claim.said_at,
            period=bool(_PERIOD.search(text)),
            toll=bool(_SUMMED.search(text)),
            incident=bool(_INCIDENT.search(text)),
            anew=bool(_ANEW.search(text)),
            places=_places(text, names),
        )

    def is_of_one_event_with(self, other: "_Count", names: Names) -> bool:
        if self.period != other.period:
            return False
        if not (self.incident and other.incident):
            return True
        near = any(names.same_place(one, two) or names.same_place(two, one) for one in self.places for two in other.places)
        if self.places and other.places and not near:
            return False
        if self.period or self.toll:
            return True
        if bool(self.places) != bool(other.places):
            return False
        return not (self.anew or other.anew) and abs(self.said_at - other.said_at) <= _DAYS


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


def _places(sentence: str, names: Names) -> frozenset[str]:
    """The places of a sentence without those in which another of them lies: the town, not its country."""
    found = {hit.entity.name for hit in names.find(re.findall(r"[\w.'’-]+", sentence)) if hit.entity.kind == "place"}
    return frozenset(name for name in found if not any(other != name and names.same_place(other, name) for other in found))
