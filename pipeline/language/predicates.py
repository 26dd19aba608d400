"""The shipped lexicon of predicates (config/language/en/predicates.toml): verb, particle verb or noun -> its class.

How classes relate to the families of states that watches use: docs/adr/0007-predicates.md.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class PredicateClass:
    """One class. `lasting` says that it names a state; `opposite` undoes it ("" for none).

    `axis` is shared by a class and its opposite: "open" and "close" answer one question.
    """

    id: str
    lasting: bool
    opposite: str
    axis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicates:
    """The lexicon. Keys are lemmas in lower case, particle verbs as "pull out"."""

    verbs: Mapping[str, PredicateClass] = field(default_factory=dict)
    nouns: Mapping[str, PredicateClass] = field(default_factory=dict)
    adjectives: Mapping[str, PredicateClass] = field(default_factory=dict)
    aspects: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    carriers: frozenset[str] = frozenset()
    soften: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def verb(self, lemma: str, following: Iterable[str] = ()) -> tuple[str, PredicateClass | None]:
        """The verb with its particle where that pair is known, and its class (None where the lexicon has none).

        Args:
            lemma: The verb's lemma.
            following: Particles and other words that may make one verb with it, in lower case.
        """
        for word in following:
            known = self.verbs.get(f"{lemma} {word}")
            if known is not None:
                return f"{lemma} {word}", known
        return lemma, self.verbs.get(lemma)


@cache
def load_predicates(path: Path) -> Predicates:
    """Read a lexicon.

    Raises:
        ConfigError: The file is missing or no TOML, a key is missing, an opposite is unknown, or a word is in two classes.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _predicates(raw)
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise ConfigError(
            f"the lexicon of predicates cannot be read: {error}", where=str(path), remedy="Compare it with the shipped predicates.toml."
        ) from error


def _predicates(raw: dict[str, Any]) -> Predicates:
    opposites = {entry["id"]: entry.get("opposite", "") for entry in raw["class"]}
    for name, opposite in opposites.items():
        if opposite and opposite not in opposites:
            raise ValueError(f"class {name!r} has the unknown opposite {opposite!r}")
    tables: dict[str, dict[str, PredicateClass]] = {"verbs": {}, "nouns": {}, "adjectives": {}}
    for entry in raw["class"]:
        name = entry["id"]
        known = PredicateClass(id=name, lasting=entry["names"] == "state", opposite=opposites[name], axis=_axis(name, opposites))
        for kind, table in tables.items():
            for word in entry.get(kind, ()):
                if word in table:
                    raise ValueError(f"{word!r} is in the classes {table[word].id!r} and {name!r}")
                table[word] = known
    episodes = raw.get("episodes", {})
    return Predicates(
        **tables,
        aspects={verb: aspect for aspect, verbs in raw.get("aspect", {}).items() for verb in verbs},
        stages={word: aspect for aspect, words in raw.get("stage", {}).items() for word in words},
        carriers=frozenset(raw.get("carriers", {}).get("verbs", ())),
        soften=frozenset(raw.get("soften", {}).get("words", ())),
        counted=frozenset(episodes.get("counted", ())),
        texts=frozenset(episodes.get("texts", ())),
    )


def _axis(name: str, opposites: Mapping[str, str]) -> str:
    """The first of a pair that undo each other; a class whose opposite has another partner keeps its own."""
    opposite = opposites[name]
    if not opposite or opposites[opposite] != name:
        return name
    return next(one for one in opposites if one in (name, opposite))
