"""A watch as somebody describes it -> the text of watches.toml, checked by loading it, and added to a file with a backup."""

import dataclasses
import json
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.config import load_story
from pipeline.config_source import Source
from pipeline.errors import ConfigError, OutputError
from pipeline.report.rows import write_text

FILE = "watches.toml"
_HEAD = "format = 1\n"
_LONGEST_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDraft:
    """A question before it is checked; the fields are the keys of watches.toml, empty ones are left out."""

    id: str = ""
    kind: str = ""
    asks: str = ""
    subject: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    family: str = ""
    states: tuple[str, ...] = ()
    ordered: bool = False
    of: tuple[str, ...] = ()
    unit: str = ""
    role: str = ""
    overdue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDraft:
    """A watch before it is checked. `must_name` are groups of names: an article must name one of each."""

    id: str = ""
    title: str = ""
    must_name: tuple[tuple[str, ...], ...] = ()
    subject: tuple[str, ...] = ()
    questions: tuple[QuestionDraft, ...] = ()


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = ""
    kind: str
    asks: str = ""
    subject: list[str] = []
    who: list[str] = []
    where: list[str] = []
    family: str = ""
    states: list[str] = []
    ordered: bool = False
    of: list[str] = []
    unit: str = ""
    role: str = ""
    overdue: str = ""


class _Answers(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = ""
    title: str
    must_name: list[list[str]] = []
    subject: list[str]
    question: list[_Question]


def read_answers(path: Path) -> WatchDraft:
    """The answers of a file (TOML) instead of those of a terminal: `title`, `subject`, `must_name`, then `[[question]]`.

    Raises:
        ConfigError: The file is missing, is no TOML or has a wrong key; says file and line.
    """
    given = Source(path).read(_Answers)
    questions = (
        QuestionDraft(
            id=question.id,
            kind=question.kind,
            asks=question.asks,
            subject=tuple(question.subject),
            who=tuple(question.who),
            where=tuple(question.where),
            family=question.family,
            states=tuple(question.states),
            ordered=question.ordered,
            of=tuple(question.of),
            unit=question.unit,
            role=question.role,
            overdue=question.overdue,
        )
        for question in given.question
    )
    return WatchDraft(
        id=given.id,
        title=given.title,
        must_name=tuple(tuple(group) for group in given.must_name),
        subject=tuple(given.subject),
        questions=tuple(questions),
    )


def with_ids(draft: WatchDraft, taken: frozenset[str]) -> WatchDraft:
    """The draft with an id for itself and for each question, made of their words where none was given.

    Args:
        draft: A watch, maybe without ids.
        taken: Ids of the watches that the file has already.
    """
    used: set[str] = set()
    questions = []
    for question in draft.questions:
        name = question.id or _free(_slug(question.asks) or question.kind, used)
        used.add(name)
        questions.append(dataclasses.replace(question, id=name))
    return dataclasses.replace(draft, id=draft.id or _free(_slug(draft.title) or "watch", taken), questions=tuple(questions))


def watch_text(draft: WatchDraft) -> str:
    """The watch as TOML, from `[[watch]]` on."""
    lines = ["[[watch]]", *_keys(draft, "", ("questions",))]
    for question in draft.questions:
        lines += ["", "  [[watch.question]]", *_keys(question, "  ", ())]
    return "\n".join(lines) + "\n"


def check_watch(draft: WatchDraft, before: str = _HEAD) -> str:
    """The text of the whole file with the watch at its end, after it was loaded as Claimwatch loads it.

    Args:
        draft: The watch, with ids.
        before: What the file holds already.

    Raises:
        ConfigError: It would not load; says what is wrong, in the line of the file as it would be.
    """
    text = f"{before.rstrip()}\n\n{watch_text(draft)}"
    with tempfile.TemporaryDirectory(prefix="claimwatch-") as name:
        folder = Path(name)
        (folder / FILE).write_bytes(text.encode("utf-8", "replace"))
        try:
            load_story(folder)
        except ConfigError as error:
            raise ConfigError(str(error).replace(f"{folder}/", "")) from error
    return text


def existing(folder: Path) -> tuple[str, frozenset[str]]:
    """What a folder's watches.toml holds, and the ids of its watches; the head of a new file where there is none.

    Raises:
        ConfigError: There is one, and it does not load as it stands.
    """
    path = folder / FILE
    if not path.exists():
        return _HEAD, frozenset()
    return Source(path).text, frozenset(watch.id for watch in load_story(folder).watches)


def add_watch(draft: WatchDraft, folder: Path) -> tuple[Path, Path | None]:
    """Write the watch at the end of the folder's watches.toml, or into a new one.

    Returns:
        The file, and the copy of what it was before; None where it is new.

    Raises:
        ConfigError: The file would not load with it, or does not load without; nothing is written.
        OutputError: The folder cannot be written.
    """
    before, taken = existing(folder)
    path = folder / FILE
    text = check_watch(with_ids(draft, taken), before)
    backup = None
    if path.exists():
        backup = _unused(path)
        write_text(backup, before)
    else:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = "Name another folder with --out."
            raise OutputError(f"cannot be written: {error.strerror}", where=str(folder), remedy=remedy) from error
    write_text(path, text)
    return path, backup


def _unused(path: Path) -> Path:
    number = 1
    while (backup := path.with_name(f"{path.name}.bak{number}")).exists():
        number += 1
    return backup


def _keys(draft: WatchDraft | QuestionDraft, indent: str, without: tuple[str, ...]) -> list[str]:
    found = ((field.name, getattr(draft, field.name)) for field in dataclasses.fields(draft))
    return [f"{indent}{name} = {_value(value)}" for name, value in found if name not in without and value]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    # The escapes of JSON are those of TOML, which wants one more character escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _slug(words: str) -> str:
    """ "How many have died?" -> "how-many-have-died"."""
    plain = "".join(character for character in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(character))
    parts = re.findall(r"[a-z0-9]+", plain)
    while len(parts) > 1 and len("-".join(parts)) > _LONGEST_ID:
        parts.pop()
    return "-".join(parts)[:_LONGEST_ID]


def _free(name: str, taken: frozenset[str] | set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
