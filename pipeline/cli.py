"""The command line: parse, call one function, print. Heavy imports stay inside the commands, so that --help is quick."""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import cli_explain, cli_feeds, cli_history, cli_lists, cli_notify, cli_operations, cli_review, cli_watch
from pipeline.cli_database import db_app
from pipeline.cli_support import (
    Config,
    DatabaseUrl,
    ExitCodeFlag,
    Progress,
    absolute,
    columns,
    configured,
    database_at,
    default_config,
    instant,
    leave,
)
from pipeline.errors import ClaimwatchError, ExitCode
from pipeline.logs import set_up_logging

app = typer.Typer(
    help="Claimwatch reads the news on a schedule and reports which claims changed, with both sentences.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
seeds_app = typer.Typer(help="The stories that ship with Claimwatch.", no_args_is_help=True)
watch_app = typer.Typer(help="Write watches, and see what they catch.", no_args_is_help=True)
app.add_typer(seeds_app, name="seeds")
app.add_typer(watch_app, name="watch")
app.add_typer(db_app, name="db")
app.add_typer(cli_feeds.app, name="feeds")
# Who adds one feed says "feed".
app.add_typer(cli_feeds.app, name="feed", hidden=True)
app.add_typer(cli_review.review_app, name="review")
for command in (cli_feeds.recheck, cli_feeds.pages, cli_lists.changes, cli_lists.state, cli_lists.claims, cli_lists.report, cli_notify.notify, cli_operations.doctor, cli_operations.runs, cli_operations.metrics, cli_review.digest, cli_review.export, cli_review.verify):
    app.command()(command)


@app.command()
def run(
    config: Config = None,
    database: DatabaseUrl = None,
    everything: Annotated[bool, typer.Option("--all", help="Poll also the feeds that are not due yet.")] = False,
    exit_code: ExitCodeFlag = False,
) -> None:
    """Poll the configured feeds that are due, report what changed, and tell the channels of notify.toml."""
    from pipeline import monitor
    from pipeline.notifying import send_due
    from pipeline.outputs import with_source_health
    from pipeline.report.change_report import build_report
    from pipeline.report.text import render_text

    story, settings = configured(config)
    now = dt.datetime.now(dt.UTC)
    with database_at(database, settings) as store, Progress() as progress:
        result = monitor.run(story, settings, store, now=now, progress=progress, everything=everything)
        sent = send_due(story, store, os.environ, now=now, progress=progress)
        undelivered = [delivery.problem for delivery in sent if delivery.problem]
        problems = with_source_health(store, story, (*result.problems, *undelivered), now=now)
    report = build_report(story, result.changes, (), (), now=now, problems=problems)
    typer.echo(render_text(report, width=columns()))
    typer.echo(f"{result.articles} new articles, {result.claims} claims, {len(result.changes)} changes.")
    leave(bool(problems), bool(result.changes), exit_code)


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="An archive: a folder of dispatches.")],
    config: Config = None,
    out: Annotated[Path, typer.Option("--out", help="Where the outputs go.")] = Path("out"),
    database: DatabaseUrl = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day of the clock, YYYY-MM-DD.")] = None,
    exit_code: ExitCodeFlag = False,
    flow: Annotated[bool, typer.Option("--flow", help="Run as a Prefect flow.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print one line instead of the report.")] = False,
) -> None:
    """Play an archive as if it were happening; writes changes.jsonl, state.jsonl, claims.jsonl, report.html, report.md."""
    from pipeline import monitor
    from pipeline.ingest.archive import read_archive
    from pipeline.outputs import write_outputs
    from pipeline.report.rows import write_text
    from pipeline.report.text import render_text

    own = folder / "config"
    story, _ = configured(config or (own if own.is_dir() else None))
    last = instant(until).date() if until else None
    write_text(out / ".writable", "")  # a folder that cannot be written is found before the work, not after it
    (out / ".writable").unlink(missing_ok=True)
    address = database or f"sqlite:///{out / 'claimwatch.db'}"
    if flow:
        result = _replay_flow(folder, config or own, address, last)
    else:
        archive = read_archive(folder)
        with database_at(address, None) as store, Progress() as progress:
            result = monitor.replay(archive, story, store, until=last, now=dt.datetime.now(dt.UTC), progress=progress)
    with database_at(address, None) as store:
        report = write_outputs(store, story, out, now=dt.datetime.now(dt.UTC), problems=result.problems)
    if quiet:
        typer.echo(f"{result.articles} new articles, {result.claims} new claims, {len(result.changes)} new changes.")
    else:
        typer.echo(render_text(report, width=columns(), colour=sys.stdout.isatty(), details=False))
    typer.echo(f"The whole report: {(out / 'report.html').resolve()}")
    leave(bool(result.problems), bool(result.changes), exit_code)


def _replay_flow(folder: Path, config: Path, address: str, until: dt.date | None) -> Any:
    from flows.replay import replay as replay_flow
    from flows.server import prefect_ready

    with prefect_ready():
        return replay_flow(str(folder.resolve()), str(config.resolve()), absolute(address), until)


@app.command()
def schedule(config: Config = None, database: DatabaseUrl = None) -> None:
    """Serve the flows on their schedule; starts and supervises a local Prefect server where no API address is set."""
    from flows.schedule import serve_flows

    story, settings = configured(config)
    serve_flows(
        settings,
        config=str((config or default_config()).resolve()),
        database=absolute(database or settings.database_url),
        watches=len(story.watches),
    )


@seeds_app.command("list")
def seeds_list() -> None:
    """List the shipped stories."""
    from pipeline.shipped import shipped

    for folder in sorted(path for path in shipped("seeds").iterdir() if (path / "gold.yaml").exists()):
        typer.echo(f"{folder.name:24} {len(list(folder.glob('[0-9]*.txt'))):3} dispatches  {folder}")


@seeds_app.command("serve")
def seeds_serve(port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")] = 8765) -> None:
    """Serve the shipped stories as feeds and pages over HTTP on loopback."""
    from pipeline.ingest.seed_server import serve_forever
    from pipeline.shipped import shipped

    serve_forever(shipped("seeds"), port, announce=typer.echo)


@app.command()
def names(text: Annotated[str, typer.Argument(help="Only names that contain this.")] = "", config: Config = None) -> None:
    """List the known names: canonical name, kind, institution it speaks for, other spellings."""
    from pipeline.config import load_language, load_story

    entities = [*load_language().entities, *(load_story(config).entities if config else ())]
    for entity in entities:
        spellings = ", ".join(entity.also)
        if text.lower() in f"{entity.name} {spellings}".lower():
            typer.echo(
                f"{entity.name}  ({entity.kind}{', speaks for ' + entity.speaks_for if entity.speaks_for else ''}{', in ' + entity.inside if entity.inside else ''})  {spellings}"
            )


@watch_app.command("check")
def watch_check(folder: Annotated[Path, typer.Argument(help="An archive to try the watches on.")], config: Config = None) -> None:
    """Show, on an archive, what each question caught, and sentences on the subject that no question caught."""
    from pipeline.checking import check_watches
    from pipeline.ingest.archive import read_archive

    own = folder / "config"
    story, _ = configured(config or (own if own.is_dir() else None))
    typer.echo(check_watches(read_archive(folder), story))


app.command()(cli_explain.explain)
app.command()(cli_history.history)
watch_app.command("explain")(cli_watch.watch_explain)
watch_app.command("new")(cli_watch.watch_new)


@app.command("eval")
def evaluate(
    stories: Annotated[list[Path] | None, typer.Argument(help="Labelled story folders; default all shipped ones.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also list what was missed and what was false.")] = False,
    floors: Annotated[bool, typer.Option("--floors/--no-floors", help="Fail below the floors in the repository.")] = True,
) -> None:
    """Score the labelled stories: precision, recall, kinds, priors, noise and states, beside two baselines."""
    from pipeline.evaluate.table import evaluate_stories

    text, failed = evaluate_stories(tuple(stories or ()), verbose=verbose, check_floors=floors)
    typer.echo(text)
    if failed:
        raise typer.Exit(ExitCode.BUG)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(f"claimwatch {installed('claimwatch')}")


def main() -> None:
    """Entry point: errors for people become one line and their exit code; a bug shows its traceback."""
    try:
        set_up_logging()
        code = app(standalone_mode=False)
        # `typer.Exit` is handed back as its code where the program, and not typer, ends the process.
        sys.exit(code if isinstance(code, int) else ExitCode.DONE)
    except ClaimwatchError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
    except typer.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        typer.echo("stopped; what was finished is stored", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        show = getattr(error, "format_message", None)
        if show is None:
            raise
        typer.echo(f"error: {show()} See `claimwatch --help`.", err=True)
        sys.exit(ExitCode.USAGE)


if __name__ == "__main__":
    main()
