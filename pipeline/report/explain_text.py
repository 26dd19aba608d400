"""Explanation -> terminal text: each sentence with its claims in numbered brackets, and below it their slots."""

import io

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.report.explanation import Asked, ClaimCard, Explanation, SentenceView
from pipeline.report.when import moment_words

_STYLES = {"firm": "bold", "ahead": "blue", "open": "yellow", "denied": "red", "unknown": "dim"}
_PARTS = {"source": "underline", "cue": "italic"}
_INDENT = 4


def render_explanation(explained: Explanation, *, width: int = 100, colour: bool = False) -> str:
    """The explanation as text.

    Args:
        explained: What to show.
        width: Columns.
        colour: With terminal colour codes.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print(Text(explained.title or explained.name, style="bold"))
    console.print(Text(f"{explained.publisher}, {moment_words(explained.published)} ({explained.dated})", style="dim"))
    console.print(Text(f"{explained.claims} claims in {explained.sentences} sentences"))
    for title, why in explained.watches:
        console.print(Text(f"watch {title}: {why or 'this article is on it'}", style="dim" if why else ""))
    for paragraph in explained.paragraphs:
        console.print()
        if paragraph.lead:
            console.print(Text(f"{paragraph.lead}   [cut off before the first sentence]", style="dim"))
        if paragraph.note:
            console.print(Text(f"[{paragraph.note}]", style="dim"))
        for sentence in paragraph.sentences:
            _print_sentence(console, sentence)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print_sentence(console: Console, sentence: SentenceView) -> None:
    console.print(_marked(sentence))
    for card in sentence.claims:
        console.print(Padding(_card(card), (0, 0, 0, _INDENT)))
    for asked in sentence.asked:
        console.print(Padding(_line(asked), (0, 0, 0, _INDENT)))
    if sentence.note and not sentence.claims:
        console.print(Padding(Text(sentence.note, style="dim"), (0, 0, 0, _INDENT)))


def _marked(sentence: SentenceView) -> Text:
    """ "[1 The bridge closed on Friday], Anna Berg said": a bracket closes where the words of its claim end or another's begin."""
    text = Text()
    open_number = 0
    for segment in sentence.segments:
        words = segment.text
        if open_number and segment.number != open_number:
            blank = len(text.plain) - len(text.plain.rstrip())
            if blank:
                text.right_crop(blank)
            text.append("]" + " " * blank, style="dim")
            open_number = 0
        if segment.number and segment.number != open_number:
            text.append(f"{' ' if segment.text[:1].isspace() else ''}[{segment.number} ", style="dim")
            open_number = segment.number
            words = words.lstrip()
        text.append(words, style=" ".join(part for part in (_STYLES.get(segment.tone, ""), _PARTS.get(segment.part, "")) if part))
    if open_number:
        text.append("]", style="dim")
    return text


def _card(card: ClaimCard) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for row, (name, value) in enumerate(card.slots):
        table.add_row(Text(f"{card.number}" if not row else "", style=_STYLES[card.tone]), Text(name), Text(value))
    return table


def _line(asked: Asked) -> Text:
    if asked.answer:
        return Text(f"→ {asked.watch}: {asked.question} {asked.answer} ({asked.note})", style="green")
    return Text(f"· {asked.watch}: passed over, {asked.note}", style="dim")
