"""Clock times: "8:30 a.m. EDT", "0600 GMT", "noon"; joined to the date beside them, or of the day that the tense tells."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

_CLOCK = re.compile(
    r"(?i)(?<![\w.:])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?m\b\.?)"
    r"|(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?!\s*(?:to|-|–)?\s*\d)"
    r"|(?P<hour4>[01]\d|2[0-3])(?P<minute4>[0-5]\d)(?=\s*(?:GMT|UTC|hours|hrs)\b)"
    r"|(?P<bare>\d{1,2})(?:\s+o'clock)?\s+in\s+the\s+(?P<daypart>morning|afternoon|evening)"
    r"|(?P<word>noon|midday|midnight))"
)
_LOCAL = re.compile(r"\s*(?:local time|[A-Z][a-z]+ time)")


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time in a paragraph: offsets, zone words included, the time, its zone (None: that of the article), 12 if it may be p.m."""

    start: int
    end: int
    time: dt.time
    zone: dt.timezone | None
    hours: int = 24

    def in_part(self, words: str) -> "Clock":
        """ "10:40 this evening" is after noon: the part of the day that `words` (in lower case) name decides."""
        late = self.time.hour < 12 and re.search(r"\b(?:evening|afternoon|tonight|night)\b", words) and self.hours == 12
        return replace(self, time=self.time.replace(hour=self.time.hour + 12)) if late else self

    def on(self, day: dt.date, anchor: dt.datetime) -> dt.datetime:
        """This time on a day, in the anchor's zone."""
        return dt.datetime.combine(day, self.time, tzinfo=self.zone or anchor.tzinfo).astimezone(anchor.tzinfo)


def find_clocks(text: str, zones: Mapping[str, dt.timezone]) -> Iterator[Clock]:
    """The clock times of a paragraph.

    Args:
        text: The paragraph.
        zones: Names of time zones in lower case.
    """
    for match in _CLOCK.finditer(text):
        time = _time(match)
        if time is None:
            continue
        end, zone = match.end(), None
        named = re.match(r"\s*([A-Z]{1,4})\b", text[end : end + 8])
        if named and named[1].lower() in zones:
            end, zone = end + named.end(), zones[named[1].lower()]
        elif local := _LOCAL.match(text, end):
            end = local.end()
        hours = 12 if match["hour24"] and not match["hour24"].startswith("0") else 24
        yield Clock(start=match.start(), end=end, time=time, zone=zone, hours=hours)


def _time(match: re.Match[str]) -> dt.time | None:
    if match["word"]:
        return dt.time(0 if match["word"].lower() == "midnight" else 12)
    if match["hour24"] or match["hour4"]:
        return dt.time(int(match["hour24"] or match["hour4"]), int(match["minute24"] or match["minute4"]))
    hour = int(match["hour"] or match["bare"])
    if not 1 <= hour <= 12:
        return None
    late = match["half"].lower().startswith("p") if match["half"] else match["daypart"].lower() != "morning"
    return dt.time(hour % 12 + 12 * late, int(match["minute"] or 0))
