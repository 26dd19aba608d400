"""Phrases found in a row of words by stem and lemma: "call * off" finds "called the launch off", "pull out" finds "pullout".

Stems are Snowball English (Porter 2), from the `snowballstemmer` package, so that a verb and the nouns of its stem count
together. A `*` stands for up to four words.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import snowballstemmer

MAX_GAP = 4
_stemmer = snowballstemmer.stemmer("english")


# Forms of common irregular verbs, so that "given back" finds "gave it back". Forms that are mostly another word are left out.
_IRREGULAR = {
    form: verb
    for entry in (
        "give: gave given; take: took taken; bring: brought; find: found; throw: threw thrown; withdraw: withdrew withdrawn; "
        "pay: paid; send: sent; tell: told; say: said; keep: kept; break: broke broken; fall: fell fallen; "
        "rise: rose risen; go: went gone; come: came; begin: began begun; build: built; meet: met; lose: lost; win: won; "
        "sell: sold; buy: bought; catch: caught; fight: fought; strike: struck; steal: stole stolen; freeze: froze frozen; "
        "choose: chose chosen; write: wrote written; drive: drove driven; fly: flew flown; grow: grew grown; know: knew known; "
        "run: ran; stand: stood; swear: swore sworn; draw: drew drawn; hide: hid hidden; make: made; seek: sought; "
        "leave: left; lead: led; flee: fled; sink: sank sunk; tear: tore torn; wear: wore worn; "
        "forget: forgot forgotten; forgo: forwent forgone; overthrow: overthrew overthrown; undergo: underwent undergone; "
        "undertake: undertook undertaken; uphold: upheld; rebuild: rebuilt; overrun: overran; drown: drowned; eat: ate eaten; "
    ).split("; ")
    if entry
    for verb, _, forms in [entry.partition(": ")]
    for form in forms.split()
}


class Spoken(Protocol):
    """A word as it stands and its lemma."""

    @property
    def text(self) -> str:
        """As it stands."""

    @property
    def lemma(self) -> str:
        """Its dictionary form."""


@dataclass(frozen=True, slots=True)
class PhraseToken:
    """A word as it stands and its lemma."""

    text: str
    lemma: str


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase found at words `start`..`end` (exclusive). `label` is what the phrase was given with."""

    label: Any
    phrase: str
    start: int
    end: int


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a word, lower case, without hyphens and possessive."""
    plain = re.sub(r"['’]s?$", "", word.lower()).replace("-", "").replace("’", "'")
    plain = _IRREGULAR.get(plain, plain)
    # "orderly" is no order: what ends in -ly stands for itself.
    return plain if plain.endswith("ly") else str(_stemmer.stemWord(plain))


@functools.lru_cache(maxsize=50_000)
def _stems(text: str, lemma: str) -> frozenset[str]:
    """By what a word is found; nothing for a mark."""
    return frozenset((stem(text), stem(lemma))) if re.search(r"\w|[$%]", text) else frozenset()


class Phrases:
    """A compiled set of (label, phrase) pairs; the same phrase may carry several labels."""

    def __init__(self, pairs: Iterable[tuple[Hashable, str]]) -> None:
        self._labels: dict[tuple[str, ...], list[tuple[Hashable, str]]] = defaultdict(list)
        self._by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        joined: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for label, phrase in pairs:
            parts = tuple("*" if part == "*" else stem(part) for part in re.findall(r"\*|[\w'’.&$%]+", phrase))
            if not parts:
                continue
            if parts not in self._labels:
                self._by_first[parts[0]].append(parts)
                if len(parts) == 2 and "*" not in parts:
                    joined[stem("".join(re.findall(r"[\w]+", phrase)))].append(parts)
            if (label, phrase) not in self._labels[parts]:
                self._labels[parts].append((label, phrase))
        self._starts = {one: (tuple(self._by_first.get(one, ())), tuple(joined.get(one, ()))) for one in {*self._by_first, *joined}}

    def find(self, tokens: Sequence[Spoken]) -> tuple[PhraseHit, ...]:
        """All phrases in a row of words. A longer phrase of the same label hides a shorter one that it covers."""
        words = [(index, stems) for index, token in enumerate(tokens) if (stems := _stems(token.text, token.lemma))]
        found: list[tuple[int, int, tuple[str, ...]]] = []
        for position, (index, stems) in enumerate(words):
            for one in stems:
                if one not in self._starts:
                    continue
                whole, joined = self._starts[one]
                for parts in whole:
                    end = _match(parts, words, position)
                    if end is not None:
                        found.append((index, words[end][0] + 1, parts))
                found.extend((index, index + 1, parts) for parts in joined)
        if not found:
            return ()
        hits = {
            PhraseHit(label=label, phrase=phrase, start=start, end=end)
            for start, end, parts in found
            for label, phrase in self._labels[parts]
        }
        return tuple(sorted(_longest(hits), key=lambda hit: (hit.start, hit.end, str(hit.label))))


def _match(parts: tuple[str, ...], words: list[tuple[int, frozenset[str]]], position: int) -> int | None:
    """The position of the last word of a match that begins at `position`, or None."""
    at = position
    gap = 0
    for part in parts[1:]:
        if part == "*":
            gap = MAX_GAP
            continue
        for step in range(gap + 1):
            if at + 1 + step < len(words) and part in words[at + 1 + step][1]:
                at += 1 + step
                break
        else:
            return None
        gap = 0
    return at


def _group(label: Any) -> Hashable:
    """Labels are (use, question, detail): all uses about states compete with each other within a question."""
    if not isinstance(label, tuple):
        return None
    return (str(label[0]).split()[-1], *label[1:-1])


def _longest(hits: set[PhraseHit]) -> list[PhraseHit]:
    """Within one use and question (the label without its last part) a covered hit is hidden."""
    by_group: dict[Hashable, list[PhraseHit]] = defaultdict(list)
    for hit in hits:
        by_group[_group(hit.label)].append(hit)
    kept = []
    for group in by_group.values():
        spans = {(hit.start, hit.end) for hit in group}
        for hit in group:
            if not any(start <= hit.start and hit.end <= end and end - start > hit.end - hit.start for start, end in spans):
                kept.append(hit)
    return kept
