"""Flows `notify` (send what is due to the channels) and `digest` (the same, and the changes of the last hours as an artifact).

Both are started by events of changes, so neither may emit one: they would start themselves for ever.
"""

from flows.server import prepare_environment

prepare_environment()

import datetime as dt  # noqa: E402
import os  # noqa: E402
from dataclasses import replace  # noqa: E402
from typing import Annotated  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from pydantic import Field  # noqa: E402

from flows.parameters import ConfigFolder, DatabaseAddress, Held, Moment, Place, place_of, run_name  # noqa: E402
from pipeline.errors import OutputError  # noqa: E402
from pipeline.model import InputProblem  # noqa: E402
from pipeline.notifying import send_due  # noqa: E402
from pipeline.report.change_report import build_report  # noqa: E402
from pipeline.report.markdown import render_markdown  # noqa: E402
from pipeline.store.changes import all_changes  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402

Hours = Annotated[int, Field(ge=1, le=24 * 31)]


# The outbox tries a channel again after one minute, then after two.
@task(
    name="notify",
    task_run_name="notify {channel}",
    tags=["claimwatch-network"],
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[61, 121],
)
def notify_channel(channel: str, place: Held[Place]) -> int:
    """Send what is due to one channel; returns how many changes were told."""
    here = place.value
    store = open_database(here.database)
    try:
        only = replace(here.story, channels=tuple(item for item in here.story.channels if item.id == channel))
        # The real time, also where the flow was given another one: what is sent is sent now.
        deliveries = send_due(only, store, os.environ, now=max(here.now, dt.datetime.now(dt.UTC)))
    finally:
        store.close()
    failed = next((delivery.problem for delivery in deliveries if delivery.problem), None)
    if failed is not None:
        raise OutputError(failed.what, where=failed.where, remedy=failed.remedy)
    return sum(delivery.changes for delivery in deliveries)


def tell(place: Place, *, patient: bool) -> list[InputProblem]:
    """Send what is due to every channel; returns which could not be reached (they are tried again).

    Args:
        place: Configuration and database.
        patient: Wait some minutes for a channel that does not answer. Else the next run of `notify` tries it again.
    """
    problems = []
    once_or_more = notify_channel if patient else notify_channel.with_options(retries=0)
    for channel in place.story.channels:
        state = once_or_more(channel.id, Held(place), return_state=True)
        if state.is_failed():
            problems.append(InputProblem(where=f"channel '{channel.id}'", what=state.message or "not sent"))
    return problems


@flow(name="notify", flow_run_name=run_name, description="Sends what is due to the channels of notify.toml.", persist_result=False)
def notify(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None) -> int:
    """Send what is due to every channel; returns how many could not be reached.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        now: When it is taken to be, with a time zone. Empty: the real time.
    """
    return len(tell(place_of(config, database, now), patient=True))


@flow(
    name="digest",
    flow_run_name=run_name,
    description="Sends what is due, and shows the changes of the last hours as an artifact; nothing where nothing changed.",
    persist_result=False,
)
def digest(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None, hours: Hours = 24) -> int:
    """Send what is due and publish the changes of the last hours; returns how many there were.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        now: When it is taken to be, with a time zone. Empty: the real time.
        hours: Changes of how many hours the artifact shows: 1 to 744.
    """
    place = place_of(config, database, now)
    store = open_database(place.database)
    try:
        with store.reading() as connection:
            changes = all_changes(connection, since=place.now - dt.timedelta(hours=hours), until=place.now)
    finally:
        store.close()
    problems = tell(place, patient=False)
    if changes or problems:
        report = build_report(place.story, changes, (), (), now=place.now, problems=problems)
        create_markdown_artifact(render_markdown(report), key="digest", description=f"What changed in the last {hours} hours.")
    return len(changes)
