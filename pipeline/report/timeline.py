"""A watch's history -> an inline picture: a time axis, a lane per question, a mark per change. `timeline_list` is the same in words.

The labels stand in a picture of their own, so that they stay in view while the lanes scroll sideways on a small screen.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipeline.report.change_report import QuestionReport, WatchReport
from pipeline.report.items import ChangeItem
from pipeline.report.lanes import Drawing, draw_lane
from pipeline.report.scale import Axis, axis_for, wrapped

LABELS, TOP, LINE = 150, 30, 14
# Widths of the lanes; the style sheet knows them by their class, because a style attribute would need a laxer policy.
WIDTHS = (1000, 1500, 2200)
_MARK_ROOM = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One step of the picture in words: a change, with its place on the page."""

    at: dt.datetime
    asks: str
    item: ChangeItem


def render_timeline(watch: WatchReport) -> str:
    """The timeline as markup: two `<svg>` elements in a `<div>`; "" if nothing has happened. Hovering shows the evidence.

    Nothing in it can be focused: `timeline_list` carries the links.
    """
    items = _items(watch)
    marked = {item.change.question for item in items}
    lanes = [
        lane for lane in watch.questions if lane.history and (lane.question.id in marked or any(state.answers for state in lane.history))
    ]
    if not items or not lanes:
        return ""
    size = _size(lanes, items)
    axis = _axis(lanes, items, WIDTHS[size])
    drawings = [draw_lane(lane, [item for item in items if item.change.question == lane.question.id], axis) for lane in lanes]
    names = [wrapped(lane.asks, 23, 3) for lane in lanes]
    heights = [max(drawing.height, len(name) * LINE + 12) for drawing, name in zip(drawings, names, strict=True)]
    height = TOP + sum(heights)
    label = f"Timeline of {watch.watch.title}: {len(lanes)} questions, {len(items)} changes. The list below says the same."
    return (
        f'<div class="tl w{size}">'
        f'<svg class="names" viewBox="0 0 {LABELS} {height:.0f}" width="{LABELS}" height="{height:.0f}" aria-hidden="true">{_names(names, heights)}</svg>'
        f'<svg class="lanes" viewBox="0 0 {WIDTHS[size]} {height:.0f}" width="{WIDTHS[size]}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{_grid(axis, height)}{_lanes(drawings, heights, WIDTHS[size])}</svg></div>'
    )


def timeline_list(watch: WatchReport) -> tuple[TimelineEntry, ...]:
    """What the picture shows, oldest first."""
    return tuple(
        TimelineEntry(at=item.change.detected_at, asks=item.asks, item=item)
        for item in sorted(_items(watch), key=lambda item: item.change.detected_at)
    )


def _items(watch: WatchReport) -> list[ChangeItem]:
    return [item for day in watch.days for item in day.items] + list(watch.news)


def _size(lanes: Sequence[QuestionReport], items: Sequence[ChangeItem]) -> int:
    """The narrowest width in which the marks of the fullest lane have room."""
    fullest = max(sum(item.change.question == lane.question.id for item in items) for lane in lanes)
    return next((number for number, width in enumerate(WIDTHS) if fullest * _MARK_ROOM * 2 <= width), len(WIDTHS) - 1)


def _axis(lanes: Sequence[QuestionReport], items: Sequence[ChangeItem], width: int) -> Axis:
    happened = [item.change.detected_at for item in items] + [state.as_of for lane in lanes for state in lane.history]
    whens = [answer.answer.when for lane in lanes for state in lane.history for answer in state.answers if answer.answer.when]
    targets = [end.astimezone(dt.UTC) for when in whens for end in (when.start, when.end) if end and 1 < end.year < 9999]
    return axis_for([moment.astimezone(dt.UTC) for moment in happened], targets, float(width))


def _grid(axis: Axis, height: float) -> str:
    return "".join(
        f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height:.0f}"/><text class="tick" x="{x:.1f}" y="{TOP - 12}">{escape(day)}</text>'
        for x, day in axis.ticks()
    )


def _lanes(drawings: Sequence[Drawing], heights: Sequence[float], width: int) -> str:
    parts, top = [], float(TOP)
    for drawing, height in zip(drawings, heights, strict=True):
        parts += [
            f'<line class="rule" x1="0" y1="{top:.1f}" x2="{width}" y2="{top:.1f}"/><g transform="translate(0 {top:.1f})">',
            *drawing.parts,
            "</g>",
        ]
        top += height
    return "".join(parts)


def _names(names: Sequence[Sequence[str]], heights: Sequence[float]) -> str:
    parts, top = [], float(TOP)
    for lines, height in zip(names, heights, strict=True):
        parts.append(f'<line class="rule" x1="0" y1="{top:.1f}" x2="{LABELS}" y2="{top:.1f}"/>')
        parts += [
            f'<text class="name" x="12" y="{top + 19 + number * LINE:.1f}">{escape(line)}</text>' for number, line in enumerate(lines)
        ]
        top += height
    return "".join(parts)
