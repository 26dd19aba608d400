"""Commands about sources: `feeds` (how each is doing, check, add, import, export), `recheck` and `pages`."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, ExitCodeFlag, Progress, configured, database_at, default_config, leave, settings_of

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.ingest.discovery import FoundFeed

_NO_NETWORK = ("name_not_found", "no_connection", "timeout")
app = typer.Typer(help="The feeds: how each is doing, and changing which there are.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def feeds(context: typer.Context, config: Config = None, database: DatabaseUrl = None) -> None:
    """How every feed is doing (the same as `feeds list`)."""
    if context.invoked_subcommand is None:
        feeds_list(config, database)


@app.command("list")
def feeds_list(config: Config = None, database: DatabaseUrl = None) -> None:
    """Say of every configured feed how it is doing, and when it is polled next."""
    from pipeline.report.health import source_health
    from pipeline.report.plain import printable
    from pipeline.store.feeds import all_feed_memories

    story, settings = configured(config)
    now = dt.datetime.now(dt.UTC)
    with database_at(database, settings) as store, store.reading() as connection:
        sources = source_health(story.feeds, all_feed_memories(connection), now)
    for source in sources:
        typer.echo(f"{source.health.value:15} {printable(source.sentence)}.{' ' + source.remedy if source.remedy else ''}")
    poorly = sum(source.needs_attention for source in sources)
    typer.echo(f"{_feeds(len(sources))}, {poorly or 'none'} of them {'needs' if poorly == 1 else 'need'} attention. Times are UTC.")


@app.command("waiting")
def feeds_waiting(
    config: Config = None,
    database: DatabaseUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, those that come up first.")] = 50,
) -> None:
    """List the entries of feeds that wait to be read, and those that were given up, with what went wrong."""
    from pipeline.report.plain import printable
    from pipeline.store.line import in_line

    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.reading() as connection:
        found = in_line(connection, limit)
    for item in found:
        tried = f"tried {item.tries} time{'' if item.tries == 1 else 's'}"
        state = f"given up, {tried}" if item.given_up else f"due {item.due_at:%Y-%m-%d %H:%M} UTC" + (f", {tried}" if item.tries else "")
        typer.echo(f"{state}: {printable(item.entry.url)}{f': {printable(item.reason)}' if item.reason else ''}")
    typer.echo(f"{len(found)} {'entry' if len(found) == 1 else 'entries'} of feeds not read yet." if found else "All entries of feeds have been read.")


@app.command("check")
def feeds_check(config: Config = None) -> None:
    """Read every configured feed once, now, and say what is in it or what is wrong. Nothing is stored."""
    from pipeline.ingest.discovery import check_feeds
    from pipeline.report.plain import printable

    story, settings = configured(config)
    found = check_feeds(story.feeds, settings)
    for checked in found:
        if checked.found is None:
            what = checked.problem.what if checked.problem else "unknown"
            typer.echo(f"FAILS {checked.feed.id}: {printable(what)} ({printable(checked.feed.url)})")
        else:
            odd = "; ".join((*((checked.found.parsed.partial,) if checked.found.parsed.partial else ()), *checked.found.parsed.notes))
            typer.echo(f"ok    {checked.feed.id}: {_summary(checked.found)}{f'; {printable(odd)}' if odd else ''}")
    failed = [checked.problem for checked in found if checked.found is None]
    typer.echo(f"{_feeds(len(found))}, {len(failed) or 'none'} of them cannot be read.")
    if len(failed) > 1 and len(failed) == len(found) and all(problem and problem.code in _NO_NETWORK for problem in failed):
        typer.echo("None could be reached: this machine seems to have no way to the web (fetch.proxy in claimwatch.toml names a proxy).")
    elif failed:
        typer.echo("`claimwatch feeds add SITE` looks for the feed of a site; the notes in feeds.toml say where an address was read.")
    leave(bool(failed), False, False)


@app.command("add")
def feeds_add(
    url: Annotated[str, typer.Argument(help="A feed, or a site or page that has one.")],
    config: Config = None,
    publisher: Annotated[str, typer.Option("--publisher", help="The outlet's name; default the feed's title.")] = "",
    language: Annotated[str, typer.Option("--language", help="ISO 639-1 code.")] = "en",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Find the feed at an address, show what is in it, and write it into feeds.toml."""
    from pipeline.feeds_file import NewFeed, add_feeds, writable_folder
    from pipeline.ingest.discovery import discover
    from pipeline.report.plain import printable
    from pipeline.watches import Feed

    story, settings = configured(config)
    found = discover(url, settings)
    for number, feed in enumerate(found, start=1):
        typer.echo(f"{number}. {printable(feed.title)}\n   {feed.url}\n   {_summary(feed)}")
        for headline in feed.headlines:
            typer.echo(f"   - {printable(headline)}")
    chosen = found[0]
    if not yes:
        if not sys.stdin.isatty():
            typer.echo("Nothing was written. Give --yes to add the first one, or the address of another.")
            return
        if len(found) > 1:
            number = typer.prompt(f"Which one (1-{len(found)}, 0 for none)", type=int)
            if not 1 <= number <= len(found):
                return
            chosen = found[number - 1]
        elif not typer.confirm("Add it?"):
            return
    folder = writable_folder(config, default_config())
    comment = f"Read on {dt.datetime.now(dt.UTC):%Y-%m-%d} at {chosen.url}, found from {url}."
    wish = Feed(id="", url=chosen.url, publisher=publisher or printable(chosen.title), language=language)
    added = add_feeds(folder, (NewFeed(feed=wish, comment=comment),), story.feeds)
    typer.echo(f"Added '{added[0].id}' to {folder / 'feeds.toml'}." if added else "It is there already.")


@app.command("import")
def feeds_import(
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    config: Config = None,
) -> None:
    """Add the feeds of an OPML file to feeds.toml; those that are there already are left out."""
    from pipeline.errors import InputError
    from pipeline.feeds_file import NewFeed, add_feeds, read_opml, writable_folder

    story, _ = configured(config)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file), remedy="Check the path.") from error
    found = read_opml(raw, str(file))
    folder = writable_folder(config, default_config())
    comment = f"From {file.name}, imported on {dt.datetime.now(dt.UTC):%Y-%m-%d}."
    added = add_feeds(folder, [NewFeed(feed=feed, comment=comment) for feed in found], story.feeds)
    typer.echo(f"{len(added)} of {len(found)} feeds added to {folder / 'feeds.toml'}; try them with `claimwatch feeds check`.")


@app.command("export")
def feeds_export(config: Config = None) -> None:
    """Print the configured feeds as OPML."""
    from pipeline.feeds_file import write_opml

    story, _ = configured(config)
    typer.echo(write_opml(story.feeds, now=dt.datetime.now(dt.UTC)), nl=False)


def recheck(config: Config = None, database: DatabaseUrl = None, exit_code: ExitCodeFlag = False) -> None:
    """Visit the pages of stored articles that are due: edits become versions, pages gone for good are withdrawn."""
    from pipeline.outputs import with_source_health
    from pipeline.rechecking import recheck as visit
    from pipeline.report.change_report import build_report
    from pipeline.report.text import render_text
    from pipeline.store.rechecks import next_visit

    story, settings = configured(config)
    now = dt.datetime.now(dt.UTC)
    with database_at(database, settings) as store, Progress() as progress:
        result = visit(story, settings, store, now=now, progress=progress)
        problems = with_source_health(store, story, result.problems, now=now)
        with store.reading() as connection:
            due = next_visit(connection)
    typer.echo(render_text(build_report(story, result.changes, (), (), now=now, problems=problems)))
    later = f"next visit {due:%Y-%m-%d %H:%M} UTC" if due else "no page is to be visited again"
    typer.echo(f"{result.articles} edited articles, {len(result.changes)} changes; {later}.")
    leave(bool(result.problems), bool(result.changes), exit_code)


def pages(
    url: Annotated[str, typer.Argument(help="An article's address; without one: how much is kept, and which pages could not be visited again.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write the pages into this folder.")] = None,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """List the fetched pages of an article that are kept as evidence, or write them out; without an address how it stands with the pages."""
    from pipeline.errors import InputError, OutputError
    from pipeline.report.plain import printable
    from pipeline.store.pages import pages_of

    _, settings = settings_of(config)
    if not url:
        _pages_of_all(database, settings)
        return
    with database_at(database, settings) as store, store.reading() as connection:
        kept = pages_of(connection, url)
    if not kept:
        remedy = "`claimwatch claims` gives the addresses; pages are kept for evidence.keep_days, and feeds with full text have none."
        raise InputError("no page of it is kept", where=url, remedy=remedy)
    for page in kept:
        whole = "whole" if len(page.body) == page.size else f"the first {len(page.body)} bytes"
        typer.echo(f"{page.fetched_at:%Y-%m-%d %H:%M:%S} UTC  {page.size} bytes, {whole}, {printable(page.content_type)}  sha256 {page.sha256}")
        if out is not None:
            file = out / f"{page.fetched_at:%Y%m%dT%H%M%SZ}-{page.sha256[:16]}.html"
            try:
                out.mkdir(parents=True, exist_ok=True)
                file.write_bytes(page.body)
            except OSError as error:
                raise OutputError(f"cannot be written: {error.strerror}", where=str(file), remedy="Choose another folder.") from error
            typer.echo(f"  {file}")


def _pages_of_all(database: str | None, settings: "Settings") -> None:
    from pipeline.report.plain import printable
    from pipeline.store.pages import kept_pages
    from pipeline.store.rechecks import failing_pages

    with database_at(database, settings) as store, store.reading() as connection:
        kept, failing = kept_pages(connection), failing_pages(connection)
    for page in failing:
        what = f"gone since {page.missing_since:%Y-%m-%d %H:%M} UTC" if page.missing and page.missing_since else page.last_error
        later = f"visited again {page.next_due_at:%Y-%m-%d %H:%M} UTC" if page.next_due_at else "not visited any more"
        typer.echo(f"{printable(page.address)}: {printable(what)}; {later}")
    typer.echo(f"{kept.number} fetched pages are kept as evidence, {kept.stored / 1e6:.1f} MB (of {kept.fetched / 1e6:.1f} MB fetched), for {settings.page_days} days.")
    typer.echo(f"{len(failing)} could not be read at the last visit." if failing else "Every page could be read at the last visit.")


def _feeds(number: int) -> str:
    return f"{number} feed{'' if number == 1 else 's'}"


def _summary(found: "FoundFeed") -> str:
    newest = f"newest {found.newest:%Y-%m-%d %H:%M} UTC" if found.newest else "without dates"
    text = "with full text" if found.full_text else "with teasers: the pages are read"
    number = len(found.parsed.entries)
    return f"{number} {'entry' if number == 1 else 'entries'}, {newest}, {text}"
