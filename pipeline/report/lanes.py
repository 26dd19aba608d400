"""One question's history -> the drawing of its lane. Every lane has labels that do not overlap, its bars, and a mark per change."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipeline.model import Certainty, ChangeKind, Interval, StateStatus
from pipeline.report.change_report import QuestionReport
from pipeline.report.items import ChangeItem, voice_words
from pipeline.report.scale import Axis, Rows, spread, text_width
from pipeline.report.signs import ICONS
from pipeline.report.spells import Phase, Spell, main_unit, phases_of, size_of, spells_of
from pipeline.report.when import answer_words, day_words, interval_words, moment_words
from pipeline.watches import QuestionKind

LABEL_ROW, MARKS, PADDING, BAND, PLOT = 15, 20, 9, 11, 34
_LABEL_ROWS, _PROMISE_ROWS, _LETTERS = 4, 9, 34
_SHADES, _SWATCH = 6, 10


@dataclass(frozen=True, slots=True)
class Drawing:
    """A lane from its own top: SVG elements and the height they take."""

    parts: tuple[str, ...]
    height: float


@dataclass(frozen=True, slots=True)
class _Promise:
    """Where a promised date is drawn: pixels on the axis, its fate, its label, and the room that it takes in all."""

    said: float
    start: float
    end: float
    late: float
    fate: str
    text: str
    label: float
    anchor: str
    left: float
    right: float


def draw_lane(lane: QuestionReport, items: Sequence[ChangeItem], axis: Axis) -> Drawing:
    """The lane of a question: promised dates as ranges, numbers as steps, everything else as a band of states."""
    dated = lane.question.kind is QuestionKind.DATE and any(answer.answer.when for state in lane.history for answer in state.answers)
    body = _promises(lane, axis) if dated else _band(lane, axis)
    if lane.question.kind in (QuestionKind.QUANTITY, QuestionKind.DURATION):
        body = _steps(lane, axis)
    marks = _marks(items, axis, PADDING + body.height)
    height = body.height + 2 * PADDING + (MARKS if items else 0)
    return Drawing((f'<g transform="translate(0 {PADDING})">', *body.parts, "</g>", *marks), height)


def _band(lane: QuestionReport, axis: Axis) -> Drawing:
    phases = phases_of(lane.history)
    shades = _shades(phases)
    plain = lane.question.kind is QuestionKind.STATEMENT
    keys = ["open" if plain or phase.status is StateStatus.UNKNOWN else shades[phase.values] for phase in phases]
    wanted = [
        (axis.x(phase.since), _phase_text(phase), phase.status.value, "" if key == "open" else key)
        for phase, key in zip(phases, keys, strict=True)
    ]
    # Whole sentences say little when cut: one row of them is enough.
    labels, rows = _labels(wanted, axis, most=1 if plain else _LABEL_ROWS)
    top = rows * LABEL_ROW
    parts = list(labels)
    for phase, shade in zip(phases, keys, strict=True):
        start, end = axis.x(phase.since), axis.x(phase.until or axis.last)
        parts.append(f"<g><title>{escape(_phase_title(phase))}</title>{_bar(start, end, top, phase.status, shade)}</g>")
    return Drawing(tuple(parts), top + BAND)


def _bar(start: float, end: float, top: float, status: StateStatus, shade: str) -> str:
    width = max(end - start - 1.5, 2.0)
    if status is StateStatus.DISPUTED:
        half = (BAND - 1) / 2
        return (
            f'<rect class="seg side-a" x="{start:.1f}" y="{top:.1f}" width="{width:.1f}" height="{half}"/>'
            f'<rect class="seg side-b" x="{start:.1f}" y="{top + half + 1:.1f}" width="{width:.1f}" height="{half}"/>'
        )
    kind = "late" if status is StateStatus.OVERDUE else shade
    return f'<rect class="seg {kind}" x="{start:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BAND}" rx="2"/>'


def _steps(lane: QuestionReport, axis: Axis) -> Drawing:
    """Numbers of the commonest unit as steps on one scale; the others only by their label."""
    spells = [spell for spell in spells_of(lane.history) if spell.answer.value is not None]
    unit = main_unit(spells)
    drawn = [(spell, size) for spell in spells if (size := size_of(spell.answer)) is not None and (spell.answer.unit or "") == unit]
    if not drawn:
        return _band(lane, axis)
    labels, rows = _labels([(axis.x(spell.since), spell.answer.text, spell.status.value, "") for spell in spells], axis)
    top = rows * LABEL_ROW + 3
    low, high = min(size for _, size in drawn), max(size for _, size in drawn)

    def y(size: float) -> float:
        return top + PLOT / 2 if high == low else top + PLOT - 3 - (size - low) / (high - low) * (PLOT - 6)

    parts = [*labels, f'<line class="floor" x1="0" y1="{top + PLOT:.1f}" x2="{axis.width:.1f}" y2="{top + PLOT:.1f}"/>']
    previous: tuple[Spell, float] | None = None
    for spell, size in drawn:
        start, end = axis.x(spell.since), axis.x(spell.until or axis.last)
        rival = " rival" if spell.status is StateStatus.DISPUTED else ""
        if previous and previous[0].until == spell.since:
            parts.append(f'<line class="step" x1="{start:.1f}" y1="{y(previous[1]):.1f}" x2="{start:.1f}" y2="{y(size):.1f}"/>')
        parts.append(
            f"<g><title>{escape(_spell_title(spell))}</title>"
            f'<line class="step{rival}" x1="{start:.1f}" y1="{y(size):.1f}" x2="{max(end, start + 3):.1f}" y2="{y(size):.1f}"/>'
            f'<circle class="point{rival}" cx="{start:.1f}" cy="{y(size):.1f}" r="3"/></g>'
        )
        previous = spell, size
    return Drawing(tuple(parts), top + PLOT)


def _promises(lane: QuestionReport, axis: Axis) -> Drawing:
    """Each promised date on a row of its own where it needs one: said (ring), due (bar), and red from then on while overdue."""
    rows = Rows(_PROMISE_ROWS)
    parts: list[str] = []
    late_until = _overdue_until(lane, axis)
    spells = spells_of(lane.history)
    facts = [spell for spell in spells if spell.certainty is Certainty.FACT]
    for spell in spells:
        promise = _promise(spell, _fate(spell, facts), axis, late_until)
        row = rows.place(promise.left, promise.right)
        if row is not None:
            parts.append(_drawn(spell, promise, row * LABEL_ROW))
    return Drawing(tuple(parts), max(len(rows.ends), 1) * LABEL_ROW)


def _promise(spell: Spell, fate: str, axis: Axis, late_until: dt.datetime | None) -> _Promise:
    when, said = spell.answer.when, axis.x(spell.since)
    start = axis.x(when.start or when.end or spell.since) if when else said
    end = max(axis.x(when.end or when.start or spell.since), start + 5) if when else axis.x(spell.until or axis.last)
    late = end
    if fate == "late" and late_until is not None:
        late = max(end, axis.x(min(late_until, spell.until or late_until)))
    first, last = min(said, start), max(end, late, said)
    for text in _due_texts(spell, fate):
        width = text_width(text)
        if last + 6 + width <= axis.width:
            return _Promise(said, start, end, late, fate, text, last + 6, "start", first - 4, last + 6 + width)
        if first - 8 - width >= 0:
            return _Promise(said, start, end, late, fate, text, first - 8, "end", first - 8 - width, last + 6)
        if late - end > width + 8:
            return _Promise(said, start, end, late, f"{fate} inside", text, end + 6, "start", first - 4, last + 6)
    return _Promise(said, start, end, late, fate, "", last, "start", first - 4, last + 6)


def _drawn(spell: Spell, promise: _Promise, y: float) -> str:
    said, start, end, late, middle = promise.said, promise.start, promise.end, promise.late, y + 7.5
    dated = spell.answer.when is not None
    # From the day it was said to the day it is for; said within the range needs no line.
    ends = (said, start if dated else end) if said <= start else (end, max(said, end))
    parts = [
        f'<g class="due {promise.fate}"><title>{escape(_spell_title(spell, promise.fate.split()[0]))}</title>',
        f'<line class="lead" x1="{ends[0]:.1f}" y1="{middle}" x2="{ends[1]:.1f}" y2="{middle}"/>',
    ]
    if dated:
        parts.append(f'<rect class="range" x="{start:.1f}" y="{y + 3}" width="{end - start:.1f}" height="9" rx="2"/>')
    if late > end:
        parts.append(f'<rect class="over" x="{end:.1f}" y="{y + 3}" width="{late - end:.1f}" height="9"/>')
    parts.append(f'<circle class="said" cx="{said:.1f}" cy="{middle}" r="2.5"/>')
    if promise.text:
        parts.append(
            f'<text class="note" x="{promise.label:.1f}" y="{y + 11}" text-anchor="{promise.anchor}">{escape(promise.text)}</text>'
        )
    return "".join((*parts, "</g>"))


def _overdue_until(lane: QuestionReport, axis: Axis) -> dt.datetime | None:
    """Until when the question stayed overdue; None if it never was."""
    late = [number for number, state in enumerate(lane.history) if state.status is StateStatus.OVERDUE]
    if not late:
        return None
    return lane.history[late[-1] + 1].as_of if late[-1] + 1 < len(lane.history) else axis.last


def _fate(spell: Spell, facts: Sequence[Spell]) -> str:
    """What became of a promised date: late, met, dropped, was (told afterwards), stands, or none (no date at all)."""
    when = spell.answer.when
    if spell.status is StateStatus.OVERDUE and spell.certainty is not Certainty.FACT:
        return "late"
    if spell.certainty is Certainty.DENIED:
        return "dropped"
    if when is None:
        return "none"
    if spell.certainty is Certainty.FACT:
        return "was" if when.end is not None and when.end < spell.since else "met"
    if any(_within(fact.answer.when, when) and fact.since >= spell.since for fact in facts):
        return "met"
    return "dropped" if spell.until else "stands"


def _within(inner: Interval | None, outer: Interval) -> bool:
    """Whether a date lies in the promised span; open ends of the span do not count."""
    if inner is None or inner.start is None or inner.end is None or outer.start is None or outer.end is None:
        return False
    return outer.start <= inner.start and inner.end <= outer.end


def _due_texts(spell: Spell, fate: str) -> list[str]:
    """From the whole answer with its calendar date down to the bare fate."""
    given_up = "given up" if spell.certainty is Certainty.DENIED else "replaced"
    word = {"late": "overdue", "met": "met", "dropped": given_up}.get(fate, "")
    bare, note = answer_words(spell.answer)
    texts = [f"{bare}, {note}" if note else bare, bare, bare[:_LETTERS].rstrip() + "…"]
    short = [text for text in texts if len(text) <= _LETTERS + 14]
    return [f"{text}, {word}" if word else text for text in short] + [word]


def _labels(wanted: Sequence[tuple[float, str, str, str]], axis: Axis, most: int = _LABEL_ROWS) -> tuple[list[str], int]:
    """Labels above their place in as few rows as they need; one that finds no room is left to the title and the list.

    Each is wanted as place, text, the question's status, and the colour of its bar, which a small square before it repeats ("" for none).
    """
    rows = Rows(most)
    placed: list[tuple[int, float, str, str, str]] = []
    for x, text, status, key in wanted:
        shown = text if len(text) <= _LETTERS else text[: _LETTERS - 1].rstrip() + "…"
        width = text_width(shown) + (_SWATCH if key else 0)
        start = max(min(x, axis.width - width), 0.0)
        row = rows.place(start, start + width) if shown else None
        if row is not None:
            placed.append((row, start, shown, status, key))
    count = max(len(rows.ends), 1)
    parts = []
    for row, x, text, status, key in placed:
        # The first row lies next to the band, further ones above it.
        y = (count - row) * LABEL_ROW - 4
        shade = {"disputed": "side-a", "overdue": "late"}.get(status, key)
        square = key and f'<rect class="seg {shade}" x="{x:.1f}" y="{y - 7}" width="6" height="6" rx="1"/>'
        left = x + (_SWATCH if key else 0)
        parts.append(f'{square}<text class="note {status}" x="{left:.1f}" y="{y}">{escape(text)}</text>')
    return parts, count


def _marks(items: Sequence[ChangeItem], axis: Axis, top: float) -> list[str]:
    ordered = sorted(items, key=lambda item: item.change.detected_at)
    parts = []
    for item, x in zip(ordered, spread([axis.x(item.change.detected_at) - 6.5 for item in ordered], 15, axis.width - 14), strict=True):
        first = item.change.kind is ChangeKind.NEW
        icon = (
            '<circle class="dot" cx="8" cy="8" r="4"/>'
            if first
            else f'<circle class="disc" cx="8" cy="8" r="9"/><path d="{ICONS[item.change.kind]}"/>'
        )
        place = f"translate({max(x, 0):.1f} {top + 5:.1f}) scale(.82)"
        parts.append(f'<g class="mark t-{item.tone}" transform="{place}"><title>{escape(_mark_title(item))}</title>{icon}</g>')
    return parts


def _mark_title(item: ChangeItem) -> str:
    evidence = item.change.evidence
    became = f"{item.old} → {item.new}" if item.old else item.new
    return f"{day_words(item.change.detected_at)}, {item.word}: {became}\n“{evidence.sentence}”\n{voice_words(evidence)}"


def _phase_text(phase: Phase) -> str:
    if phase.status is StateStatus.DISPUTED:
        return " ≠ ".join(text if len(text) <= 15 else text[:14] + "…" for text in phase.texts[-2:])
    return phase.texts[-1] if phase.texts else ""


def _phase_title(phase: Phase) -> str:
    until = f" to {moment_words(phase.until)}" if phase.until else ", still so"
    return f"{phase.status.value}: {' / '.join(phase.texts) or 'no answer'}\nfrom {moment_words(phase.since)}{until}"


def _spell_title(spell: Spell, fate: str = "") -> str:
    when = f" ({interval_words(spell.answer.when)})" if spell.answer.when else ""
    told = {"late": ", overdue", "met": ", met", "dropped": ", given up or replaced"}.get(fate, "")
    return f"{spell.answer.text}{when}{told}\n{spell.certainty.value}, {spell.speaker}, from {moment_words(spell.since)}" + (
        f" to {moment_words(spell.until)}" if spell.until else ""
    )


def _shades(phases: Sequence[Phase]) -> dict[tuple[str, ...], str]:
    """A colour per answer, in order of appearance: the label beside it names it."""
    values = list(dict.fromkeys(phase.values for phase in phases if phase.status is not StateStatus.UNKNOWN))
    return {value: f"s{number % _SHADES}" for number, value in enumerate(values)}
