"""Voices on one question: who said what last, who contradicts whom."""

import re
from collections.abc import Sequence

from pipeline.detect.state import Standing
from pipeline.model import Claim, StoredClaim


def own_last(claim: Claim, past: Sequence[StoredClaim], *, other_article: bool = False) -> StoredClaim | None:
    """The same voice's last word on the question; for a correction also the outlet's own."""
    for stored in reversed(past):
        if other_article and stored.claim.url == claim.url and stored.claim.version == claim.version:
            continue
        outlets = other_article and not claim.voice.attributed and stored.claim.voice.publisher == claim.voice.publisher
        if same_voice(stored.claim, claim) or outlets:
            return stored
    return None


def person_last(claim: Claim, past: Sequence[StoredClaim]) -> StoredClaim | None:
    """The last word of the very same speaker in an earlier article, where the speaker is a person and no institution."""
    names = claim.voice.speaker.split()
    person = 2 <= len(names) <= 4 and all(name[:1].isupper() for name in names)
    if not claim.voice.attributed or claim.voice.speaker == claim.voice.institution or not person:
        return None
    return next(
        (stored for stored in reversed(past) if stored.claim.voice.speaker == claim.voice.speaker and stored.claim.url != claim.url), None
    )


def rival_of(claim: Claim, current: tuple[Standing, ...]) -> StoredClaim | None:
    """The newest current answer of another voice."""
    for item in reversed(current):
        if claim.voice.institution not in item.voices() and claim.voice.speaker not in item.voices():
            return item.base
    return None


def stands(own: StoredClaim, current: tuple[Standing, ...]) -> bool:
    """True if a claim is the ground of a current answer or supports one."""
    key = own.claim.key
    return any(stored.claim.key == key for item in current for stored in (item.base, *item.support))


def same_voice(one: Claim, other: Claim) -> bool:
    """True if two claims count as one voice: one institution, or one person named in full by one article only."""
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


_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


def moved_from(claim: Claim, past: Sequence[StoredClaim]) -> StoredClaim | None:
    """The stored figure from which a number is said to have moved: the one that the sentence names, else the voice's own last.

    "Raised from 240 to 310" names the first; "their total has risen to 171" goes on from what they had counted.
    """
    told = set(_FIGURE.findall(claim.sentence)) - set(_FIGURE.findall(claim.answer.text)[-1:])
    figures = [stored for stored in past if stored.claim.answer.value not in (None, claim.answer.value) and stored.claim.url != claim.url]
    for stored in reversed(figures):
        if told & set(_FIGURE.findall(stored.claim.answer.text)):
            return stored
    own = own_last(claim, figures)
    return own if own is not None and claim.voice.attributed and own.claim.answer.unit == claim.answer.unit else None
