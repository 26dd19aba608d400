"""Frozen domain values <-> JSON, by pydantic. Instants keep the offset they came with."""

import json
from typing import Any, TypeVar

import pydantic_core
from pydantic import TypeAdapter

from pipeline.model import Article, Change, Entry, QuestionState, StoredClaim
from pipeline.statements import Reading

Value = TypeVar("Value")
_KINDS = (Article, Change, Entry, QuestionState, Reading, StoredClaim)
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in _KINDS}


def to_json(value: object) -> Any:
    """The value as JSON-ready lists, dicts and scalars."""
    return _ADAPTERS[type(value)].dump_python(value, mode="json")


def from_json(kind: type[Value], data: Any) -> Value:
    """The value of that kind that `to_json` made `data` from."""
    found: Value = _ADAPTERS[kind].validate_python(data)
    return found


def from_stored_text(kind: type[Value], text: str) -> Value:
    """The same from the text of the JSON, in half the time."""
    try:
        found: Value = _ADAPTERS[kind].validate_json(text)
    except pydantic_core.ValidationError:
        # Halves of a character pair, see `to_text`.
        return from_json(kind, json.loads(text))
    return found


def to_text(data: Any) -> str:
    """JSON as text that every database takes: letters stay letters, and infinity is a string (JSON has no word for it)."""
    try:
        return pydantic_core.to_json(data, inf_nan_mode="strings").decode()
    except pydantic_core.PydanticSerializationError:
        # Halves of a character pair, as broken pages have them, can only be written as escapes.
        return json.dumps(data)
