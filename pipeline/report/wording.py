"""Two sentences -> their word-level difference, by diff-match-patch on word tokens with semantic clean-up."""

import re
from dataclasses import dataclass

from diff_match_patch import diff_match_patch


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, only in the `old` sentence, or only in the `new` one."""

    kind: str
    text: str


def word_differences(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that turn `old` into `new`, in order. Joining same and old gives `old`, same and new gives `new`."""
    tokens: dict[str, str] = {}

    def encoded(text: str) -> str:
        # One private-use character per distinct word lets the character diff work on words.
        return "".join(tokens.setdefault(word, chr(0xE000 + len(tokens) % 6000)) for word in re.findall(r"\w+|\s+|[^\w\s]", text))

    first, second = encoded(old), encoded(new)
    words = {character: word for word, character in tokens.items()}
    differ = diff_match_patch()
    pieces = differ.diff_main(first, second, False)
    differ.diff_cleanupSemantic(pieces)
    kinds = {0: "same", -1: "old", 1: "new"}
    return tuple(Piece(kinds[kind], "".join(words[character] for character in run)) for kind, run in pieces)
