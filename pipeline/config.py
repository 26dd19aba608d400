"""The configuration folder -> frozen values. One door: TOML for content, the environment only for address and secrets."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from pipeline.config_channels import load_channels
from pipeline.config_settings import Settings, _SettingsFile, load_settings
from pipeline.config_source import Source, Strict, Words, known_model, listed, read_span
from pipeline.errors import ConfigError
from pipeline.language.vocabulary import Vocabulary, load_vocabulary
from pipeline.shipped import shipped
from pipeline.watches import Cues, Entity, Feed, Question, QuestionKind, Story, Watch

__all__ = ["ROLES", "Settings", "_SettingsFile", "load_language", "load_settings", "load_story", "read_span", "without_cues"]

ROLES = {
    QuestionKind.DATE: ("start", "end", "deadline", "next", "event", "since"),
    QuestionKind.QUANTITY: ("total", "leaves", "stays", "arrives", "dead", "injured", "missing", "affected", "none"),
    QuestionKind.PLACES: ("stays", "leaves", "included", "excluded"),
}
MAX_CUE_WORDS = 3


def _grouped(value: Any) -> Any:
    if isinstance(value, str):
        return [[value]]
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return [value]
    return [listed(item) for item in value] if isinstance(value, list) else value


Groups = Annotated[list[list[str]], BeforeValidator(_grouped)]


@known_model
class _Voices(Strict):
    official: Words = []


@known_model
class _Question(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$")
    kind: Literal["status", "date", "duration", "quantity", "places", "yes-no", "statement"]
    asks: str = ""
    subject: Words = []
    not_: Words = Field(default=[], alias="not")
    who: Words = []
    where: Words = []
    family: str = ""
    states: Words = []
    ordered: bool = False
    cues: Annotated[dict[str, Words] | Words, Field(union_mode="left_to_right")] = []
    of: Words = []
    unit: str = ""
    role: str = ""
    window: Literal["total", "period"] = "total"
    many: bool = False
    episode: Literal["", "none", "attempt", "round", "date"] = ""
    overdue: str = ""
    voices: _Voices = _Voices()

    @field_validator("overdue")
    @classmethod
    def _check_span(cls, value: str) -> str:
        if value:
            read_span(value)
        return value


@known_model
class _Watch(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$")
    title: str = ""
    description: str = ""
    must_name: Groups = []
    subject: Words
    not_: Words = Field(default=[], alias="not")
    ignore: Words = []
    timezone: str = "UTC"
    question: list[_Question] = Field(min_length=1)


@known_model
class _WatchesFile(Strict):
    format: Literal[1]
    watch: list[_Watch] = Field(min_length=1)


@known_model
class _Entity(Strict):
    name: str = Field(min_length=1)
    kind: Literal["person", "organisation", "group", "place", "thing"] = "thing"
    also: Words = []
    speaks_for: str = ""
    in_: str = Field(default="", alias="in")
    media: bool = False


@known_model
class _AliasesFile(Strict):
    format: Literal[1]
    entity: list[_Entity] = []


@known_model
class _Feed(Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$")
    url: str = Field(pattern=r"^https?://\S+$")
    publisher: str
    language: str = "en"
    note: str = ""


@known_model
class _FeedsFile(Strict):
    format: Literal[1]
    feed: list[_Feed] = []


def load_language() -> Vocabulary:
    """The shipped English vocabulary."""
    return load_vocabulary(shipped("config") / "language" / "en")


def load_story(folder: Path) -> Story:
    """What a configuration folder declares to follow: watches, own names, feeds. Only `watches.toml` must be there.

    Raises:
        ConfigError: A file is missing, is no TOML, or something in it does not fit; says file and line.
    """
    if not folder.is_dir():
        raise ConfigError(
            "there is no such configuration folder", where=str(folder), remedy="Name one with --config; it must hold watches.toml."
        )
    source = Source(folder / "watches.toml")
    vocabulary = load_language()
    raw = source.read(_WatchesFile)
    problems = list(_problems(raw, source, vocabulary))
    if problems:
        first, *others = problems
        raise ConfigError(first[1] + "".join(f"\n{where}: {what}" for where, what in others), where=first[0])
    aliases = Source(folder / "aliases.toml").read(_AliasesFile) if (folder / "aliases.toml").exists() else None
    feeds = Source(folder / "feeds.toml").read(_FeedsFile) if (folder / "feeds.toml").exists() else None
    return Story(
        watches=tuple(_watch(watch) for watch in raw.watch),
        entities=tuple(_entity(entity) for entity in aliases.entity) if aliases else (),
        feeds=tuple(Feed(id=feed.id, url=feed.url, publisher=feed.publisher, language=feed.language, note=feed.note) for feed in feeds.feed)
        if feeds
        else (),
        notice=load_settings(folder, {}).notice,
        channels=load_channels(folder),
    )


def _problems(raw: _WatchesFile, source: Source, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, watch in enumerate(raw.watch):
        if [other.id for other in raw.watch].count(watch.id) > 1:
            found.append((source.where(("watch", number, "id")), f"the watch id '{watch.id}' is used twice."))
        for at, question in enumerate(watch.question):
            place = ("watch", number, "question", at)
            if [other.id for other in watch.question].count(question.id) > 1:
                found.append((source.where((*place, "id")), f"the question id '{question.id}' is used twice in this watch."))
            found.extend((source.where((*place, key)), what) for key, what in _question_problems(question, vocabulary))
    return found


def _question_problems(question: _Question, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    kind = QuestionKind(question.kind)
    found: list[tuple[str, str]] = []
    states = question.states or [state.name for family in (vocabulary.families.get(question.family),) if family for state in family.states]
    if question.family and question.family not in vocabulary.families:
        found.append(("family", f"there is no family '{question.family}'; there are: {', '.join(vocabulary.families)}."))
    if kind is QuestionKind.STATUS and not question.family and not question.states:
        found.append(("kind", f"the status question '{question.id}' needs a family or its own states."))
    if question.role and question.role not in ROLES.get(kind, ()):
        allowed = ", ".join(ROLES.get(kind, ())) or "none"
        found.append(("role", f"a {kind} question has no role '{question.role}'; it may have: {allowed}."))
    if kind is QuestionKind.QUANTITY and not question.of and not question.unit:
        found.append(("kind", f"the quantity question '{question.id}' needs 'of' (what is counted) or 'unit'."))
    tables = question.cues if isinstance(question.cues, dict) else {"": question.cues}
    for state, words in tables.items():
        if isinstance(question.cues, dict) and kind is QuestionKind.YES_NO and state not in ("yes", "no"):
            found.append(("cues", f"the cues of a yes-no question stand under yes and no, not '{state}'."))
        if (
            isinstance(question.cues, dict)
            and kind is QuestionKind.STATUS
            and state not in states
            and (question.family in vocabulary.families or question.states)
        ):
            found.append(("cues", f"unknown state '{state}'; the states are: {', '.join(states)}."))
        found.extend(
            ("cues", f"the cue '{word}' has more than three words; take the words that matter.")
            for word in words
            if len(word.split()) > MAX_CUE_WORDS
        )
    if not isinstance(question.cues, dict) and question.cues and kind is QuestionKind.STATUS:
        found.append(("cues", 'the cues of a status question are a table by state, e.g. { begun = ["took off"] }.'))
    return found


def _watch(raw: _Watch) -> Watch:
    return Watch(
        id=raw.id,
        title=raw.title or raw.id,
        description=raw.description,
        must_name=tuple(tuple(group) for group in raw.must_name),
        subject=tuple(raw.subject),
        not_=tuple(raw.not_),
        ignore=tuple(raw.ignore),
        timezone=raw.timezone,
        questions=tuple(_question(question) for question in raw.question),
    )


def _question(raw: _Question) -> Question:
    cues = raw.cues if isinstance(raw.cues, dict) else {"": raw.cues}
    return Question(
        id=raw.id,
        kind=QuestionKind(raw.kind),
        asks=raw.asks,
        subject=tuple(raw.subject),
        not_=tuple(raw.not_),
        who=tuple(raw.who),
        where=tuple(raw.where),
        family=raw.family,
        states=tuple(raw.states),
        ordered=raw.ordered,
        cues=tuple(Cues(state=state, words=tuple(words)) for state, words in cues.items() if words),
        of=tuple(raw.of),
        unit=raw.unit,
        role=raw.role,
        window=raw.window,
        many=raw.many,
        episode="" if raw.episode == "none" else raw.episode,
        overdue=read_span(raw.overdue) if raw.overdue else None,
        official=tuple(raw.voices.official),
    )


def _entity(raw: _Entity) -> Entity:
    return Entity(name=raw.name, kind=raw.kind, also=tuple(raw.also), speaks_for=raw.speaks_for, inside=raw.in_, media=raw.media)


def without_cues(story: Story) -> Story:
    """The story with all cues taken out of its watches, to see what the shipped vocabulary does alone."""
    return dataclasses.replace(
        story,
        watches=tuple(
            dataclasses.replace(watch, questions=tuple(dataclasses.replace(question, cues=()) for question in watch.questions))
            for watch in story.watches
        ),
    )
