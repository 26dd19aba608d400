"""What an analyst declares: watches with their questions, known entities, and feeds.

Plain frozen values, read from TOML by `pipeline.config`. The keys are documented for users in docs/writing-a-watch.md.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pipeline.channels import Channel


class QuestionKind(StrEnum):
    """What sort of answer a question takes."""

    STATUS = "status"
    DATE = "date"
    DURATION = "duration"
    QUANTITY = "quantity"
    PLACES = "places"
    YES_NO = "yes-no"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Extra words of one state (or of `yes` / `no`; the empty state for questions without states)."""

    state: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One typed question of a watch. Empty tuples and strings mean "any" or "none declared"."""

    id: str
    kind: QuestionKind
    asks: str = ""
    subject: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    family: str = ""
    states: tuple[str, ...] = ()
    ordered: bool = False
    cues: tuple[Cues, ...] = ()
    of: tuple[str, ...] = ()
    unit: str = ""
    role: str = ""
    window: str = "total"
    many: bool = False
    episode: str = ""
    overdue: dt.timedelta | None = None
    official: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A topic to follow, with its questions in the order of the file."""

    id: str
    title: str
    description: str = ""
    must_name: tuple[tuple[str, ...], ...] = ()
    subject: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    timezone: str = "UTC"
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, organisation, group, place or thing with its other names.

    `speaks_for` names the institution that this entity's words are counted as ("" = its own), `inside` the country or
    place it lies in, `media` says that it relays what others say (an agency, a broadcaster, a newspaper).
    """

    name: str
    kind: str
    also: tuple[str, ...] = ()
    speaks_for: str = ""
    inside: str = ""
    media: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed to poll. `url` is http(s); `language` an ISO 639-1 code."""

    id: str
    url: str
    publisher: str
    language: str = "en"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything a configuration folder declares about what to follow."""

    watches: tuple[Watch, ...]
    entities: tuple[Entity, ...] = ()
    feeds: tuple[Feed, ...] = ()
    notice: str = ""
    """A line shown on top of every report, e.g. "dispatches written for this project, not news"."""
    channels: tuple[Channel, ...] = ()
    """Who is told of changes."""
