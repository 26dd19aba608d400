"""Is an article about a watch at all? Told from its words alone, so that what is off every topic never reaches the parser.

It may let through what turns out to be beside the watch, and must not keep out what the full reading would take: a name
counts whatever its capitals, a word under every lemma it could have. tests/match/test_gate.py compares both.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.language.names import Names, fold_tokens
from pipeline.language.phrases import stem
from pipeline.watches import Watch

Lemmas = Callable[[str], frozenset[str]]
_WORD = re.compile(r"[\w$%]+(?:['’.&-][\w$%]+)*")
_PART = re.compile(r"[\w$%]+")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a text holds: the canonical names of all entities that may be meant, its folded text, and the stems of its words."""

    names: frozenset[str]
    folded: tuple[str, ...]
    stems: frozenset[str]


class Gate:
    """Tells whether an article may be on one of several watches. `lemmas` gives every lemma that a word can have."""

    def __init__(self, watches: Sequence[Watch], names: Names, lemmas: Lemmas) -> None:
        self._names, self._lemmas = names, lemmas
        self._watches = tuple((watch, tuple(_subjects(watch))) for watch in watches)

    def admits(self, title: str, text: str) -> bool:
        """False if the full reading of an article would find nothing on any watch."""
        contents = self._contents(f"{title}\n{text}")
        return any(
            any(one_word in contents.stems or stems <= contents.stems for one_word, stems in subjects)
            and all(any(self._is_named(wanted, contents) for wanted in group) for group in watch.must_name)
            for watch, subjects in self._watches
        )

    def _contents(self, text: str) -> Contents:
        # A full stop is part of a name ("U.S.") or stands between two words ("Oslo.Next").
        spellings = (text, text.replace(".", " ")) if "." in text else (text,)
        return Contents(
            names=frozenset(name for spelling in spellings for name in self._names.mentioned(spelling)),
            folded=tuple(_folded(spelling) for spelling in spellings),
            stems=frozenset(self._stems(text)),
        )

    def _stems(self, text: str) -> Iterator[str]:
        words = {match.group() for match in _WORD.finditer(text)}
        for word in words | {part for whole in words for part in _PART.findall(whole)}:
            yield stem(word)
            for lemma in self._lemmas(word):
                yield stem(lemma)

    def _is_named(self, wanted: str, contents: Contents) -> bool:
        own = _folded(wanted)
        return any(self._names.counts_as(name, wanted) for name in contents.names) or any(own in folded for folded in contents.folded)


def _folded(text: str) -> str:
    return f" {' '.join(fold_tokens(text))} "


def _subjects(watch: Watch) -> Iterator[tuple[str, frozenset[str]]]:
    """Per phrase of the subject: its stem if it is written as one word, and the stems that must all be there."""
    for phrase in watch.subject:
        stems = [stem(part) for part in re.findall(r"[\w'’.&$%]+", phrase)]
        if stems:
            yield stem("".join(re.findall(r"\w+", phrase))), frozenset(stems)
