"""TOML files with line numbers: every complaint about a key says in which line it stands."""

import datetime as dt
import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
_SPANS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1), "week": dt.timedelta(weeks=1), "month": dt.timedelta(days=30)}


def listed(value: Any) -> Any:
    """A single word where a list is expected is what a person means by it."""
    return [value] if isinstance(value, str) else value


Words = Annotated[list[Annotated[str, Field(min_length=1)]], BeforeValidator(listed)]


class Strict(BaseModel):
    """A table of a configuration file: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Source:
    """One TOML file: its text, its parsed content, and where in it things stand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_bytes().decode("utf-8")
        except FileNotFoundError as error:
            raise ConfigError("the file is missing", where=str(path), remedy="Create it, or name another folder with --config.") from error
        except UnicodeDecodeError as error:
            raise ConfigError("is not UTF-8", where=str(path), remedy="Save the file as UTF-8.") from error
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", where=str(path), remedy="Check the path and its permissions.") from error
        try:
            self.content: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise ConfigError(
                f"is no valid TOML: {error}",
                where=f"{path}:{line[1] if line else 1}",
                remedy="Look for a missing quote, bracket or comma in this line or the one before.",
            ) from error

    def read(self, model: type[Model]) -> Model:
        """The content, checked against a model.

        Raises:
            ConfigError: Something does not fit; the message lists every complaint with file and line.
        """
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            complaints = [(self.where(tuple(item["loc"])), self._say(dict(item), model)) for item in error.errors()]
            first, *others = dict.fromkeys(complaints)
            more = "".join(f"\n{place}: {what}" for place, what in others)
            raise ConfigError(f"{first[1]}{more}", where=first[0]) from error

    def complaint(self, location: tuple[int | str, ...], what: str) -> ConfigError:
        """An error about a place in the content."""
        return ConfigError(what, where=self.where(location))

    def where(self, location: tuple[int | str, ...]) -> str:
        """ "file:line" of a place in the content, as near as the text tells."""
        return f"{self.path}:{self._line(location)}"

    def _line(self, location: tuple[int | str, ...]) -> int:
        lines = self.text.splitlines()
        at, tables, index = 0, [], 0
        parts = [part for part in location if not (isinstance(part, str) and part.startswith(("list[", "dict[", "str", "function-")))]
        while index < len(parts):
            part = parts[index]
            if isinstance(part, str) and index + 1 < len(parts) and isinstance(parts[index + 1], int):
                tables.append(part)
                number = int(parts[index + 1])
                found = _nth(lines, at, rf"^\s*\[\[\s*{re.escape('.'.join(tables))}\s*\]\]", number)
                if found is None:
                    break
                at, index = found, index + 2
                continue
            break
        for key in (part for part in parts[index:] if isinstance(part, str)):
            found = _nth(lines, at, rf"^\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*(=|\])|[{{,]\s*[\"']?{re.escape(key)}[\"']?\s*=", 0)
            if found is None:
                break
            at = found
        return at + 1

    def _say(self, item: dict[str, Any], model: type[BaseModel]) -> str:
        location = item["loc"]
        key = next(
            (part for part in reversed(location) if isinstance(part, str) and not part.startswith(("list[", "str", "function-"))), ""
        )
        kind, message = item["type"], str(item["msg"]).removeprefix("Value error, ")
        if kind == "extra_forbidden":
            known = _known_keys(model)
            near = [name for name in sorted(known) if name.startswith(key)] or difflib.get_close_matches(key, known, n=1)
            return f"unknown key '{key}'." + (f" Did you mean '{near[0]}'?" if near else " The keys are listed in docs/writing-a-watch.md.")
        if kind == "missing":
            return f"the key '{key}' is missing."
        return f"'{key}': {message[:1].lower()}{message[1:]}." if key else f"{message}."


def read_span(text: str) -> dt.timedelta:
    """ "1 day", "2 weeks", "36 hours", "1 month" (30 days) as a span of time.

    Raises:
        ValueError: It is none of these.
    """
    match = re.fullmatch(r"\s*(\d+)\s*(hour|day|week|month)s?\s*", text)
    if not match:
        raise ValueError(f'{text!r} is no span of time; write it like "1 day", "2 weeks" or "36 hours"')
    return int(match[1]) * _SPANS[match[2]]


def _nth(lines: list[str], start: int, pattern: str, number: int) -> int | None:
    for at in range(start, len(lines)):
        if re.search(pattern, lines[at]):
            if number == 0:
                return at
            number -= 1
    return None


def _known_keys(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        keys.add(field.alias or name)
        for inner in re.findall(r"[\w.]+", repr(field.annotation)):
            kind = _MODELS.get(inner.split(".")[-1])
            if kind is not None and kind not in seen:
                keys |= _known_keys(kind, seen | {kind})
    return keys


_MODELS: dict[str, type[BaseModel]] = {}


def known_model(kind: type[Model]) -> type[Model]:
    """Class decorator: lets spelling suggestions look into nested tables."""
    _MODELS[kind.__name__] = kind
    return kind
