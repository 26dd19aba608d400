"""Arbitrary values of the domain types, field by field from their type hints, so that a new field is covered at once."""

import dataclasses
import datetime as dt
import enum
import types
import typing
from typing import Any

from hypothesis import strategies as st

# Whatever a broken page may hold: NUL, halves of character pairs, direction marks, emoji.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
INSTANTS = st.datetimes(timezones=OFFSETS)
UTC_INSTANTS = st.datetimes(timezones=st.just(dt.UTC))
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 2**31 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    dt.datetime: INSTANTS,
    types.NoneType: st.none(),
}


def values_of(kind: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a domain type; `given` overrides fields."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return st.builds(kind, **{name: given[name] if name in given else _values(hints[name]) for name in names})


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if typing.get_origin(hint) is tuple:
        return st.lists(_values(typing.get_args(hint)[0]), max_size=2).map(tuple)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return st.one_of(*map(_values, typing.get_args(hint)))
    if issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    return values_of(hint)


def exact(value: Any) -> Any:
    """The value with its instants spelled out: two instants are equal to Python though their zones differ, not to us."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (type(value), *(exact(getattr(value, field.name)) for field in dataclasses.fields(value)))
    return tuple(map(exact, value)) if isinstance(value, tuple) else value
