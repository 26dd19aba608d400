"""Strings from the web -> strings that are safe to show: no control characters, no text-direction tricks, no lone surrogates."""

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

Value = TypeVar("Value")
# Terminals obey control characters, readers are misled by bidirectional overrides, and lone surrogates cannot be written.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\t\n\r]+"
)


def printable(value: Value) -> Value:
    """The same value with every string in it made safe to show, through dataclasses and tuples.

    A value in which nothing has to be cleaned comes back as the same object. Runs of tabs and line ends become one space.
    """
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _HARMFUL.sub(_harmless, value) if _HARMFUL.search(value) else value  # type: ignore[return-value]
    if isinstance(value, tuple):
        cleaned = tuple(printable(item) for item in value)
        return value if all(old is new for old, new in zip(value, cleaned, strict=True)) else cleaned  # type: ignore[return-value]
    changed = {}
    kind: Any = type(value)
    for name in _field_names(kind):
        old = getattr(value, name)
        new = printable(old)
        if new is not old:
            changed[name] = new
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; of anything else none, so that it stays as it is."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _harmless(found: re.Match[str]) -> str:
    character = found.group()[0]
    if character in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    return "\ufffd" if "\ud800" <= character <= "\udfff" or character == "\x1b" else ""
