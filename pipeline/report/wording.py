"""Two sentences -> their word-level difference, by diff-match-patch on word tokens with semantic clean-up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from diff_match_patch import diff_match_patch

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
# A plane of private-use characters. What has more tokens is no sentence, and comparing it would take too long.
_FIRST, _MOST = 0xF0000, 2_000
# Sentences with less in common than this are two sentences, not one that was reworded: a word difference says nothing.
_REWORDED = 0.5
_LONG_ANSWER = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, only in the `old` sentence, or only in the `new` one."""

    kind: str
    text: str


@lru_cache(maxsize=2_048)
def word_differences(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that turn `old` into `new`, in order. Joining same and old gives `old`, same and new gives `new`."""
    first, second = _TOKENS.findall(old), _TOKENS.findall(new)
    if len(first) + len(second) > _MOST:
        return tuple(piece for piece in (Piece("old", old), Piece("new", new)) if piece.text)
    # One character per distinct word lets the character diff work on words.
    codes = {word: chr(_FIRST + number) for number, word in enumerate(dict.fromkeys((*first, *second)))}
    words = {code: word for word, code in codes.items()}
    differ = diff_match_patch()
    # Its time limit would make the outcome depend on how busy the machine is.
    differ.Diff_Timeout = 0
    pieces = differ.diff_main("".join(codes[word] for word in first), "".join(codes[word] for word in second), False)
    differ.diff_cleanupSemantic(pieces)
    kinds = {0: "same", -1: "old", 1: "new"}
    return tuple(Piece(kinds[kind], "".join(words[code] for code in run)) for kind, run in pieces)


def likeness(pieces: Sequence[Piece]) -> float:
    """The share of the longer sentence's characters that both have: 0.0 to 1.0."""
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    longest = max(same + sum(len(piece.text) for piece in pieces if piece.kind == kind) for kind in ("old", "new"))
    return same / longest if longest else 1.0


def marked_sides(pieces: Sequence[Piece], old_answer: str, new_answer: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The old and the new sentence with what differs marked, for showing them side by side.

    One reworded sentence shows its changed words. Two different sentences show their answers: the words that made the
    change, as far as they stand in the sentence.

    Args:
        pieces: The word differences of the two sentences.
        old_answer, new_answer: What each sentence answers.
    """
    old, new = (tuple(piece for piece in pieces if piece.kind in ("same", kind)) for kind in ("old", "new"))
    if likeness(pieces) >= _REWORDED:
        return old, new
    return _answer_marked(_joined(old), old_answer, "old"), _answer_marked(_joined(new), new_answer, "new")


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _answer_marked(sentence: str, answer: str, kind: str) -> tuple[Piece, ...]:
    start, end = _span(sentence, answer)
    if start == end:
        return (Piece("same", sentence),)
    runs = (Piece("same", sentence[:start]), Piece(kind, sentence[start:end]), Piece("same", sentence[end:]))
    return tuple(piece for piece in runs if piece.text)


def _span(sentence: str, answer: str) -> tuple[int, int]:
    """Where the answer stands: its words in order, without the last ones if need be (a unit is written as its lemma)."""
    words = answer.split()
    if answer == sentence or len(words) > _LONG_ANSWER:
        return 0, 0
    for count in range(len(words), (len(words) - 1) // 2, -1):
        pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words[:count])
        # The lemma of the last word may go on in the sentence ("jet" -> "jets").
        found = re.search(pattern + r"\w{0,3}(?!\w)", sentence, re.IGNORECASE)
        if found:
            return found.span()
    return 0, 0
