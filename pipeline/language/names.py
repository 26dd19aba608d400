"""Names: every spelling of an entity -> its canonical name, and the institution it speaks for."""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.watches import Entity

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MAX_CHAIN = 6
# How many answers about names are kept; text may hold any number of names.
_KEPT = 50_000
_ARTICLE = re.compile(r"(?i)^the\s+")
_POSSESSIVE = re.compile(r"['’`]s?\b")
_NO_WORD = re.compile(r"[^\w]+")
# Tokens of a name that its folded spelling does not hold.
_INSIDE = frozenset(("'", "’", "-", "–", ".", "the"))


@dataclass(frozen=True, slots=True)
class NameHit:
    """A name found in a row of tokens: `start` and `end` are token indexes, end exclusive."""

    start: int
    end: int
    entity: Entity


class Names:
    """Finds and resolves names. Later entities win over earlier ones, so pass the user's own after the shipped."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._by_name: dict[str, Entity] = {}
        self._by_tokens: dict[tuple[str, ...], tuple[Entity, str]] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        # The same names are asked for with every sentence and every question, and nothing here changes once it is made.
        self._entities: dict[str, Entity | None] = {}
        self._institutions: dict[str, str] = {}
        self._same_places: dict[tuple[str, str], bool] = {}
        for entity in entities:
            self._by_name[_folded(entity.name)] = entity
            for spelling in (entity.name, *entity.also):
                tokens = tuple(fold_tokens(spelling))
                if tokens:
                    self._by_tokens[tokens] = (entity, spelling)
                    self._lengths[tokens[0]].add(len(tokens))

    def find(self, tokens: Sequence[str]) -> tuple[NameHit, ...]:
        """All names in a row of tokens, longest first at each place. Capitals must agree where the spelling has them."""
        flat = [(part, index) for index, token in enumerate(tokens) for part in _folded_parts(token)]
        hits: list[NameHit] = []
        position = 0
        while position < len(flat):
            for length in sorted(self._lengths.get(flat[position][0], ()), reverse=True):
                window = flat[position : position + length]
                known = self._by_tokens.get(tuple(part for part, _ in window)) if len(window) == length else None
                if known and _cased_alike(known[1], tokens[window[0][1]]):
                    hits.append(NameHit(start=window[0][1], end=window[-1][1] + 1, entity=known[0]))
                    position += length - 1
                    break
            position += 1
        return tuple(hits)

    def mentioned(self, text: str) -> frozenset[str]:
        """The canonical names of all entities that may be meant in a text: whatever their capitals, and inside longer names too."""
        tokens = fold_tokens(text)
        return frozenset(
            known[0].name
            for at, token in enumerate(tokens)
            for length in self._lengths.get(token, ())
            if (known := self._by_tokens.get(tuple(tokens[at : at + length])))
        )

    def counts_as(self, name: str, wanted: str) -> bool:
        """True if `name` is `wanted`, speaks for it, or lies in it."""
        return self.canonical(wanted) in (name, self.institution(name)) or self.same_place(name, wanted)

    def entity(self, name: str) -> Entity | None:
        """The entity known by this name or spelling, or None."""
        if name not in self._entities:
            parts = tuple(fold_tokens(name))
            known = self._by_tokens.get(parts)
            _keep(self._entities, name, known[0] if known else self._by_name.get(" ".join(parts)))
        return self._entities[name]

    def canonical(self, name: str) -> str:
        """The canonical name, or `name` itself (without a leading article) if it is not known."""
        known = self.entity(name)
        return known.name if known else _ARTICLE.sub("", name.strip())

    def institution(self, name: str) -> str:
        """Whom this name's words are counted as: follows `speaks_for` to its end."""
        if name not in self._institutions:
            _keep(self._institutions, name, self._counted_as(name))
        return self._institutions[name]

    def _counted_as(self, name: str) -> str:
        current = self.canonical(name)
        for _ in range(_MAX_CHAIN):
            known = self.entity(current)
            if known is None or not known.speaks_for:
                return current
            current = self.canonical(known.speaks_for)
        return current

    def same_place(self, inner: str, outer: str) -> bool:
        """True if `inner` is `outer` or lies in it, as far as the names know."""
        pair = inner, outer
        if pair not in self._same_places:
            _keep(self._same_places, pair, self._lies_in(inner, outer))
        return self._same_places[pair]

    def _lies_in(self, inner: str, outer: str) -> bool:
        current = self.canonical(inner)
        wanted = self.canonical(outer)
        for _ in range(_MAX_CHAIN):
            if current == wanted:
                return True
            known = self.entity(current)
            if known is None or not known.inside:
                return False
            current = self.canonical(known.inside)
        return False


def _keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


@functools.lru_cache(maxsize=50_000)
def _folded_parts(token: str) -> tuple[str, ...]:
    """What a token adds to a name. "Bakers' Guild" and "Office of the Mediator" are one name; a comma ends one."""
    return () if token.lower() in _INSIDE else tuple(fold_tokens(token)) or ("",)


def fold_tokens(text: str) -> list[str]:
    """A spelling as comparable tokens: no accents, case, hyphens, points in abbreviations or possessives."""
    plain = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _POSSESSIVE.sub("", plain.lower()).replace(".", "")
    return [part for part in _NO_WORD.split(plain) if part and part != "the"]


def _folded(text: str) -> str:
    return " ".join(fold_tokens(text))


def _cased_alike(spelling: str, token: str) -> bool:
    """ "Turkey" is no bird and "US" no pronoun: an upper-case spelling wants an upper-case text."""
    bare = _ARTICLE.sub("", spelling)
    if bare.isupper() and len(bare) <= 4 and "." not in token:
        return token.isupper() or (token[:1].isupper() and len(token) > 2)
    return not bare[:1].isupper() or token[:1].isupper() or not token[:1].isalpha()
