"""A watch's history -> an inline SVG: a lane per question, states as bars, dates promised and met, a mark per change."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipeline.model import Certainty, Change, ChangeKind, QuestionState, StateStatus
from pipeline.report.change_report import ChangeItem, QuestionReport, WatchReport
from pipeline.watches import QuestionKind

WIDTH, LANE, LEFT, TOP, RIGHT = 1120, 46, 230, 34, 24
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class _Axis:
    """Maps instants to pixels."""

    first: dt.datetime
    last: dt.datetime

    def x(self, moment: dt.datetime) -> float:
        span = max((self.last - self.first).total_seconds(), _DAY)
        share = (moment - self.first).total_seconds() / span
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def render_timeline(watch: WatchReport) -> str:
    """One self-contained `<svg>` element; "" if nothing has happened. Hovering a mark shows its sentence."""
    items = [item for day in watch.days for item in day.items] + list(watch.news)
    lanes = [question for question in watch.questions if question.history]
    if not items or not lanes:
        return ""
    moments = [item.change.detected_at for item in items] + [state.as_of for lane in lanes for state in lane.history]
    axis = _Axis(first=min(moments) - dt.timedelta(hours=12), last=max(moments) + dt.timedelta(days=1))
    height = TOP + LANE * len(lanes) + 12
    parts = [
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="Timeline of {escape(watch.watch.title, quote=True)}: {len(lanes)} questions, {len(items)} changes; the same is listed below.">'
    ]
    parts += _grid(axis, height)
    for number, lane in enumerate(lanes):
        parts += _lane(lane, TOP + number * LANE, axis, [item for item in items if item.change.question == lane.question.id])
    parts.append("</svg>")
    return "".join(parts)


def _grid(axis: _Axis, height: int) -> list[str]:
    days = (axis.last - axis.first).days + 1
    step = next((step for step in (1, 2, 7, 14, 30, 60, 91, 182, 365, 730) if days / step <= 12), 1825)
    day = axis.first.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    parts = []
    while day <= axis.last:
        x = axis.x(day)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 8}"/>'
            f'<text class="tick" x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">{day.day} {day:%b}</text>'
        )
        day += dt.timedelta(days=step)
    return parts


def _lane(lane: QuestionReport, y: int, axis: _Axis, items: Sequence[ChangeItem]) -> list[str]:
    middle = y + LANE / 2
    label = lane.asks if len(lane.asks) <= 34 else lane.asks[:33].rsplit(" ", 1)[0] + "…"
    parts = [
        f'<line class="base" x1="{LEFT}" y1="{y + LANE - 3}" x2="{WIDTH - RIGHT}" y2="{y + LANE - 3}"/>',
        f'<text class="label" x="{LEFT - 12}" y="{middle + 4:.0f}" text-anchor="end">{escape(label)}<title>{escape(lane.asks)}</title></text>',
    ]
    parts += _bars(lane, y, axis)
    if lane.question.kind is QuestionKind.DATE:
        parts += _promises(lane, y, axis, items)
    last_x = -100.0
    for item in sorted(items, key=lambda item: item.change.detected_at):
        # Marks that would lie on each other are moved aside a little.
        x = max(axis.x(item.change.detected_at), last_x + 11)
        last_x = x
        parts.append(_mark(item, x, middle + 9))
    return parts


def _bars(lane: QuestionReport, y: int, axis: _Axis) -> list[str]:
    """A bar per state with its answer written in it, as far as there is room."""
    parts = []
    for state, following in zip(lane.history, [*lane.history[1:], None], strict=True):
        start, end = axis.x(state.as_of), axis.x(following.as_of) if following else axis.x(axis.last)
        if end - start < 0.5:
            continue
        text = _state_text(state)
        room = int((end - start - 6) / 6.2)
        shown = text if len(text) <= room else text[: room - 1] + "…" if room > 5 else ""
        parts.append(
            f"<g><title>{escape(f'{state.status}: {text} (from {state.as_of:%d %b %Y %H:%M} UTC)')}</title>"
            f'<rect class="bar {state.status.value}" x="{start:.1f}" y="{y + 4}" width="{max(end - start - 1, 1):.1f}" height="18" rx="3"/>'
            f'<text class="in" x="{start + 5:.1f}" y="{y + 17}">{escape(shown)}</text></g>'
        )
    return parts


def _state_text(state: QuestionState) -> str:
    texts = list(dict.fromkeys(answer.answer.text for answer in state.answers))
    joined = " / ".join(texts[-3:]) if state.status is StateStatus.DISPUTED else ", ".join(texts[-3:])
    return joined or "no answer"


def _promises(lane: QuestionReport, y: int, axis: _Axis, items: Sequence[ChangeItem]) -> list[str]:
    """Dates promised as open ranges, met ones filled, overdue ones crossed."""
    overdue = {(item.change.evidence.url, item.change.evidence.start) for item in items if item.change.kind is ChangeKind.OVERDUE}
    parts, drawn = [], set()
    for state in lane.history:
        for answer in state.answers:
            when = answer.answer.when
            if (
                when is None
                or when.start is None
                or when.end is None
                or answer.answer.value in drawn
                or when.start > axis.last
                or when.end < axis.first
            ):
                continue
            drawn.add(answer.answer.value)
            late = (answer.evidence.url, answer.evidence.start) in overdue
            kind = "late" if late else "met" if answer.certainty is Certainty.FACT else "promised"
            start, end = axis.x(when.start), max(axis.x(when.end), axis.x(when.start) + 4)
            parts.append(
                f"<g><title>{escape(f'{kind}: {answer.answer.text} ({answer.evidence.speaker})')}</title>"
                f'<rect class="due {kind}" x="{start:.1f}" y="{y + 25}" width="{end - start:.1f}" height="12" rx="2"/></g>'
            )
    return parts


def _mark(item: ChangeItem, x: float, y: float) -> str:
    change: Change = item.change
    title = f"{item.word}: {item.old} → {item.new}\n“{change.evidence.sentence}”\n{change.evidence.speaker}, {change.evidence.publisher}, {change.detected_at:%d %b %Y}"
    small = "3.5" if change.kind is ChangeKind.NEW else "6"
    return (
        f'<a href="#c-{change.id[:12]}"><g class="mark k-{change.kind.value}"><title>{escape(title)}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{small}"/></g></a>'
    )
