"""Rows -> a table for the terminal (rich)."""

import io
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.report.plain import printable


def table_text(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, width: int) -> str:
    """Some columns of rows as text; nested keys are written with dots ("evidence.speaker")."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(column.split(".")[0] if column.endswith(".text") else column.split(".")[-1], overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False, emoji=False).print(table)
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n" + count


def _cell(row: Mapping[str, object], column: str) -> str:
    value: object = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    text = "" if value is None else printable(str(value))
    return text[:16].replace("T", " ") if column.endswith(("_at", "as_of")) else text[:160]
