"""Open statements on one question: which earlier one does a new one take up, and does it say more, less or the opposite?

An open statement has no value that could be compared, so its content words stand for it: stems without the words that
only build sentences. Shared rare stems mean the same matter; then polarity and certainty tell what changed.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.detect.answers import certainty_level
from pipeline.detect.voices import same_voice
from pipeline.language.phrases import stem
from pipeline.model import Certainty, ChangeKind, Claim, StoredClaim

# Two statements speak of the same matter from this share of the shorter one's content (by weight); from the second on they say the
# same in other words. Calibrated on the statement questions of seeds/ (make eval).
SAME_MATTER, SAME_WORDS = 0.3, 0.6
# A "not" makes an opposite only between statements that share this much: in others it negates something else.
OPPOSED = 0.5
_BUILDING = frozenset(
    "a an the this that these those and or but nor so yet if as than then there here it its he him his she her they them their we "
    "us our you your i me my who whom whose which what when where why how is are was were be been being am do does did done doing "
    "have has had having will would shall should can could may might must not no never none neither to of in on at by for from "
    "with without about into over after before under between through during against up down out off again further once only own "
    "same too very just also more most other some such any each few both all now still already even while because until since "
    "within say said says saying tell told according add added adding mr mrs ms dr one two three new last next first time day week "
    "month year monday tuesday wednesday thursday friday saturday sunday".split()
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The earlier statement that a new one takes up, and how much of its content (0-1, weighted by rarity) they share.

    `level` is how surely the matter was told at best, by this or any other statement on it (`certainty_level`).
    """

    stored: StoredClaim
    share: float
    level: int


def taken_up(claim: Claim, past: Sequence[StoredClaim]) -> Taken | None:
    """The earlier statement with which a new one shares most, the newest of equals; None if they share nothing.

    Args:
        claim: A claim on an open question.
        past: The stored claims of that question; passed-over ones without a prior are left out.
    """
    earlier = [(stored, content(stored.claim.answer.text)) for stored in past if _counts(stored)]
    ours = content(claim.answer.text)
    if not earlier or not ours:
        return None
    spread: Counter[str] = Counter()
    for _, words in earlier:
        spread.update(words)
    weight = {word: 1 / (1 + spread[word]) for word in ours}
    whole = sum(weight[word] for word in ours)
    best: tuple[float, StoredClaim] | None = None
    level = 0
    for stored, theirs in reversed(earlier):
        shared = ours & theirs
        if len(shared) < 2:
            continue  # most share nothing
        shorter = min(whole, sum(1 / (1 + spread[word]) for word in theirs))
        share = sum(weight[word] for word in shared) / shorter if shorter else 0.0
        if share >= SAME_MATTER:
            level = max(level, certainty_level(stored.claim.certainty))
        if share and (best is None or share > best[0]):
            best = (share, stored)
    return Taken(best[1], best[0], level) if best is not None else None


@functools.lru_cache(maxsize=10_000)
def content(text: str) -> frozenset[str]:
    """The stems of the words that carry a statement's matter."""
    words = (word for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower()) if word not in _BUILDING and len(word) > 2)
    return frozenset(stem(word) for word in words)


def turn_of(claim: Claim, taken: Taken) -> ChangeKind | None:
    """What a statement does to the one it takes up: the opposite, or the same more surely; None if neither."""
    old = taken.stored.claim
    if taken.share < SAME_MATTER or old.url == claim.url:
        return None
    if claim.answer.value != old.answer.value and taken.share >= OPPOSED:
        if same_voice(claim, old):
            return ChangeKind.REVERSED
        return ChangeKind.DISPUTED if claim.voice.attributed and old.voice.attributed else ChangeKind.STATUS_CHANGED
    firm = certainty_level(claim.certainty) > taken.level
    return (
        ChangeKind.CERTAINTY_CHANGED
        if firm and claim.voice.attributed and not claim.affirmed and old.certainty is not Certainty.DEMANDED
        else None
    )


def _counts(stored: StoredClaim) -> bool:
    return stored.effect is not ChangeKind.REPEAT or stored.prior is not None
