"""`claimwatch doctor`, `runs` and `metrics`: is everything there, what was done lately, and the numbers for Prometheus."""

import threading
from typing import Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, Format, database_at, default_config, print_rows, settings_of
from pipeline.errors import ConfigError, ExitCode


def doctor(
    config: Config = None,
    database: DatabaseUrl = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only settings, database, clock and last run; takes a second.")] = False,
    completed_within: Annotated[
        str, typer.Option("--completed-within", help='Fail where no run was completed for this long, e.g. "2 hours".')
    ] = "",
) -> None:
    """Check what Claimwatch needs; each line that fails says what mends it."""
    from pipeline.config_source import read_span
    from pipeline.doctor import examine

    try:
        within = read_span(completed_within) if completed_within else None
    except ValueError as error:
        raise ConfigError(str(error), where="--completed-within") from error
    lines, healthy = examine(config or default_config(), database, quick=quick, completed_within=within)
    typer.echo("\n".join(lines))
    if not healthy:
        raise typer.Exit(ExitCode.MISSING)


def runs(
    config: Config = None,
    database: DatabaseUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 20,
    form: Annotated[Format, typer.Option("--format", help="How the rows are printed.")] = Format.TABLE,
) -> None:
    """List the last runs with their figures and what could not be read."""
    from pipeline.store.runs import recent_runs

    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.reading() as connection:
        found = recent_runs(connection, limit)
    rows: list[dict[str, object]] = [
        {
            "kind": run.kind,
            "started": run.started_at.isoformat(timespec="seconds"),
            "seconds": round((run.finished_at - run.started_at).total_seconds(), 1),
            "articles": run.articles,
            "claims": run.claims,
            "changes": run.changes,
            "problems": len(run.problems) if form is Format.TABLE else "; ".join(run.problems),
        }
        for run in found
    ]
    print_rows(rows, form, ("kind", "started", "seconds", "articles", "claims", "changes", "problems"))


def metrics(
    config: Config = None,
    database: DatabaseUrl = None,
    serve: Annotated[
        int | None, typer.Option("--serve", metavar="PORT", min=1, max=65535, help="Serve them on this port until stopped.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Print numbers for Prometheus: articles, claims, changes, runs, what waits and what fails."""
    from prometheus_client import CollectorRegistry, start_http_server

    from pipeline.metrics import DatabaseCollector, exposition

    _, settings = settings_of(config)
    with database_at(database, settings) as store:
        if serve is None:
            typer.echo(exposition(store), nl=False)
            return
        registry = CollectorRegistry()
        registry.register(DatabaseCollector(store))
        try:
            start_http_server(serve, addr=host, registry=registry)
        except OSError as error:
            raise ConfigError(
                f"cannot listen: {error.strerror}", where=f"{host}:{serve}", remedy="Choose another port with --serve."
            ) from error
        typer.echo(f"http://{host}:{serve}/metrics; stop with Ctrl-C")
        threading.Event().wait()
