"""What a text has spoken of so far: the time that "that day", "a year earlier" and "the quarter" lean on."""

import datetime as dt
from dataclasses import dataclass

from pipeline.model import Interval

# Precisions that "that day" or "two weeks later" may lean on.
_FIRM = frozenset(("minute", "hour", "part", "day", "week", "weekend", "month", "quarter", "season", "year", "range"))


@dataclass(slots=True)
class Narrative:
    """The last time that an article has named, that of the paragraph at hand, and the last quarter; told as it is read."""

    last: Interval | None = None
    here: Interval | None = None
    quarter: Interval | None = None

    def open_paragraph(self) -> None:
        """A new paragraph: "a day earlier" no longer leans on what the one before has named."""
        self.here = None

    def note(self, when: Interval) -> None:
        """Remember a time that the text has just named."""
        if when.precision in _FIRM:
            self.last = self.here = when
        if when.precision == "quarter" and not self._is_comparison(when):
            self.quarter = when

    def _is_comparison(self, when: Interval) -> bool:
        """The same quarter of the year before: named beside the one that is spoken of, not instead of it."""
        told = self.quarter
        return bool(told and told.start and when.start and (when.start.year, when.start.month) == (told.start.year - 1, told.start.month))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a time expression is resolved by.

    Attributes:
        anchor: When the article was published, with the offset of its place.
        tense: Of the governing verb: past, present, future, pluperfect or "".
        before: The text before the expression, at most 24 characters, in lower case.
        narrative: What the text has named so far.
    """

    anchor: dt.datetime
    tense: str
    before: str
    narrative: Narrative

    @property
    def today(self) -> dt.date:
        """The day of publication at the article's place."""
        return self.anchor.date()

    @property
    def looks_back(self) -> bool:
        """True under a verb in the past or the pluperfect."""
        return self.tense in ("past", "pluperfect")
