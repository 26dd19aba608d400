"""Commands that show what is stored: changes, states, claims and the report."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli_support import (
    AsOf,
    Config,
    DatabaseUrl,
    ExitCodeFlag,
    Format,
    KnownAt,
    QuestionId,
    ReportFormat,
    WatchId,
    columns,
    configured,
    database_at,
    instant,
    leave,
    print_rows,
    settings_of,
)
from pipeline.errors import ConfigError


def changes(
    config: Config = None,
    database: DatabaseUrl = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    watch: WatchId = None,
    question: QuestionId = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be given again.")] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    exit_code: ExitCodeFlag = False,
) -> None:
    """List what changed."""
    from pipeline.model import ChangeKind
    from pipeline.report.rows import change_row
    from pipeline.store.changes import all_changes

    try:
        kinds = [ChangeKind(name) for name in kind or ()]
    except ValueError as error:
        raise ConfigError(f"there is no such kind: {error}", remedy=f"Kinds are: {', '.join(ChangeKind)}.") from error
    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.reading() as connection:
        found = all_changes(connection, watch=watch, question=question, kinds=kinds, until=instant(known_at) if known_at else None)
    limit = instant(as_of) if as_of else None
    rows = [change_row(change) for change in found if limit is None or change.evidence.said_at <= limit]
    print_rows(rows, form, ("detected_at", "kind", "question", "old.text", "new.text", "evidence.speaker", "evidence.sentence"))
    leave(False, bool(rows), exit_code)


def state(
    config: Config = None,
    database: DatabaseUrl = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    watch: WatchId = None,
    question: QuestionId = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Show how each question stands, or stood."""
    from pipeline.bitemporal import states_at
    from pipeline.report.rows import state_row

    story, settings = configured(config)
    with database_at(database, settings) as store:
        found = states_at(store, story, as_of=instant(as_of) if as_of else None, known_at=instant(known_at) if known_at else None)
    rows = [state_row(item) for item in found if watch in (None, item.watch) and question in (None, item.question)]
    if form is Format.TABLE:
        for row in rows:
            row["answer"] = "; ".join(str(answer["text"])[:80] for answer in row["answers"])  # type: ignore[attr-defined]
            row["speakers"] = "; ".join(", ".join(answer["speakers"][:3]) for answer in row["answers"])  # type: ignore[attr-defined]
    print_rows(rows, form, ("as_of", "watch", "question", "status", "answer", "speakers"))


def claims(
    config: Config = None,
    database: DatabaseUrl = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    watch: WatchId = None,
    question: QuestionId = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    unassigned: Annotated[bool, typer.Option("--unassigned", help="What concerns a watch but answers none of its questions, newest first.")] = False,
) -> None:
    """List the stored claims."""
    from pipeline.report.rows import claim_row, statement_row
    from pipeline.store.claims import all_claims
    from pipeline.store.statements import unassigned as unassigned_statements

    _, settings = settings_of(config)
    if unassigned:
        with database_at(database, settings) as store, store.reading() as connection:
            listed = [statement_row(item) for item in unassigned_statements(connection, watch=watch)]
        print_rows(listed, form, ("said_at", "watch", "certainty", "speaker", "sightings", "sentence"))
        return
    with database_at(database, settings) as store, store.reading() as connection:
        found = all_claims(connection, watch=watch, question=question, known_at=instant(known_at) if known_at else None)
    limit = instant(as_of) if as_of else None
    rows = [claim_row(stored) for stored in found if limit is None or stored.claim.said_at <= limit]
    print_rows(rows, form, ("said_at", "question", "effect", "answer.text", "certainty", "speaker", "sentence"))


def report(
    config: Config = None,
    database: DatabaseUrl = None,
    form: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TEXT,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the screen.")] = None,
) -> None:
    """Show the report over everything in the database."""
    from pipeline.outputs import stored_report
    from pipeline.report import html, markdown, rows, text
    from pipeline.store.changes import all_changes

    story, settings = configured(config)
    with database_at(database, settings) as store:
        made = stored_report(store, story, now=dt.datetime.now(dt.UTC))
        with store.reading() as connection:
            found = all_changes(connection) if form is ReportFormat.JSON else ()
    renderings: dict[ReportFormat, Callable[[], str]] = {
        ReportFormat.TEXT: lambda: text.render_text(made, width=columns(), colour=out is None and sys.stdout.isatty()),
        ReportFormat.MD: lambda: markdown.render_markdown(made),
        ReportFormat.HTML: lambda: html.render_html(made),
        ReportFormat.JSON: lambda: rows.json_lines(map(rows.change_row, found)),
    }
    rendered = renderings[form]()
    if out is None:
        typer.echo(rendered)
    else:
        rows.write_text(out, rendered)
