"""ChangeReport -> Markdown. All text from the web is escaped; links only http and https; no images."""

import re
from collections.abc import Sequence

from pipeline.model import ChangeKind
from pipeline.report.change_report import ChangeReport, QuestionReport, WatchReport, joined, older_words
from pipeline.report.items import ChangeItem, voice_words
from pipeline.report.when import day_words, moment_words
from pipeline.report.wording import Piece

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$@^=-])")
# Renderers with the autolink extension would make links of bare addresses.
_ADDRESS = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)|(?<=mailto)(:)|(?<=xmpp)(:)")


def render_markdown(report: ChangeReport) -> str:
    """The report as Markdown (CommonMark with tables and struck-out text)."""
    lines = ["# What changed", ""]
    if report.notice:
        lines += [f"> **{escaped(report.notice)}**", ""]
    span = f", {day_words(report.first)} to {day_words(report.last)}" if report.first and report.last else ""
    read = f" in {report.claims} claims from {report.articles} articles" if report.claims else ""
    lines += [f"**{report.changes} change{'' if report.changes == 1 else 's'}**{read}{span}. Made {moment_words(report.now)}.", ""]
    if report.top:
        lines += [
            "## Read first",
            "",
            "| | question | before → now | why | who | seen |",
            "|---|---|---|---|---|---|",
            *map(_row, report.top),
            "",
        ]
    if report.problems:
        lines += ["## Could not be read", ""]
        lines += [
            f"- **{escaped(problem.where)}** {escaped(problem.what)}. {escaped(problem.remedy)}".rstrip() for problem in report.problems
        ] + [""]
    for watch in report.watches:
        lines += _watch(watch)
    lines += ["---", "", "A change is a hint to look, not a finding: read both sentences. Times are UTC."]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text with every character that means something in Markdown escaped, on one line."""
    safe = _ADDRESS.sub(lambda found: f"\\{found.group()}", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
    # At the start of a line a number with a dot begins a list.
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", safe)


def _row(item: ChangeItem) -> str:
    return (
        f"| {escaped(item.sign)} {item.word} | {escaped(item.asks)} | {_values(item)} | {escaped('; '.join(item.why))} "
        f"| {escaped(voice_words(item.change.evidence))} | {day_words(item.change.detected_at)} |"
    )


def _watch(watch: WatchReport) -> list[str]:
    lines = [f"## {escaped(watch.watch.title)}", ""]
    if watch.answered:
        lines += [
            "### How it stands now",
            "",
            "| question | stands | answer, and who says so | since |",
            "|---|---|---|---|",
            *map(_state, watch.answered),
            "",
        ]
    if watch.silent:
        lines += [f"No answer yet: {'; '.join(escaped(question.asks) for question in watch.silent)}", ""]
    for day in watch.days:
        lines += [f"### {day_words(day.day)}", ""]
        for item in day.items:
            lines += _item(item)
    if watch.older:
        lines += [escaped(older_words(watch.older)), ""]
    if watch.news:
        lines += ["### First answers", ""]
        lines += [
            f"- {escaped(item.asks)} **{escaped(item.new)}** {escaped(item.new_note)} ({escaped(voice_words(item.change.evidence))}, "
            f"{day_words(item.change.evidence.said_at)}{_link(item.link)})"
            for item in watch.news
        ] + [""]
    return lines


def _state(question: QuestionReport) -> str:
    answers = " / ".join(
        f"**{escaped(held.text)}** {escaped(held.note)} ({held.certainty}; {escaped(joined(held.speakers))})" for held in question.holds[:4]
    )
    return f"| {escaped(question.asks)} | {question.word} | {answers or 'no answer'} | {day_words(question.holds[0].since) if question.holds else ''} |"


def _item(item: ChangeItem) -> list[str]:
    change = item.change
    lines = [f"**{escaped(item.sign)} {item.word}** · {escaped(item.asks)} · {_values(item)}", ""]
    if change.prior:
        lines.append(
            f"- before: {_sentence(item.before)} ({escaped(voice_words(change.prior))}, {day_words(change.prior.said_at)}{_link(item.prior_link)})"
        )
    name = (
        "promise"
        if change.kind is ChangeKind.OVERDUE
        else "gone"
        if change.kind is ChangeKind.WITHDRAWN and change.prior is None
        else "now"
    )
    lines.append(
        f"- {name}: {_sentence(item.after)} ({escaped(voice_words(change.evidence))}, {day_words(change.evidence.said_at)}{_link(item.link)})"
    )
    about = f"; about {escaped(item.about)}" if item.about else ""
    return [*lines, f"- why: {escaped('; '.join(item.why))}{about}", ""]


def _values(item: ChangeItem) -> str:
    old, new = (
        f"{escaped(words)}{f' ({escaped(note)})' if note else ''}" for words, note in ((item.old, item.old_note), (item.new, item.new_note))
    )
    return f"{old} {'≠' if item.change.kind is ChangeKind.DISPUTED else '→'} **{new}**" if item.old else f"**{new}**"


def _sentence(pieces: Sequence[Piece]) -> str:
    """The sentence with what went struck out and what came in bold, where Markdown can be sure to see the marks as such."""
    parts = []
    for place, piece in enumerate(pieces):
        mark = {"old": "~~", "new": "**"}.get(piece.kind, "")
        inner = piece.text.strip()
        free = (
            (place == 0 or pieces[place - 1].text[-1:].isspace() or piece.text[:1].isspace())
            and inner[:1].isalnum()
            and inner[-1:].isalnum()
        )
        if not mark or not free:
            parts.append(_kept(piece.text))
            continue
        lead, trail = piece.text[: len(piece.text) - len(piece.text.lstrip())], piece.text[len(piece.text.rstrip()) :]
        parts.append(f"{_kept(lead)}{mark}{escaped(inner)}{mark}{_kept(trail)}")
    return "".join(parts).strip()


def _kept(text: str) -> str:
    """Escaped, with a blank where the piece begins or ends with one."""
    if not text.strip():
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{escaped(text)}{' ' if text[-1].isspace() else ''}"


def _link(link: str) -> str:
    # Brackets and blanks would end the address early.
    bare = re.sub(r"[<>\s\\`]", "", link)
    return f", [source](<{bare}>)" if bare else ""
