"""Recognises a syndicated text: the same words, perhaps shortened or under another headline, at another outlet."""

import functools
from collections.abc import Sequence

from pipeline.ingest.identity import normal_words

# Three words in a row; texts on the same matter share few of them, copies of one text most.
_SHINGLE = 3
_PERMUTATIONS = 64
_ROWS = 2
# A copy may be cut: so much of the shorter text must be in the longer one, and so much of both together in both.
CONTAINED = 0.75
OVERLAP = 0.4
# Shorter texts (a headline and a line) are alike without being copies.
FEWEST_WORDS = 60
# A syndicated text comes within days.
DAYS = 14


@functools.lru_cache(maxsize=64)
def shingles(text: str) -> frozenset[str]:
    """Every run of three words of a text, without case and punctuation."""
    words = normal_words(text).split()
    return frozenset(" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def bands(text: str) -> tuple[int, ...]:
    """The text's MinHash bands: texts of which 40 % or more is common share one almost surely. () for a short text.

    Returns:
        Signed 64-bit numbers.
    """
    if len(text.split()) < FEWEST_WORDS:
        return ()
    from datasketch import MinHash  # takes a moment to import, and most runs bring nothing new

    signature = MinHash(num_perm=_PERMUTATIONS, seed=1)
    signature.update_batch([shingle.encode() for shingle in sorted(shingles(text))])
    values = [int(value) for value in signature.hashvalues]
    return tuple(_mixed(number // _ROWS, values[number : number + _ROWS]) for number in range(0, len(values), _ROWS))


def similarity(text: str, other: str) -> float:
    """How much of the shorter text is in the longer one (0 to 1); 0 where too little is common for a copy."""
    return overlap(shingles(text), shingles(other))


def overlap(one: frozenset[str], two: frozenset[str]) -> float:
    """As `similarity`, of texts whose shingles are known."""
    if not one or not two:
        return 0.0
    common = len(one & two)
    contained = common / min(len(one), len(two))
    return contained if contained >= CONTAINED and common / len(one | two) >= OVERLAP else 0.0


def _mixed(band: int, values: Sequence[int]) -> int:
    """A band's hash values (32 bits each) as one signed number; the place of the band is part of it."""
    mixed = band
    for value in values:
        mixed = (mixed * 0x9E3779B97F4A7C15 + value + 1) % 2**64
    return mixed - 2**63
