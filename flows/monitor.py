"""Flow `monitor`: poll the feeds, read what is new, report what changed. Every task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

import datetime as dt  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.replay import publish  # noqa: E402
from pipeline import monitor as story_monitor  # noqa: E402
from pipeline.config import load_settings, load_story  # noqa: E402
from pipeline.model import InputProblem, RunResult  # noqa: E402
from pipeline.store import feeds as stored_feeds  # noqa: E402
from pipeline.store import runs as stored_runs  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402


# Only the network is tried again: deciding and saving give the same the second time.
@task(name="poll", cache_policy=NO_CACHE, persist_result=False, retries=2, retry_delay_seconds=[5, 30])
def poll(config: str, database: str, now: dt.datetime) -> tuple[InputProblem, ...]:
    """Poll all feeds and remember their new entries."""
    store = open_database(database)
    try:
        return story_monitor.poll(load_story(Path(config)), load_settings(Path(config), os.environ), store, now=now)
    finally:
        store.close()


@task(name="read", cache_policy=NO_CACHE, persist_result=False)
def read_batch(config: str, database: str, now: dt.datetime) -> RunResult:
    """Read a batch of waiting entries, decide on them and save."""
    story = load_story(Path(config))
    store = open_database(database)
    try:
        with store.reading() as connection:
            waiting = stored_feeds.pending_entries(connection)[: story_monitor.BATCH]
        return story_monitor.read_entries(waiting, story_monitor.make_judge(story), load_settings(Path(config), os.environ), store, now=now)
    finally:
        store.close()


@task(name="tick", cache_policy=NO_CACHE, persist_result=False)
def tick(config: str, database: str, now: dt.datetime) -> RunResult:
    """Let the clock flag what is overdue."""
    store = open_database(database)
    try:
        return story_monitor.tick_now(load_story(Path(config)), store, now=now)
    finally:
        store.close()


@flow(name="monitor", flow_run_name="monitor {config}", persist_result=False)
def monitor(config: str, database: str, now: dt.datetime | None = None) -> RunResult:
    """Poll every feed once, read what is new a batch per task, and publish the report as artifacts.

    Args:
        config: The configuration folder, absolute.
        database: Address of the database.
        now: The clock; default the real one (UTC).
    """
    moment = now or dt.datetime.now(dt.UTC)
    problems = poll(config, database, moment)
    store = open_database(database)
    try:
        with store.reading() as connection:
            waiting = len(stored_feeds.pending_entries(connection))
        results = [read_batch(config, database, moment) for _ in range(0, waiting, story_monitor.BATCH)]
        results.append(tick(config, database, moment))
        result = story_monitor.merge_results(results, problems)
        with store.writing() as connection:
            stored_runs.add_run(connection, "run", result, moment)
    finally:
        store.close()
    publish(config, database, result)
    return result
