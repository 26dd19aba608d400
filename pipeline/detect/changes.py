"""What a new claim does to what was known: the rules of every kind of change, in one table-like place.

`decide` reads the claim, the question's stored claims and the question; it returns the kind, the claim it changes and
the reasons in plain words. Public facts are compared with the current answer; voices with their own last word and with
a rival's. What each kind means stands in docs/how-it-works.md.
"""

import datetime as dt
import re
from collections.abc import Sequence

from pipeline.detect.again import against_others, difference, said_again, same_answer
from pipeline.detect.answers import Relation, certainty_level, compare_answers
from pipeline.detect.events import is_told_as_toll
from pipeline.detect.order import steps_back
from pipeline.detect.silence import DISPUTE_DAYS, WEAK, Decision, answers_rival, stay_silent
from pipeline.detect.state import Standing, fold_answers
from pipeline.detect.taking_back import corrected, gives_way, plain_denial
from pipeline.detect.voices import moved_from, own_last, person_last, rival_of, same_voice, stands
from pipeline.detect.wordings import SAME_MATTER, SAME_WORDS, taken_up, turn_of
from pipeline.model import Certainty, ChangeKind, Claim, StoredClaim
from pipeline.statements import GIVES_WAY
from pipeline.watches import Question, QuestionKind

# States of unordered families in which somebody has said no.
_NO_STATES = frozenset(("rejected", "refused", "off"))
# Who orders or grants something does it; that contradicts nobody.
_ACTS = frozenset("order rule decide grant approve reject dismiss sentence impose lift ban declare".split())
_TURNS = {
    ChangeKind.REVERSED: "the same voice now says the opposite",
    ChangeKind.DISPUTED: "another voice says the opposite",
    ChangeKind.STATUS_CHANGED: "now said the other way round",
    ChangeKind.CERTAINTY_CHANGED: "the same matter, now said more surely",
}
_VALUE_KINDS = {
    QuestionKind.DATE: ChangeKind.DATE_MOVED,
    QuestionKind.DURATION: ChangeKind.NUMBER_CHANGED,
    QuestionKind.QUANTITY: ChangeKind.NUMBER_CHANGED,
    QuestionKind.PLACES: ChangeKind.SCOPE_CHANGED,
    QuestionKind.STATUS: ChangeKind.STATUS_CHANGED,
    QuestionKind.YES_NO: ChangeKind.STATUS_CHANGED,
    QuestionKind.STATEMENT: ChangeKind.STATUS_CHANGED,
}


def decide(claim: Claim, history: Sequence[StoredClaim], question: Question, *, states: tuple[str, ...]) -> Decision:
    """The effect of one new claim.

    Args:
        claim: The claim, not stored yet.
        history: All stored claims of its question in order of arrival (of other episodes too).
        question: The question it answers.
        states: The question's states in their order; empty where there is none.
    """
    score, denial = 0.5 if claim.tentative else 0.9, claim.denial
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
    if (early := _before_comparing(claim, past, current, question, states, score)) is not None:
        return early
    same = same_answer(claim, current)
    latest = current[-1]
    if same is not None:
        return against_others(claim, same, past, current, question, score) or said_again(claim, same, question, score)
    if question.kind is QuestionKind.DATE and _is_over(latest.base.claim, claim):
        return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("a date still to come, after the one before has come and gone",))
    if not claim.tentative and not claim.background and all(_is_unproved(item.base) for item in current):
        return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("first answer to this question that fits it without doubt",))
    if question.kind is QuestionKind.STATEMENT:
        return _other_statement(claim, past, score, denial)
    if many and (moved := _moved_among(claim, past)) is not None:
        why = (f"{claim.answer.text} now: one of several answers has moved", difference(claim, moved.claim))
        return Decision(kind=_VALUE_KINDS[question.kind], prior=moved, score=score, why=why)
    if many and not claim.background and not claim.tentative:
        return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("one more beside the others",))
    if _is_taken_back(claim, history):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.5, why=("a figure that was taken back, told again",))
    if (answered := answers_rival(claim, past, current, question, states)) is not None:
        return Decision(
            kind=ChangeKind.DISPUTED,
            prior=answered,
            score=score,
            why=(f"{claim.voice.speaker} holds to its answer against {answered.claim.voice.speaker}", difference(claim, answered.claim)),
        )
    if (quiet := stay_silent(claim, past, current, question, states)) is not None:
        return quiet
    return _different(claim, past, latest, current, question, states, score, denial)


def _is_taken_back(claim: Claim, history: Sequence[StoredClaim]) -> bool:
    """An outlet's own words with a number that stood in an article until it was edited: a stale copy, and no news."""
    if claim.answer.type != "quantity" or claim.voice.attributed or claim.moved or claim.correction:
        return False
    gone = (stored.claim for stored in history if stored.retracted_at is not None and stored.claim.url != claim.url)
    return any(compare_answers(claim.answer, old.answer) is Relation.SAME for old in gone)


def _is_unproved(stored: StoredClaim) -> bool:
    """True for a doubtful match that has changed nothing: a correction or a turn has shown what it is about."""
    return stored.claim.tentative and stored.effect in (ChangeKind.NEW, ChangeKind.REPEAT)


_NAME = re.compile(r"\b[A-Z][\w'’-]+")


def _moved_among(claim: Claim, past: Sequence[StoredClaim]) -> StoredClaim | None:
    """Where there are several answers side by side, the last one told of the same name, if the claim says that it moved."""
    if not claim.moved or claim.background or claim.tentative or claim.answer.value is None:
        return None
    named = set(_NAME.findall(claim.sentence)) - set(claim.voice.speaker.split())
    spoken_by_all = [set(_NAME.findall(stored.claim.sentence)) for stored in past]
    telling = {name for name in named if sum(name in others for others in spoken_by_all) < len(past) or len(past) == 1}
    return next(
        (
            stored
            for stored, names in zip(reversed(past), reversed(spoken_by_all), strict=True)
            if stored.claim.url != claim.url and stored.claim.answer.value is not None and names & telling
        ),
        None,
    )


def _is_over(old: Claim, claim: Claim) -> bool:
    """True if the old date is that of something done before the new one was told, and the new one lies ahead: another occasion."""
    before, after = old.answer.when, claim.answer.when
    if before is None or before.end is None or after is None or after.start is None or certainty_level(old.certainty) < 3:
        return False
    return before.end.date() <= claim.said_at.date() < after.start.date() and not claim.background and certainty_level(claim.certainty) == 2


def _before_comparing(
    claim: Claim, past: Sequence[StoredClaim], current: tuple[Standing, ...], question: Question, states: tuple[str, ...], score: float
) -> Decision | None:
    """What a claim is whatever the current answer says: a plain denial, a first number, a correction, a person's own turn."""
    if claim.denial and claim.answer.value is None and question.kind is not QuestionKind.STATEMENT:
        return plain_denial(claim, past, current, score)
    if claim.answer.text == GIVES_WAY:
        return gives_way(claim, past, current, score)
    if claim.answer.type == "quantity" and claim.answer.value is not None and all(item.base.claim.answer.value is None for item in current):
        return _first(claim, score, claim.denial)
    if claim.correction and (taken_back := corrected(claim, past, score)) is not None:
        return taken_back
    if (turned := _turned(claim, past, question, states)) is not None:
        why = (f"{claim.voice.speaker} now says the opposite of what {claim.voice.speaker} said before", difference(claim, turned.claim))
        return Decision(kind=ChangeKind.REVERSED, prior=turned, score=score, why=why)
    return None


def _turned(claim: Claim, past: Sequence[StoredClaim], question: Question, states: tuple[str, ...]) -> StoredClaim | None:
    """The same person's own last word where it was the opposite, whatever others have said since: a turn is news in itself."""
    if question.kind not in (QuestionKind.STATUS, QuestionKind.YES_NO) or claim.background or claim.tentative or claim.certainty in WEAK:
        return None
    own = person_last(claim, past)
    if own is None or own.claim.background or own.claim.tentative or own.claim.certainty in WEAK:
        return None
    if question.kind is QuestionKind.YES_NO:
        return own if own.claim.answer.value != claim.answer.value else None
    denied = own.claim.certainty is Certainty.DENIED and claim.certainty is not Certainty.DENIED
    negative = own.claim.answer.value in _NO_STATES and claim.answer.value not in _NO_STATES and claim.certainty is Certainty.FACT
    return own if denied or (negative and not states) else None


def _other_statement(claim: Claim, past: Sequence[StoredClaim], score: float, denial: bool) -> Decision:
    """Open statements: another one is new, not a change, unless it denies or takes back what was said."""
    if denial and not claim.tentative:
        rival = next((stored for stored in reversed(past) if not same_voice(stored.claim, claim)), None)
        return Decision(kind=ChangeKind.DENIED, prior=rival, score=score, why=(f"{claim.voice.speaker} denies it",))
    taken = taken_up(claim, past)
    before = taken.stored if taken is not None else None
    if claim.background or claim.tentative:
        return Decision(kind=ChangeKind.REPEAT, prior=before, score=0.4, why=("looks back, or a doubtful match",))
    if taken is not None and before is not None:
        kind = turn_of(claim, taken)
        if kind is not None:
            return Decision(kind=kind, prior=before, score=score, why=(_TURNS[kind], difference(claim, before.claim)))
        if taken.share >= SAME_WORDS or (taken.share >= SAME_MATTER and not claim.voice.attributed):
            return Decision(kind=ChangeKind.REPEAT, prior=before, score=score, why=("the same in other words",))
    if claim.affirmed:
        return Decision(kind=ChangeKind.REPEAT, prior=before, score=0.4, why=("says that all is as it was",))
    return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("another statement on this question",))


def _first(claim: Claim, score: float, denial: bool) -> Decision:
    if denial and claim.answer.type == "quantity" and (claim.answer.value is not None or claim.answer.low is None or claim.tentative):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=("denies a number that nobody has given",))
    if denial and not claim.tentative:
        return Decision(
            kind=ChangeKind.DENIED,
            prior=None,
            score=score,
            why=(f"{claim.voice.speaker} denies it", "what is denied was not reported before"),
        )
    if claim.answer.type in ("status", "statement", "yes-no") and (claim.background or claim.tentative):
        why = ("looks back, or a doubtful match; nothing was known before",)
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=why, resets=not claim.tentative)
    if claim.affirmed and not claim.tentative and claim.answer.value is not None:
        why = ("told as going on as before; nothing was known before",)
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=why, resets=True)
    if claim.answer.value is None and claim.tentative:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=score, why=("doubtful, and no answer",))
    return Decision(kind=ChangeKind.NEW, prior=None, score=score, why=("first answer to this question",))


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
    own = own_last(claim, past)
    rival = rival_of(claim, current)
    undisputed = next((item.base for item in reversed(current) if item.base.effect is not ChangeKind.DISPUTED), latest.base)
    base = (own if own is not None and own.claim.key in {item.base.claim.key for item in current} else None) or undisputed
    if question.kind is QuestionKind.QUANTITY and claim.moved:
        base = moved_from(claim, past) or base
    back = steps_back(claim.answer, (rival or base).claim.answer, question, states)
    fresh = rival is not None and (claim.said_at - rival.claim.said_at) <= dt.timedelta(days=DISPUTE_DAYS)
    told = difference(claim, (rival or base).claim)
    if question.kind is QuestionKind.DATE and claim.certainty is Certainty.DENIED:
        return _dropped(claim, own, current, score, told)
    denied = denial or claim.certainty is Certainty.DENIED
    if denied and question.kind is QuestionKind.QUANTITY:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("denies another number than the one that stands",))
    if denied and rival is not None and claim.answer.value is not None:
        return Decision(
            kind=ChangeKind.DENIED,
            prior=rival,
            score=score,
            why=(f"{claim.voice.speaker} denies what {rival.claim.voice.speaker} said", told),
        )
    if own is not None and back and question.kind is not QuestionKind.QUANTITY and own.claim.url != claim.url and stands(own, current):
        return Decision(
            kind=ChangeKind.REVERSED,
            prior=own,
            score=score,
            why=(f"the same voice ({claim.voice.institution}) now says the opposite", difference(claim, own.claim)),
        )
    if rival is not None and claim.voice.attributed and question.kind is QuestionKind.QUANTITY and _CONTRASTED.search(claim.sentence):
        why = (f"{claim.voice.speaker} sets another figure against that of {rival.claim.voice.speaker}", told)
        return Decision(kind=ChangeKind.DISPUTED, prior=rival, score=score, why=why)
    if question.kind is QuestionKind.QUANTITY and back and (series := _own_series(claim, own, rival)) is not None:
        why = (f"{claim.voice.institution} goes on counting", difference(claim, series.claim))
        return Decision(kind=ChangeKind.NUMBER_CHANGED, prior=series, score=score, why=why)
    if rival is not None and fresh and not is_told_as_toll(claim, question) and claim.voice.attributed and not _exceeds(claim, rival.claim):
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("another voice counts, but sets it against no other count",))
    if rival is not None and fresh and _contradicts(claim, rival.claim, question, back):
        return Decision(
            kind=ChangeKind.DISPUTED,
            prior=rival,
            score=score,
            why=(f"{claim.voice.speaker} and {rival.claim.voice.speaker} cannot both be right", told),
        )
    planned, done = certainty_level(base.claim.certainty), certainty_level(claim.certainty)
    if question.kind is QuestionKind.STATUS and planned == 2 and done == 3 and not back and (states or claim.answer.value == "done"):
        return Decision(
            kind=ChangeKind.CERTAINTY_CHANGED,
            prior=base,
            score=score,
            why=(f"what was {base.claim.certainty} is now happening", difference(claim, base.claim)),
        )
    if question.kind is QuestionKind.DATE and planned == 2 and done == 3 and _has_come(claim):
        why = (f"what was {base.claim.certainty} has happened, on another day", difference(claim, base.claim))
        return Decision(kind=ChangeKind.CERTAINTY_CHANGED, prior=base, score=score, why=why)
    kind = _VALUE_KINDS[question.kind]
    return Decision(kind=kind, prior=base, score=score, why=(difference(claim, base.claim),))


# "Half a million more than the company says", "four times the official count".
_CONTRASTED = re.compile(
    r"(?i)\b(?:more|fewer|less|higher|lower|larger|smaller|greater) than (?:[\w'’-]+ ){0,4}"
    r"(?:figures?|counts?|numbers?|tolls?|tall(?:y|ies)|estimates?|official|says?|said|reports?|reported|admits?|admitted|claims?|"
    r"claimed|acknowledged?s?|gives?|gave|lists?|puts?)\b|"
    r"\b(?:twice|times|double|half) (?:the|what|as many as) (?:[\w'’-]+ ){0,4}(?:counts?|tolls?|official|says?|said|reports?|"
    r"admits?|claims?|lists?|puts?)\b|"
    r"\b(?:contradict|at odds with|dispute|challenge)\w* (?:[\w'’-]+ ){0,5}(?:figures?|counts?|numbers?|tolls?)\b"
)


def _own_series(claim: Claim, own: StoredClaim | None, rival: StoredClaim | None) -> StoredClaim | None:
    """A body's own last figure, where it goes on from there whatever others have said: nine, then thirteen, beside a union's forty."""
    if own is None or rival is None or not claim.voice.attributed or not own.claim.voice.attributed or own.claim.url == claim.url:
        return None
    before, after = own.claim.answer, claim.answer
    grown = before.low is not None and after.low is not None and after.low > before.low and before.unit == after.unit
    return own if grown and not own.claim.background and not own.claim.part and not own.claim.tentative else None


def _exceeds(claim: Claim, rival: Claim) -> bool:
    return (claim.answer.low or 0.0) > (rival.answer.high or 0.0)


def _has_come(claim: Claim) -> bool:
    when = claim.answer.when
    return when is not None and when.start is not None and when.start.date() <= claim.said_at.date()


def _dropped(claim: Claim, own: StoredClaim | None, current: tuple[Standing, ...], score: float, told: str) -> Decision:
    """A date is given up: a turn of its own voice, or a date that moved away; news only if it was the date."""
    named = next((item.base for item in current if compare_answers(claim.answer, item.base.claim.answer) is Relation.SAME), None)
    if named is None and claim.affirmed:
        named = current[-1].base  # "will not take place on Thursday as planned": whatever day was noted, that plan is off
    if named is None:
        return Decision(kind=ChangeKind.REPEAT, prior=None, score=0.4, why=("not the date that stood",))
    if own is not None and claim.voice.attributed and own.claim.url != claim.url and stands(own, current):
        return Decision(
            kind=ChangeKind.REVERSED,
            prior=own,
            score=score,
            why=(f"{claim.voice.institution} gives up the date it had held to", told),
        )
    return Decision(kind=ChangeKind.DATE_MOVED, prior=named, score=score, why=("the date is given up", told))


_EXPLAINS = re.compile(r"(?i)\b(?:caus\w+|why|behind|brought|blame\w*|responsib\w+|origins?|started|sparked|triggered)\b")


def _contradicts(claim: Claim, rival: Claim, question: Question, back: bool) -> bool:
    """Both cannot hold: they speak of the same time, or the new answer goes back behind the old one."""
    if not claim.voice.attributed or not rival.voice.attributed or claim.voice.cue in _ACTS:
        return False
    if claim.moved and claim.url != rival.url:
        return False
    if question.kind is QuestionKind.DATE and abs(claim.said_at - rival.said_at) <= dt.timedelta(days=1):
        return True
    same_article = claim.url == rival.url
    if question.kind is QuestionKind.STATUS and question.states and not question.ordered and _EXPLAINS.search(question.asks):
        return True  # what has caused it does not change; only what is said of it
    if question.kind is QuestionKind.QUANTITY and certainty_level(claim.certainty) == certainty_level(rival.certainty) == 2:
        return back or same_article or 0.0 in (claim.answer.low, rival.answer.low)  # none are to go, and 2,000 are
    if question.kind in (QuestionKind.STATUS, QuestionKind.QUANTITY):
        return back or (same_article and question.kind is QuestionKind.QUANTITY)
    if question.kind is QuestionKind.YES_NO:
        return True
    if question.kind is QuestionKind.STATEMENT:
        return False
    return same_article
