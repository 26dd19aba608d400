"""The shipped vocabulary (config/language/en/*.toml) as frozen values. Coverage is vocabulary; the code has none of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.language.calendar_terms import CalendarTerms, load_calendar_terms
from pipeline.language.predicates import Predicates, load_predicates
from pipeline.watches import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state of a family: its name, the phrases that assert it, those that deny it, and what its negation means."""

    name: str
    words: tuple[str, ...]
    denies: tuple[str, ...] = ()
    opposite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A set of states in the order of a course of events (`ordered`) or in none.

    `about` names what its states are states of, for families whose words are said of much else too ("resumed", "suspended").
    """

    id: str
    ordered: bool
    states: tuple[State, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericSort:
    """A sort of bodies: `nouns` that may stand for one of them ("the union"), `names` words that show it in its own name."""

    id: str
    nouns: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The cues of what is said, by lemma, each with its force (say, deny, order, believe ...).

    `verbs` take a clause or a quotation; `particles` maps a verb to its (particle, force); `nouns` take a clause. `objects`
    are verbs whose object is the content, `prepositions` those whose content stands behind one. `private` forces are thoughts.
    """

    verbs: Mapping[str, str] = field(default_factory=dict)
    particles: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    nouns: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    prepositions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    private: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All shipped words by use.

    `speech` maps the lemma of a verb of saying to its force, `sayings` has all cues of attribution; `roles` "date.start" and the
    like to role words; `silence` a question
    kind to phrases that mean "no answer"; `things` what is counted to its kinds ("aircraft" -> "jet"); `calendar` words of time;
    `synonyms` a word to those that stand for it in news on the same matter, `states` the name of a state to the usual words for it.
    """

    families: Mapping[str, Family] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    silence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constancy: tuple[str, ...] = ()
    not_yet: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    speech: Mapping[str, str] = field(default_factory=dict)
    sayings: Speech = field(default_factory=Speech)
    things: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    generic: tuple[GenericSort, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entities: tuple[Entity, ...] = ()
    predicates: Predicates = field(default_factory=Predicates)
    calendar: CalendarTerms = field(default_factory=CalendarTerms)


@cache
def load_vocabulary(folder: Path) -> Vocabulary:
    """Read the vocabulary of one language.

    Args:
        folder: `config/language/en` of the checkout or of the installed package.

    Raises:
        ConfigError: A file is missing or is no TOML.
    """
    constancy = _read(folder / "constancy.toml")
    return Vocabulary(
        families={family["id"]: _family(family) for family in _read(folder / "families.toml")["family"]},
        roles={
            f"{kind}.{role}": tuple(entry["words"])
            for kind, roles in _read(folder / "roles.toml").items()
            if isinstance(roles, dict)
            for role, entry in roles.items()
        },
        silence={kind: tuple(entry["phrases"]) for kind, entry in _read(folder / "silence.toml").items() if isinstance(entry, dict)},
        constancy=tuple(constancy.get("words", ())),
        not_yet=tuple(constancy.get("not_yet", ())),
        background=tuple(constancy.get("background", ())),
        speech={verb: force["name"] for force in _read(folder / "speech.toml")["force"] for verb in force["verbs"]},
        sayings=_speech(_read(folder / "speech.toml")),
        things={thing["name"]: tuple(thing["kinds"]) for thing in _read(folder / "counted.toml")["thing"]},
        generic=tuple(
            GenericSort(id=sort["id"], nouns=frozenset(sort["nouns"]), names=frozenset(sort["names"]))
            for sort in _read(folder / "generic.toml")["sort"]
        ),
        synonyms=_synonyms(_read(folder / "synonyms.toml")["groups"]),
        states={name: tuple(words) for name, words in _read(folder / "synonyms.toml")["states"].items()},
        entities=tuple(_entity(entity) for entity in _read(folder / "entities.toml")["entity"]),
        predicates=load_predicates(folder / "predicates.toml"),
        calendar=load_calendar_terms(folder / "dates.toml"),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"the shipped vocabulary cannot be read: {error}", where=str(path), remedy="Install Claimwatch again, or restore the file."
        ) from error


def _family(raw: dict[str, Any]) -> Family:
    states = tuple(
        State(name=state["name"], words=tuple(state["words"]), denies=tuple(state.get("denies", ())), opposite=state.get("opposite", ""))
        for state in raw["state"]
    )
    return Family(id=raw["id"], ordered=bool(raw.get("ordered", False)), states=states, about=tuple(raw.get("about", ())))


def _synonyms(groups: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Every word with the others of its groups."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for word in group:
            found.setdefault(word.lower(), {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}


def _speech(raw: dict[str, Any]) -> Speech:
    verbs = {verb: more["force"] for more in raw.get("object", ()) for verb in more["verbs"]}
    objects = dict(verbs)
    prepositions: dict[str, set[str]] = {}
    for entry in raw.get("prepositional", ()):
        for verb in entry["verbs"]:
            prepositions.setdefault(verb, set()).add(entry["preposition"])
            verbs.setdefault(verb, "say")
    for entry in raw["force"]:
        verbs.update(dict.fromkeys(entry["verbs"], entry["name"]))
    for entry in raw.get("more", ()):
        for verb in entry["verbs"]:
            if entry.get("private") or verb not in verbs:
                verbs[verb] = entry["force"]
    particles: dict[str, list[tuple[str, str]]] = {}
    for entry in raw.get("particle", ()):
        for phrase in entry["phrases"]:
            verb, particle = phrase.split()
            particles.setdefault(verb, []).append((particle, entry["force"]))
    return Speech(
        verbs=verbs,
        particles={verb: tuple(pairs) for verb, pairs in particles.items()},
        nouns={noun: entry["force"] for entry in raw.get("noun", ()) for noun in entry["nouns"]},
        objects=objects,
        prepositions={verb: frozenset(found) for verb, found in prepositions.items()},
        private=frozenset(entry["force"] for entry in raw.get("more", ()) if entry.get("private")),
    )


def _entity(raw: dict[str, Any]) -> Entity:
    return Entity(
        name=raw["name"],
        kind=raw["kind"],
        also=(*raw.get("also", ()), *raw.get("demonyms", ())),
        speaks_for=raw.get("speaks_for", ""),
        inside=raw.get("in", ""),
        media=bool(raw.get("media", False)),
    )
