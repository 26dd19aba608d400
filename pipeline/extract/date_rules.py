"""A rule of the grammar of dates: a pattern, and what makes an interval of its match."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.extract.narrative import Context
from pipeline.model import Interval


@dataclass(frozen=True, slots=True)
class Rule:
    """`resolve` gives None where the match is no date after all. `kind` is date, time (a part of a day) or set ("every Monday")."""

    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], Context], Interval | None]
    kind: str = "date"


def expression(source: str) -> re.Pattern[str]:
    """A pattern for whole words, whatever their case."""
    return re.compile(rf"(?i)(?<![\w-]){source}(?![\w]|-\w)")
