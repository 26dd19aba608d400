"""Writing the analyst's own files: with a backup beside them, whole or not at all, and never over somebody else's edit."""

import datetime as dt
import json
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from pipeline.config import load_story
from pipeline.errors import ConfigError
from pipeline.model import digest
from pipeline.report.rows import write_text
from pipeline.watches import Story

ALIASES, WATCHES = "aliases.toml", "watches.toml"
_KINDS = ("person", "organisation", "group", "place", "thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A file as it is and as it would be."""

    file: str
    before: str
    after: str


def current_text(config: Path, file: str) -> str:
    """The file's text, "" if there is none."""
    path = config / file
    return path.read_text(encoding="utf-8") if path.exists() else ""


def text_mark(text: str) -> str:
    """Changes whenever the text does; an edit names the mark of what it was made on."""
    return digest(text)[:16]


def try_out(config: Path, edit: Edit) -> Story:
    """The story as it would be after an edit.

    Raises:
        ConfigError: The file would not be right; says line and remedy.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path in config.glob("*.toml"):
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        (Path(folder) / edit.file).write_text(edit.after, encoding="utf-8", newline="\n")
        try:
            return load_story(Path(folder))
        except ConfigError as error:
            where = error.where.replace(folder, "").lstrip("/")
            raise ConfigError(error.what.replace(f"{folder}/", ""), where=where, remedy=error.remedy) from error


def write_edit(config: Path, edit: Edit, mark: str, now: dt.datetime) -> dict[str, Any]:
    """Write an edit, after a backup; returns what the log keeps for undoing it.

    Args:
        config: The configuration folder.
        edit: What to write.
        mark: The mark of the text that the edit was made on.
        now: Names the backup (UTC).

    Raises:
        HTTPException: The file has changed since (409), or cannot be written (500, in words).
        ConfigError: The file would not be right.
    """
    found = current_text(config, edit.file)
    if text_mark(found) != mark:
        raise HTTPException(HTTPStatus.CONFLICT, f"{edit.file} has been changed meanwhile. Nothing was written; reload the page.")
    try_out(config, edit)
    backup = ""
    if found:
        backup = f"{edit.file}.{now:%Y%m%dT%H%M%S}.bak"
        write_text(config / backup, found)
    write_text(config / edit.file, edit.after)
    return {"file": edit.file, "before": found, "after": edit.after, "backup": backup}


def restore(config: Path, data: Mapping[str, Any], *, again: bool) -> None:
    """Take an edit back, or make it again.

    Raises:
        HTTPException: The file has been changed since (409).
    """
    expected, wanted = (data["before"], data["after"]) if again else (data["after"], data["before"])
    if current_text(config, data["file"]) != expected:
        raise HTTPException(HTTPStatus.CONFLICT, f"{data['file']} has been changed since; nothing was undone. A backup lies beside it.")
    write_text(config / data["file"], wanted)


def alias_edit(config: Path, name: str, also: str, kind: str) -> Edit:
    """The aliases with one more spelling of a name; the rest of the file stays as it is, comments too.

    Raises:
        HTTPException: The two are no two names (400).
    """
    name, also = " ".join(name.split()), " ".join(also.split())
    if not name or not also or name.casefold() == also.casefold() or kind not in _KINDS:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Give two different names.")
    before = current_text(config, ALIASES)
    after = _with_spelling(before, name, also)
    if after is None:
        head = before.rstrip("\n") if before.strip() else "format = 1"
        after = f"{head}\n\n[[entity]]\nname = {_quoted(name)}\nkind = {_quoted(kind)}\nalso = [{_quoted(also)}]\n"
    return Edit(file=ALIASES, before=before, after=after)


def _with_spelling(text: str, name: str, also: str) -> str | None:
    """The text with the spelling added where the name has a table of its own already, else None."""
    try:
        entities = tomllib.loads(text).get("entity", [])
    except tomllib.TOMLDecodeError:
        return None
    at = next((number for number, entity in enumerate(entities) if entity.get("name", "").casefold() == name.casefold()), None)
    if at is None:
        return None
    blocks = text.split("[[entity]]")
    block = blocks[at + 1]
    spellings = [*entities[at].get("also", []), also]
    line = f"also = [{', '.join(_quoted(spelling) for spelling in dict.fromkeys(spellings))}]"
    lines = block.split("\n")
    known = next((number for number, found in enumerate(lines) if found.lstrip().startswith("also")), None)
    if known is None:
        named = next(number for number, found in enumerate(lines) if found.lstrip().startswith("name"))
        lines.insert(named + 1, line)
    else:
        last = next(number for number in range(known, len(lines)) if "]" in lines[number])
        lines[known : last + 1] = [line]
    blocks[at + 1] = "\n".join(lines)
    return "[[entity]]".join(blocks)


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's, except that TOML wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
