"""`claimwatch db`: bring a database up to date, move it, keep a copy, check it, print it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, Progress, database_at, settings_of
from pipeline.errors import ExitCode

db_app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@db_app.command("upgrade")
def upgrade(config: Config = None, database: DatabaseUrl = None) -> None:
    """Bring the database's schema to the newest version."""
    _, settings = settings_of(config)
    with database_at(database, settings) as store:
        typer.echo(f"The schema is up to date: {store.engine.url.render_as_string(hide_password=True)}")


@db_app.command("copy")
def copy(
    target: Annotated[str, typer.Argument(help="An empty database: postgresql://user@host/name, sqlite:///file.db, or a file.")],
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Copy everything into another, empty database, for instance from SQLite to PostgreSQL; then compare the two."""
    from pipeline.store.copying import copy_database
    from pipeline.store.dump import canonical_dump

    _, settings = settings_of(config)
    with database_at(database, settings) as source, database_at(target, None) as other:
        with Progress() as progress:
            rows = copy_database(source, other, progress=progress)
        shown = other.engine.url.render_as_string(hide_password=True)
        if canonical_dump(source) != canonical_dump(other):
            typer.echo(
                f"{rows} rows were copied to {shown}, but the source has changed meanwhile. Stop what writes to it, and copy again.", err=True
            )
            raise typer.Exit(ExitCode.DATABASE)
    typer.echo(f"{rows} rows copied to {shown}; both databases hold the same.")


@db_app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="A new SQLite file.")],
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Write everything into a new SQLite file, while the program goes on; `db copy --database FILE TARGET` brings it back."""
    from pipeline.store.copying import back_up

    _, settings = settings_of(config)
    with database_at(database, settings) as store, Progress() as progress:
        size = back_up(store, file, progress=progress)
    typer.echo(f"{file}: {size / 1_000_000:.1f} MB")


@db_app.command("tidy")
def tidy_up(
    keep_days: Annotated[int, typer.Option("--keep-days", min=1, help="How long logs of runs and of what was sent are kept.")] = 90,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Delete old logs, and fetched pages older than `evidence.keep_days`, as the flow `upkeep` does. Articles, claims and changes are kept."""
    from pipeline.ingest.copies import DAYS
    from pipeline.store.retention import tidy

    _, settings = settings_of(config)
    now = dt.datetime.now(dt.UTC)
    with database_at(database, settings) as store:
        done = tidy(
            store,
            before=now - dt.timedelta(days=keep_days),
            pages_before=now - dt.timedelta(days=settings.page_days),
            bands_before=now - dt.timedelta(days=max(keep_days, 2 * DAYS)),
        )
    typer.echo("; ".join(f"{what}: {number}" for what, number in done.rows()))


@db_app.command("check")
def check(config: Config = None, database: DatabaseUrl = None) -> None:
    """Check that the database is sound: file, schema, sentences against texts, evidence of changes."""
    from pipeline.store.checking import check_database

    _, settings = settings_of(config)
    with database_at(database, settings) as store, Progress() as progress:
        findings = check_database(store, progress=progress)
    for finding in findings:
        typer.echo(f"{'FAILS' if finding.wrong else 'ok   '} {finding.what}" + "".join(f"\n        {line}" for line in finding.wrong))
    if any(finding.wrong for finding in findings):
        typer.echo("Keep the file as it is, restore the last backup with `claimwatch db copy`, and report what is listed above.", err=True)
        raise typer.Exit(ExitCode.DATABASE)


@db_app.command("dump")
def dump(config: Config = None, database: DatabaseUrl = None) -> None:
    """Print everything in the database as sorted text; equal for two databases that know the same."""
    from pipeline.store.dump import canonical_dump

    _, settings = settings_of(config)
    with database_at(database, settings) as store:
        typer.echo(canonical_dump(store), nl=False)
