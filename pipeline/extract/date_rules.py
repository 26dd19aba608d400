"""A rule of the grammar of dates: a pattern, and what makes an interval of its match."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.extract.narrative import Context
from pipeline.model import Interval

# Some of these letters are in the name of every month, written out or cut.
MONTH_STEMS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Rule:
    """`resolve` gives None where the match is no date after all. `kind` is date, time (a part of a day) or set ("every Monday").

    `needs` are lower-case letters of which every match has some: a text without them is not searched. Empty: always searched.
    """

    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], Context], Interval | None]
    kind: str = "date"
    needs: tuple[str, ...] = ()


def expression(source: str) -> re.Pattern[str]:
    """A pattern for whole words, whatever their case."""
    return re.compile(rf"(?i)(?<![\w-]){source}(?![\w]|-\w)")
