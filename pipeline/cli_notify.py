"""`claimwatch notify`: send what is due, show what would be sent, or try a channel."""

import datetime as dt
import os
from typing import Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, Progress, configured, database_at
from pipeline.errors import ConfigError, ExitCode


def notify(
    config: Config = None,
    database: DatabaseUrl = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")] = False,
    test: Annotated[str | None, typer.Option("--test", metavar="CHANNEL", help="Send one trial message to this channel.")] = None,
) -> None:
    """Send the changes that wait for a channel of notify.toml."""
    from pipeline.notify.send import send
    from pipeline.notifying import preview_due, send_due
    from pipeline.store.outbox import count_items

    story, settings = configured(config)
    if test is not None:
        channel = next((channel for channel in story.channels if channel.id == test), None)
        if channel is None:
            known = ", ".join(channel.id for channel in story.channels) or "none"
            raise ConfigError(f"there is no channel '{test}'; there are: {known}", remedy="Channels are declared in notify.toml.")
        send(channel, os.environ, title="Claimwatch: a trial message", body="If you can read this, the channel works.")
        typer.echo(f"A trial message was sent to '{test}'.")
        return
    if not story.channels:
        typer.echo("No channel is declared; docs/notifications.md shows how to write notify.toml.")
        return
    now = dt.datetime.now(dt.UTC)
    with database_at(database, settings) as store, Progress() as progress:
        deliveries = preview_due(story, store, now=now) if dry_run else send_due(story, store, os.environ, now=now, progress=progress)
        with store.reading() as connection:
            counts = count_items(connection)
    for delivery in deliveries:
        if delivery.problem is not None:
            typer.echo(f"error: {delivery.problem.where}: {delivery.problem.what}. {delivery.problem.remedy}".rstrip(), err=True)
        elif dry_run and delivery.message is not None:
            typer.echo(f"To '{delivery.channel}':\n\n{delivery.message.title}\n\n{delivery.message.body}")
        else:
            typer.echo(f"Sent to '{delivery.channel}': {delivery.changes} changes.")
    waiting = counts.waiting - (sum(delivery.changes for delivery in deliveries) if dry_run else 0)
    typer.echo(f"{'Nothing is due. ' if not deliveries else ''}{waiting} items wait for their time.")
    if any(delivery.problem for delivery in deliveries):
        raise typer.Exit(ExitCode.PARTIAL)
