"""What the commands share: options, the database for the length of a command, dates, progress, and how a command ends."""

import datetime as dt
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.store.database import Database
    from pipeline.watches import Story


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ReportFormat(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


Config = Annotated[Path | None, typer.Option("--config", help="Folder with watches.toml. Default: CLAIMWATCH_CONFIG, else the shipped config/.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="sqlite:///file.db or postgresql://user@host/name.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was the case on this day (YYYY-MM-DD or an instant).")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="What could be known on this day (YYYY-MM-DD or an instant).")]
WatchId = Annotated[str | None, typer.Option("--watch", help="Only this watch.")]
QuestionId = Annotated[str | None, typer.Option("--question", help="Only this question.")]
ExitCodeFlag = Annotated[bool, typer.Option("--exit-code", help="Exit with 10 if something changed.")]


class Progress:
    """A line on standard error that says how far it is; silent where that is no terminal."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._shown = sys.stderr.isatty()
        return self._show

    def _show(self, what: str, done: int, total: int) -> None:
        if self._shown:
            sys.stderr.write(f"\r{what} {done}/{total} ")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 40 + "\r")


class database_at:  # noqa: N801 - used like the function it replaces
    """Opens a database for the length of a `with` block."""

    def __init__(self, url: str | None, settings: "Settings | None") -> None:
        self._url = url or (settings.database_url if settings else "")

    def __enter__(self) -> "Database":
        from pipeline.store.database import open_database

        self._store = open_database(self._url)
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def default_config() -> Path:
    """The configuration folder where none is named: that of CLAIMWATCH_CONFIG, else the shipped one."""
    from pipeline.shipped import shipped

    return Path(os.environ.get("CLAIMWATCH_CONFIG") or shipped("config"))


def settings_of(config: Path | None) -> "tuple[Path, Settings]":
    """The configuration folder that is meant, and its settings with the environment's overrides."""
    from pipeline.config import load_settings

    folder = config or default_config()
    return folder, load_settings(folder, os.environ)


def configured(config: Path | None) -> "tuple[Story, Settings]":
    """The story and the settings of a configuration folder."""
    from pipeline.config import load_story

    folder, settings = settings_of(config)
    return load_story(folder), settings


def instant(text: str) -> dt.datetime:
    """A day as its last instant (UTC), or an instant as it is."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"'{text}' is no date", remedy="Write it like 2016-03-18.") from error
    if "T" not in text and " " not in text:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def absolute(address: str) -> str:
    """A relative SQLite address as an absolute one: a flow may run in another folder."""
    head, found, path = address.partition("sqlite:///")
    return f"sqlite:///{Path(path).resolve()}" if found and not head and path else address


def columns() -> int:
    """How wide the terminal is, within reason."""
    import shutil

    return min(shutil.get_terminal_size((110, 40)).columns, 140)


def leave(problems: bool, changed: bool, exit_code: bool) -> None:
    """Ends the command: 3 if input could not be used, 10 if that was asked for and something changed, else 0."""
    if problems:
        raise typer.Exit(ExitCode.PARTIAL)
    if exit_code and changed:
        raise typer.Exit(ExitCode.CHANGED)


def print_rows(rows: list[dict[str, object]], form: Format, shown: tuple[str, ...]) -> None:
    """Rows as JSON Lines, CSV, or a table of some of their keys."""
    from pipeline.report.rows import csv_text, json_lines
    from pipeline.report.tables import table_text

    if form is Format.JSON:
        typer.echo(json_lines(rows), nl=False)
    elif form is Format.CSV:
        typer.echo(csv_text(rows), nl=False)
    else:
        typer.echo(table_text(rows, shown, width=columns()))
