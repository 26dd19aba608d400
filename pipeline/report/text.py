"""ChangeReport -> terminal text (rich): key figures, how each question stands, the changes with both sentences."""

import datetime as dt
import io

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.model import ChangeKind, StateStatus
from pipeline.report.change_report import ChangeItem, ChangeReport, WatchReport, status_word

_STYLES = {StateStatus.SETTLED: "green", StateStatus.DISPUTED: "yellow", StateStatus.OVERDUE: "bold red", StateStatus.UNKNOWN: "dim"}


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
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    if report.notice:
        console.print(Text(f"[ {report.notice} ]", style="bold yellow"))
    span = f", {_day(report.first)} to {_day(report.last)}" if report.first and report.last else ""
    console.print(Text(f"{report.changes} changes in {report.claims} claims from {report.articles} articles{span}", style="bold"))
    console.print("   ".join(f"{number} {kind.value.replace('_', ' ')}" for kind, number in report.counts))
    for problem in report.problems:
        console.print(Text(f"! {problem.where}: {problem.what}. {problem.remedy}", style="red"))
    if report.top:
        console.print("\nREAD FIRST", style="bold")
        for item in report.top:
            _print_item(console, item)
    for watch in report.watches:
        _print_state(console, watch)
        if details:
            _print_days(console, watch)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print_state(console: Console, watch: WatchReport) -> None:
    if not any(question.state for question in watch.questions):
        return
    console.print(f"\n{watch.watch.title.upper()}", style="bold")
    table = Table(box=box.SIMPLE, pad_edge=False, expand=True)
    for name, share in (("question", 6), ("stands", 3), ("answer", 8), ("on whose word", 5), ("since", 2)):
        table.add_column(name, ratio=share, overflow="fold")
    for question in watch.questions:
        state = question.state
        if state is None:
            continue
        answers = "\n".join(f"{answer.answer.text[:100]} ({answer.certainty})" for answer in state.answers[-4:])
        voices = "\n".join(", ".join(answer.speakers[:3]) for answer in state.answers[-4:])
        since = f"{state.answers[-1].since:%d %b}" if state.answers else ""
        table.add_row(question.asks, Text(status_word(state), style=_STYLES[state.status]), answers, voices, since)
    console.print(table)


def _print_days(console: Console, watch: WatchReport) -> None:
    for day in watch.days:
        console.print(f"{day.day:%A, %d %B %Y}", style="bold underline")
        for item in day.items:
            _print_item(console, item)


def _print_item(console: Console, item: ChangeItem) -> None:
    change = item.change
    console.print(
        Text.assemble((f"{item.sign} {item.word.upper()}", "bold"), f"  {item.asks}  ", (f"{item.old} → {item.new}", "bold cyan"))
    )
    prior, evidence = change.prior, change.evidence
    if prior:
        console.print(
            Padding(
                Text.assemble(
                    ("- ", "red"),
                    prior.sentence,
                    (f"  — {_voice(prior.speaker, prior.carrier, prior.publisher)}, {_day(prior.said_at)}", "dim"),
                ),
                (0, 0, 0, 2),
            )
        )
    sign = "? " if change.kind is ChangeKind.OVERDUE else "- " if change.new is None else "+ "
    console.print(
        Padding(
            Text.assemble(
                (sign, "green"),
                evidence.sentence,
                (f"  — {_voice(evidence.speaker, evidence.carrier, evidence.publisher)}, {_day(evidence.said_at)}", "dim"),
            ),
            (0, 0, 0, 2),
        )
    )
    console.print(Padding(Text(f"why: {'; '.join(change.why)}", style="dim"), (0, 0, 1, 2)))


def _voice(speaker: str, carrier: str, publisher: str) -> str:
    relayed = f" via {carrier}" if carrier else ""
    return f"{speaker}{relayed} in {publisher}" if speaker != publisher else publisher


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
