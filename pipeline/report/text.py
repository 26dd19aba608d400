"""ChangeReport -> terminal text (rich): key figures, what to read first, how each question stands, the changes with both sentences."""

import io

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.model import ChangeKind, StateStatus
from pipeline.report.change_report import ChangeReport, QuestionReport, WatchReport, joined, older_words
from pipeline.report.items import ChangeItem, voice_words
from pipeline.report.when import day_words
from pipeline.report.wording import Piece

_STYLES = {StateStatus.SETTLED: "green", StateStatus.DISPUTED: "yellow", StateStatus.OVERDUE: "bold red", StateStatus.UNKNOWN: "dim"}
_TONES = {"late": "bold red", "opposed": "bold yellow", "back": "bold magenta", "state": "bold blue", "value": "bold cyan", "first": "dim"}
_MARKS = {"same": "", "old": "red strike", "new": "green underline"}
_WIDEST = 118


def render_text(report: ChangeReport, *, width: int = 100, colour: bool = False, details: bool = True) -> str:
    """The report as text.

    Args:
        report: What to show.
        width: Columns.
        colour: With terminal colour codes.
        details: With every change; else only the most important ones.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, 20),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    _print_head(console, report)
    if report.top:
        _print_summary(console, report)
    if report.top and not details:
        console.print("\nBOTH SENTENCES", style="bold")
        for item in report.top:
            _print_item(console, item)
    for watch in report.watches:
        if watch.answered or watch.days:
            console.print(f"\n{watch.watch.title.upper()}", style="bold")
        if watch.answered:
            _print_state(console, watch)
        if details:
            _print_days(console, watch)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print_head(console: Console, report: ChangeReport) -> None:
    if report.notice:
        console.print(Text(f"[ {report.notice} ]", style="bold yellow"))
    span = f", {day_words(report.first)} to {day_words(report.last)}" if report.first and report.last else ""
    read = f" in {report.claims} claims from {report.articles} articles" if report.claims else ""
    console.print(Text(f"{report.changes} change{'' if report.changes == 1 else 's'}{read}{span}", style="bold"))
    if report.counts:
        console.print(Text("   ".join(f"{number} {kind.value.replace('_', ' ')}" for kind, number in report.counts), style="dim"))
    for problem in report.problems:
        console.print(Text(f"! {problem.where}: {problem.what}. {problem.remedy}".rstrip(), style="red"))


def _print_summary(console: Console, report: ChangeReport) -> None:
    console.print("\nREAD FIRST", style="bold")
    table = _table(console, ("kind", 19, 0), ("question", 0, 4), ("before → now", 0, 6), ("who", 0, 4), ("seen", 11, 0))
    for item in report.top:
        table.add_row(
            Text(f"{item.sign} {item.word}", style=_TONES[item.tone]),
            Text(item.asks),
            _values(item),
            Text(item.change.evidence.speaker),
            Text(day_words(item.change.detected_at)),
        )
    console.print(table)


def _print_state(console: Console, watch: WatchReport) -> None:
    table = _table(console, ("question", 0, 3), ("stands", 10, 0), ("answer, and who says so", 0, 7), ("since", 11, 0))
    for question in watch.answered:
        status = question.state.status if question.state else StateStatus.UNKNOWN
        since = day_words(question.holds[0].since) if question.holds else ""
        table.add_row(Text(question.asks), Text(question.word, style=_STYLES[status]), _answers(question), Text(since))
    console.print(table)


def _answers(question: QuestionReport) -> Text:
    text = Text()
    for number, held in enumerate(question.holds[:4]):
        sure = "" if held.certainty in ("fact", "unknown") else f", {held.certainty}"
        note = f" ({held.note})" if held.note else ""
        words = held.text if len(held.text) <= 100 else held.text[:99] + "…"
        text.append("\n" if number else "").append(words, "bold").append(f"{note}{sure}").append(f" — {joined(held.speakers)}", "dim")
    return text


def _print_days(console: Console, watch: WatchReport) -> None:
    for day in watch.days:
        console.print(day_words(day.day), style="bold underline")
        for item in day.items:
            _print_item(console, item)
    if watch.older:
        console.print(Text(older_words(watch.older), style="dim"))


def _print_item(console: Console, item: ChangeItem) -> None:
    change = item.change
    console.print(Text.assemble((f"{item.sign} {item.word.upper()}", _TONES[item.tone]), f"  {item.asks}  ", _values(item)))
    if change.prior:
        _print_sentence(console, "- ", item.before, f"{voice_words(change.prior)}, {day_words(change.prior.said_at)}")
    sign = "? " if change.kind is ChangeKind.OVERDUE else "- " if change.new is None else "+ "
    _print_sentence(console, sign, item.after, f"{voice_words(change.evidence)}, {day_words(change.evidence.said_at)}")
    console.print(Padding(Text(f"why: {'; '.join(item.why)}", style="dim"), (0, 0, 1, 2)))


def _print_sentence(console: Console, sign: str, pieces: tuple[Piece, ...], voice: str) -> None:
    text = Text.assemble(
        (sign, "red" if sign == "- " else "green"), *((piece.text, _MARKS[piece.kind]) for piece in pieces), (f"  — {voice}", "dim")
    )
    console.print(Padding(text, (0, 0, 0, 2)), width=min(console.width, _WIDEST))


def _values(item: ChangeItem) -> Text:
    text = Text()
    if item.old:
        text.append(item.old).append(f" ({item.old_note})" if item.old_note else "", "dim").append(
            " ≠ " if item.change.kind is ChangeKind.DISPUTED else " → ", "dim"
        )
    return text.append(item.new, "bold").append(f" ({item.new_note})" if item.new_note else "", "dim")


def _table(console: Console, *columns: tuple[str, int, int]) -> Table:
    """An open table; columns are name, fixed width (0: none) and share of the rest."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, width=min(console.width, 150), header_style="dim")
    for name, fixed, share in columns:
        table.add_column(name, width=fixed or None, ratio=share or None, overflow="fold", no_wrap=bool(fixed) and console.width > 90)
    return table
