"""The command line: parse, call one function, print. Heavy imports stay inside the commands, so that --help is quick."""

import datetime as dt
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.errors import ClaimwatchError, ConfigError, ExitCode

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.store.database import Database
    from pipeline.watches import Story

app = typer.Typer(
    help="Claimwatch reads the news on a schedule and reports which claims changed, with both sentences.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
seeds_app = typer.Typer(help="The stories that ship with Claimwatch.", no_args_is_help=True)
watch_app = typer.Typer(help="Check the watches of a configuration.", no_args_is_help=True)
db_app = typer.Typer(help="Look after the database.", no_args_is_help=True)
app.add_typer(seeds_app, name="seeds")
app.add_typer(watch_app, name="watch")
app.add_typer(db_app, name="db")


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


Config = Annotated[Path | None, typer.Option("--config", help="Folder with watches.toml. Default: the shipped config/.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="sqlite:///file.db or postgresql://user@host/name.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was the case on this day (YYYY-MM-DD or an instant).")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="What could be known on this day (YYYY-MM-DD or an instant).")]
WatchId = Annotated[str | None, typer.Option("--watch", help="Only this watch.")]
QuestionId = Annotated[str | None, typer.Option("--question", help="Only this question.")]
ExitCodeFlag = Annotated[bool, typer.Option("--exit-code", help="Exit with 10 if something changed.")]


@app.command()
def run(config: Config = None, database: DatabaseUrl = None, exit_code: ExitCodeFlag = False) -> None:
    """Poll the configured feeds once and report what changed."""
    from pipeline import monitor
    from pipeline.report.change_report import build_report
    from pipeline.report.text import render_text

    story, settings = _configured(config)
    now = dt.datetime.now(dt.UTC)
    with _database(database, settings) as store, _Progress() as progress:
        result = monitor.run(story, settings, store, now=now, progress=progress)
    report = build_report(story, result.changes, (), (), now=now, problems=result.problems)
    typer.echo(render_text(report, width=_width()))
    typer.echo(f"{result.articles} new articles, {result.claims} claims, {len(result.changes)} changes.")
    _leave(bool(result.problems), bool(result.changes), exit_code)


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
    story, _ = _configured(config or (own if own.is_dir() else None))
    last = _day(until).date() if until else None
    write_text(out / ".writable", "")  # a folder that cannot be written is found before the work, not after it
    (out / ".writable").unlink(missing_ok=True)
    address = database or f"sqlite:///{out / 'claimwatch.db'}"
    if flow:
        result = _replay_flow(folder, config or own, address, last)
    else:
        archive = read_archive(folder)
        with _database(address, None) as store, _Progress() as progress:
            result = monitor.replay(archive, story, store, until=last, progress=progress)
    with _database(address, None) as store:
        report = write_outputs(store, story, out, now=dt.datetime.now(dt.UTC), problems=result.problems)
    if quiet:
        typer.echo(f"{result.articles} new articles, {result.claims} new claims, {len(result.changes)} new changes.")
    else:
        typer.echo(render_text(report, width=_width(), colour=sys.stdout.isatty(), details=False))
    typer.echo(f"The whole report: {(out / 'report.html').resolve()}")
    _leave(bool(result.problems), bool(result.changes), exit_code)


def _replay_flow(folder: Path, config: Path, address: str, until: dt.date | None) -> Any:
    from flows.replay import replay as replay_flow
    from flows.server import prefect_ready

    with prefect_ready():
        return replay_flow(str(folder.resolve()), str(config.resolve()), _absolute(address), until)


@app.command()
def schedule(config: Config = None, database: DatabaseUrl = None) -> None:
    """Serve the flows on their schedule; starts and supervises a local Prefect server where no API address is set."""
    from flows.schedule import serve_flows

    story, settings = _configured(config)
    serve_flows(
        settings,
        config=str((config or _default_config()).resolve()),
        database=_absolute(database or settings.database_url),
        watches=len(story.watches),
    )


@app.command()
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
    _, settings = _settings(config)
    with _database(database, settings) as store, store.reading() as connection:
        found = all_changes(connection, watch=watch, question=question, kinds=kinds, until=_day(known_at) if known_at else None)
    limit = _day(as_of) if as_of else None
    rows = [change_row(change) for change in found if limit is None or change.evidence.said_at <= limit]
    _print_rows(rows, form, ("detected_at", "kind", "question", "old.text", "new.text", "evidence.speaker", "evidence.sentence"))
    _leave(False, bool(rows), exit_code)


@app.command()
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

    story, settings = _configured(config)
    with _database(database, settings) as store:
        found = states_at(store, story, as_of=_day(as_of) if as_of else None, known_at=_day(known_at) if known_at else None)
    rows = [state_row(item) for item in found if watch in (None, item.watch) and question in (None, item.question)]
    if form is Format.TABLE:
        for row in rows:
            row["answer"] = "; ".join(str(answer["text"])[:80] for answer in row["answers"])  # type: ignore[attr-defined]
            row["speakers"] = "; ".join(", ".join(answer["speakers"][:3]) for answer in row["answers"])  # type: ignore[attr-defined]
    _print_rows(rows, form, ("as_of", "watch", "question", "status", "answer", "speakers"))


@app.command()
def claims(
    config: Config = None,
    database: DatabaseUrl = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    watch: WatchId = None,
    question: QuestionId = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List the stored claims."""
    from pipeline.report.rows import claim_row
    from pipeline.store.claims import all_claims

    _, settings = _settings(config)
    with _database(database, settings) as store, store.reading() as connection:
        found = all_claims(connection, watch=watch, question=question, known_at=_day(known_at) if known_at else None)
    limit = _day(as_of) if as_of else None
    rows = [claim_row(stored) for stored in found if limit is None or stored.claim.said_at <= limit]
    _print_rows(rows, form, ("said_at", "question", "effect", "answer.text", "certainty", "speaker", "sentence"))


@app.command()
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

    story, settings = _configured(config)
    with _database(database, settings) as store:
        made = stored_report(store, story, now=dt.datetime.now(dt.UTC))
        with store.reading() as connection:
            found = all_changes(connection) if form is ReportFormat.JSON else ()
    renderings: dict[ReportFormat, Callable[[], str]] = {
        ReportFormat.TEXT: lambda: text.render_text(made, width=_width(), colour=out is None and sys.stdout.isatty()),
        ReportFormat.MD: lambda: markdown.render_markdown(made),
        ReportFormat.HTML: lambda: html.render_html(made),
        ReportFormat.JSON: lambda: rows.json_lines(map(rows.change_row, found)),
    }
    rendered = renderings[form]()
    if out is None:
        typer.echo(rendered)
    else:
        rows.write_text(out, rendered)


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
    story, _ = _configured(config or (own if own.is_dir() else None))
    typer.echo(check_watches(read_archive(folder), story))


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


@db_app.command("upgrade")
def db_upgrade(config: Config = None, database: DatabaseUrl = None) -> None:
    """Bring the database's schema to the newest version."""
    _, settings = _settings(config)
    with _database(database, settings) as store:
        typer.echo(f"The schema is up to date: {store.engine.url.render_as_string(hide_password=True)}")


@db_app.command("dump")
def db_dump(config: Config = None, database: DatabaseUrl = None) -> None:
    """Print everything in the database as sorted text; equal for two databases that know the same."""
    from pipeline.store.dump import canonical_dump

    _, settings = _settings(config)
    with _database(database, settings) as store:
        typer.echo(canonical_dump(store), nl=False)


@app.command()
def doctor(config: Config = None, database: DatabaseUrl = None) -> None:
    """Check what Claimwatch needs; each line that fails says what mends it."""
    from pipeline.doctor import examine

    lines, healthy = examine(config or _default_config(), database)
    typer.echo("\n".join(lines))
    if not healthy:
        raise typer.Exit(ExitCode.MISSING)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(f"claimwatch {installed('claimwatch')}")


def main() -> None:
    """Entry point: errors for people become one line and their exit code; a bug shows its traceback."""
    try:
        app(standalone_mode=False)
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


class _Progress:
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


class _database:  # noqa: N801 - used like the function it replaces
    """Opens a database for the length of a `with` block."""

    def __init__(self, url: str | None, settings: "Settings | None") -> None:
        self._url = url or (settings.database_url if settings else "")

    def __enter__(self) -> "Database":
        from pipeline.store.database import open_database

        self._store = open_database(self._url)
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _default_config() -> Path:
    from pipeline.shipped import shipped

    return shipped("config")


def _settings(config: Path | None) -> "tuple[Path, Settings]":
    from pipeline.config import load_settings

    folder = config or _default_config()
    return folder, load_settings(folder, os.environ)


def _configured(config: Path | None) -> "tuple[Story, Settings]":
    from pipeline.config import load_story

    folder, settings = _settings(config)
    return load_story(folder), settings


def _day(text: str) -> dt.datetime:
    """A day as its last instant (UTC), or an instant as it is."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"'{text}' is no date", remedy="Write it like 2016-03-18.") from error
    if "T" not in text and " " not in text:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _absolute(address: str) -> str:
    """A relative SQLite address as an absolute one: a flow may run in another folder."""
    head, found, path = address.partition("sqlite:///")
    return f"sqlite:///{Path(path).resolve()}" if found and not head and path else address


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((110, 40)).columns, 140)


def _leave(problems: bool, changed: bool, exit_code: bool) -> None:
    if problems:
        raise typer.Exit(ExitCode.PARTIAL)
    if exit_code and changed:
        raise typer.Exit(ExitCode.CHANGED)


def _print_rows(rows: list[dict[str, object]], form: Format, columns: tuple[str, ...]) -> None:
    from pipeline.report.rows import csv_text, json_lines
    from pipeline.report.tables import table_text

    if form is Format.JSON:
        typer.echo(json_lines(rows), nl=False)
    elif form is Format.CSV:
        typer.echo(csv_text(rows), nl=False)
    else:
        typer.echo(table_text(rows, columns, width=_width()))
