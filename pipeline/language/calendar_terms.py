"""The shipped words of time (config/language/en/dates.toml): vague terms, holidays and time zones."""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

REFERENCES = ("present", "past", "future")


@dataclass(frozen=True, slots=True, kw_only=True)
class VagueTerm:
    """A word that names no day: present, past or future, and the days from publication that it covers, both included."""

    reference: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A feast day: `day` of `month`, or the `nth` `weekday` (0 = Monday) of `month`."""

    month: int
    day: int = 0
    weekday: int = 0
    nth: int = 0

    def of(self, year: int) -> dt.date:
        """The feast day of a year."""
        if self.day:
            return dt.date(year, self.month, self.day)
        first = dt.date(year, self.month, 1)
        return first + dt.timedelta((self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTerms:
    """Phrases in lower case to what they mean; `adjectives` count only before the noun that they place."""

    vague: Mapping[str, VagueTerm] = field(default_factory=dict)
    adjectives: Mapping[str, VagueTerm] = field(default_factory=dict)
    holidays: Mapping[str, Holiday] = field(default_factory=dict)
    zones: Mapping[str, dt.timezone] = field(default_factory=dict)


@cache
def load_calendar_terms(path: Path) -> CalendarTerms:
    """Read the table.

    Raises:
        ConfigError: The file is missing or no TOML, a key is missing, or a reference or an offset is none.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return CalendarTerms(
            vague=_vague(raw.get("vague", ())),
            adjectives=_vague(raw.get("adjective", ())),
            holidays={phrase.lower(): _holiday(entry) for entry in raw.get("holiday", ()) for phrase in entry["phrases"]},
            zones={name.lower(): _zone(entry["offset"]) for entry in raw.get("zone", ()) for name in entry["names"]},
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise ConfigError(
            f"the words of time cannot be read: {error}", where=str(path), remedy="Compare it with the shipped dates.toml."
        ) from error


def _vague(entries: Iterable[Mapping[str, Any]]) -> dict[str, VagueTerm]:
    terms: dict[str, VagueTerm] = {}
    for entry in entries:
        if entry["reference"] not in REFERENCES:
            raise ValueError(f"the reference {entry['reference']!r} is none of {', '.join(REFERENCES)}")
        term = VagueTerm(reference=entry["reference"], first=int(entry["from"]), last=int(entry["to"]))
        terms.update((phrase.lower(), term) for phrase in entry["phrases"])
    return terms


def _holiday(entry: Mapping[str, Any]) -> Holiday:
    holiday = Holiday(month=entry["month"], day=entry.get("day", 0), weekday=entry.get("weekday", 1) - 1, nth=entry.get("nth", 0))
    holiday.of(2000)  # an impossible day is an error of the file, not of the text that names it
    return holiday


def _zone(offset: str) -> dt.timezone:
    parsed = dt.datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo
    if parsed is None:
        raise ValueError(f"{offset!r} is no offset from UTC")
    return dt.timezone(parsed.utcoffset(None) or dt.timedelta(0))
