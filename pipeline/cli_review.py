"""`claimwatch review`: the web application, its users, digests and evidence bundles."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, configured, database_at, instant, settings_of
from pipeline.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from pipeline.watches import Story, Watch

review_app = typer.Typer(help="Review what changed in a browser.", invoke_without_command=True)
user_app = typer.Typer(help="Who may log in to the review.", no_args_is_help=True)
review_app.add_typer(user_app, name="user")
Lines = Annotated[str | None, typer.Option("--since", help="First day (YYYY-MM-DD); default seven days before --until.")]


@review_app.callback()
def review(
    context: typer.Context,
    config: Config = None,
    database: DatabaseUrl = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; beyond this machine only with users or --user-header.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port.")] = 8040,
    user_header: Annotated[str, typer.Option("--user-header", help="Header in which your reverse proxy names the user.")] = "",
    proxy: Annotated[list[str] | None, typer.Option("--proxy", help="Address of a proxy that is believed; may be given again.")] = None,
    name: Annotated[list[str] | None, typer.Option("--name", help="Host name under which the page is asked for; may be given again.")] = None,
) -> None:
    """Serve the review page; ends with Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    import gc
    import getpass

    import uvicorn

    from pipeline.review.access import AccessRules, check_listening, is_loopback
    from pipeline.review.app import create_app
    from pipeline.store.accounts import all_reviewers

    folder, settings = settings_of(config)
    configured(config)  # a mistake in the watches is told here, not on the first page
    rules = AccessRules(
        local_user=_login_name(getpass.getuser), header=user_header.lower(), proxies=tuple(proxy or ("127.0.0.1", "::1")),
        hosts=tuple(name or ()), loopback=is_loopback(host),
    )  # fmt: skip
    with database_at(database, settings) as store:
        with store.reading() as connection:
            has_users = any(reviewer.active for reviewer in all_reviewers(connection))
        check_listening(host, rules, has_users=has_users)
        app = create_app(store, folder.resolve(), rules)
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Review: http://{shown}:{port}/  (Ctrl-C ends it)", err=True)
        # What is loaded by now stays: going through all of it again and again took a tenth of a second out of a request now and then.
        gc.collect()
        gc.freeze()
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False, proxy_headers=False)


@user_app.command("add")
def user_add(name: Annotated[str, typer.Argument(help="Name to log in with.")], config: Config = None, database: DatabaseUrl = None) -> None:
    """Add a reviewer, or give one a new password. It is asked for; from a pipe it is the first line."""
    from pipeline.review.access import hash_password
    from pipeline.store.accounts import save_reviewer

    name = name.strip()
    if not name or not name.isprintable() or len(name) > 100:
        raise ConfigError("that cannot be a name", where=name[:40], remedy="Take up to 100 letters.")
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    hashed = hash_password(password)
    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.writing() as connection:
        new = save_reviewer(connection, name, hashed, dt.datetime.now(dt.UTC))
    typer.echo(f"{name} may log in." if new else f"{name} has a new password.")


@user_app.command("remove")
def user_remove(name: Annotated[str, typer.Argument(help="Who.")], config: Config = None, database: DatabaseUrl = None) -> None:
    """Let a reviewer log in no more. What they decided keeps their name."""
    from pipeline.store.accounts import remove_reviewer

    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.writing() as connection:
        found = remove_reviewer(connection, name)
    if not found:
        raise ConfigError("there is no such user", where=name, remedy="claimwatch review user list shows who there is.")
    typer.echo(f"{name} can log in no more.")


@user_app.command("list")
def user_list(config: Config = None, database: DatabaseUrl = None) -> None:
    """List who may log in."""
    from pipeline.store.accounts import all_reviewers

    _, settings = settings_of(config)
    with database_at(database, settings) as store, store.reading() as connection:
        names = [reviewer.name for reviewer in all_reviewers(connection) if reviewer.active]
    typer.echo("\n".join(names) if names else "Nobody: without users the page is open to this machine only.")


def digest(
    config: Config = None,
    database: DatabaseUrl = None,
    since: Lines = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day or instant; default now.")] = None,
    watch: Annotated[str, typer.Option("--watch", help="Only this watch.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, md or html (one self-contained page for mailing).")] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the screen.")] = None,
) -> None:
    """Tell what changed in some days and how things stand, without what reviewers dismissed."""
    from pipeline.digests import make_digest
    from pipeline.report.html import render_html
    from pipeline.report.markdown import render_markdown
    from pipeline.report.rows import write_text
    from pipeline.report.text import render_text

    renderers = {"text": render_text, "md": render_markdown, "html": render_html}
    if form not in renderers:
        raise ConfigError(f"there is no format '{form}'", remedy="Formats are: text, md, html.")
    story, settings = configured(config)
    if watch:
        _watch(story, watch)
    last = instant(until) if until else dt.datetime.now(dt.UTC)
    first = instant(since).replace(hour=0, minute=0, second=0) if since else last - dt.timedelta(days=7)
    with database_at(database, settings) as store:
        report = make_digest(store, story, since=first, until=last, watch=watch)
    text = renderers[form](report)
    if out:
        write_text(out, text)
        typer.echo(f"Written: {out}")
    else:
        typer.echo(text)


def export(
    watch: Annotated[str, typer.Argument(help="Id of the watch.")],
    out: Annotated[Path | None, typer.Option("--out", help="The zip to write; default WATCH.zip.")] = None,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Write everything known about a watch as one zip that can be verified: claims, sentences, addresses, versions, hashes."""
    from pipeline.evidence import write_bundle

    story, settings = configured(config)
    path = out or Path(f"{watch}.zip")
    with database_at(database, settings) as store:
        files = write_bundle(store, _watch(story, watch), path, now=dt.datetime.now(dt.UTC))
    typer.echo(f"{path}: {files} files. Verify it with: claimwatch verify {path}")


def verify(bundle: Annotated[Path, typer.Argument(help="A zip that `claimwatch export` wrote.")]) -> None:
    """Check an evidence bundle: every file against its hash, every sentence against its place in the text."""
    from pipeline.evidence import verify_bundle

    problems = verify_bundle(bundle)
    typer.echo("\n".join(problems) if problems else f"{bundle}: everything is as it was exported.")
    if problems:
        raise typer.Exit(ExitCode.PARTIAL)


def _watch(story: "Story", watch: str) -> "Watch":
    for found in story.watches:
        if found.id == watch:
            return found
    raise ConfigError(f"there is no watch '{watch}'", remedy=f"Watches are: {', '.join(found.id for found in story.watches)}.")


def _login_name(ask: "object") -> str:
    """Who sits at this machine; "local" where the system has no name for them."""
    try:
        return str(ask())  # type: ignore[operator]
    except (OSError, KeyError, ImportError):
        return "local"
