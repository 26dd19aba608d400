"""Flow `replay`: an archive as if it were happening. Every task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

import argparse  # noqa: E402
import datetime as dt  # noqa: E402
import functools  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Annotated  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from pydantic import Field  # noqa: E402

from flows.artifacts import ProgressBar, announce, publish  # noqa: E402
from flows.parameters import ConfigFolder, DatabaseAddress, Place, place_of, run_name  # noqa: E402
from pipeline import monitor  # noqa: E402
from pipeline.config import load_story  # noqa: E402
from pipeline.deciding import Judge  # noqa: E402
from pipeline.ingest.archive import read_archive  # noqa: E402
from pipeline.model import RunResult  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402


@functools.cache
def _judge(config: str) -> Judge:
    return monitor.make_judge(load_story(Path(config)))


@task(name="play", task_run_name="play {first}-{last}", cache_policy=NO_CACHE, persist_result=False)
def play_batch(folder: str, config: str, database: str, until: dt.date | None, first: int, last: int) -> RunResult:
    """Take the steps `first` to `last` (exclusive) of a replay."""
    steps = monitor.plan_replay(read_archive(Path(folder)), until)[first:last]
    store = open_database(database)
    try:
        return monitor.play(steps, _judge(config), store)
    finally:
        store.close()


Archive = Annotated[str, Field(min_length=1)]


@flow(
    name="replay",
    flow_run_name=run_name,
    description="Plays an archive as if it were happening, and reports what changed.",
    persist_result=False,
)
def replay(folder: Archive, config: ConfigFolder = "", database: DatabaseAddress = "", until: dt.date | None = None) -> RunResult:
    """Play an archive as if it were happening, a batch of steps per task, and publish the report as artifacts.

    Args:
        folder: The folder of dispatches, absolute, as the worker sees it.
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        until: Last day of the clock (UTC). Empty: the day of the last dispatch.
    """
    place = place_of(config, database)
    archive = read_archive(Path(folder))
    total = len(monitor.plan_replay(archive, until))
    progress = ProgressBar("replaying", "Steps of the replay.")
    results = []
    for first in range(0, total, monitor.BATCH):
        last = min(first + monitor.BATCH, total)
        results.append(play_batch(folder, place.config, place.database, until, first, last))
        progress("replay", last, total)
    result = monitor.merge_results(results, archive.problems)
    _note(place, result)
    announce(place.story, result.changes)
    publish(place.config, place.database, result)
    return result


def _note(place: Place, result: RunResult) -> None:
    store = open_database(place.database)
    try:
        monitor.log_replay(store, result, place.now, place.clock())
    finally:
        store.close()


def main() -> None:
    """`python -m flows.replay FOLDER --config DIR --database URL`: the flow against the Prefect server that is set, or a local one."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder")
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--until", type=dt.date.fromisoformat)
    given = parser.parse_args()
    replay(str(Path(given.folder).resolve()), str(Path(given.config).resolve()), given.database, given.until)


if __name__ == "__main__":
    main()
