"""Instants -> pixels, and labels that never lie on each other. The geometry of the timelines, without any drawing."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# Pixels a character needs at the timeline's type size, taken wide, so that a label never runs into the next one.
CHARACTER = 6.3
_DAY = 86_400.0
_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 365, 730, 1825, 3650, 18250)
_TICK_ROOM = 78.0


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps instants to pixels between 0 and `width`; what lies outside is moved to the rim."""

    first: dt.datetime
    last: dt.datetime
    width: float
    rim: float = 8.0

    def x(self, moment: dt.datetime) -> float:
        """Where an instant stands."""
        span = max((self.last - self.first).total_seconds(), _DAY)
        share = (moment - self.first).total_seconds() / span
        return self.rim + min(max(share, 0.0), 1.0) * (self.width - 2 * self.rim)

    def ticks(self) -> list[tuple[float, str]]:
        """Days to write on the axis with their place: far enough apart to be read."""
        days = max((self.last - self.first).total_seconds() / _DAY, 1.0)
        step = next((step for step in _STEPS if step / days * self.width >= _TICK_ROOM), _STEPS[-1])
        day = self.first.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        found: list[tuple[float, str]] = []
        year = 0
        for _ in range(200):
            if day > self.last:
                break
            place = self.x(day)
            if day >= self.first and place < self.width - _TICK_ROOM / 2:
                written = f"{day.day} {day:%b}" if step < 360 else f"{day:%b %Y}"
                found.append((place, written if day.year == year or step >= 360 else f"{written} {day.year}"))
                year = day.year
            try:
                day += dt.timedelta(days=step)
            except OverflowError:
                break
        return found


def axis_for(moments: Sequence[dt.datetime], targets: Iterable[dt.datetime], width: float) -> Axis:
    """An axis over everything that happened, and over promised dates as far as they leave room for what happened."""
    first, last = min(moments), max(moments)
    span = max(last - first, dt.timedelta(days=2))
    near = [target for target in targets if first - span * 0.15 <= target <= last + span * 0.4]
    start = min([first, *near]).astimezone(dt.UTC)
    return Axis(start.replace(hour=0, minute=0, second=0, microsecond=0), max([last, *near]) + span * 0.03, width)


def text_width(text: str) -> float:
    """Pixels that a label needs at most."""
    return sum(CHARACTER if ord(character) < 0x1100 else 2 * CHARACTER for character in text) + 4


@dataclass(slots=True)
class Rows:
    """Rows that labels and bars are put into, each as high up as it fits."""

    most: int
    gap: float = 8.0
    ends: list[float] = field(default_factory=list)

    def place(self, start: float, end: float) -> int | None:
        """The row for something from `start` to `end`, None if all are taken there. Call in order of `start`."""
        for row, taken in enumerate(self.ends):
            if start >= taken + self.gap:
                self.ends[row] = end
                return row
        if len(self.ends) < self.most:
            self.ends.append(end)
            return len(self.ends) - 1
        return None


def spread(places: Sequence[float], room: float, limit: float) -> list[float]:
    """Sorted places moved apart to `room` pixels, kept under `limit`; less room where there are too many."""
    room = min(room, limit / max(len(places), 1))
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + room) if moved else place)
    ceiling = limit
    for index in range(len(moved) - 1, -1, -1):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - room
    return moved


def wrapped(text: str, letters: int, lines: int) -> list[str]:
    """A label in at most `lines` lines of `letters` characters, cut with an ellipsis."""
    found: list[str] = [""]
    for word in text.split():
        piece = word if len(word) <= letters else word[: letters - 1] + "…"
        if len(found[-1]) + len(piece) + 1 <= letters:
            found[-1] = f"{found[-1]} {piece}".strip()
        else:
            found.append(piece)
    if len(found) > lines:
        found = found[:lines]
        found[-1] = found[-1][: letters - 1].rstrip() + "…"
    return found
