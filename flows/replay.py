"""Flow `replay`: an archive as if it were happening. Every task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

import argparse  # noqa: E402
import datetime as dt  # noqa: E402
import functools  # noqa: E402
from pathlib import Path  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from pipeline import monitor  # noqa: E402
from pipeline.config import load_story  # noqa: E402
from pipeline.deciding import Judge  # noqa: E402
from pipeline.ingest.archive import read_archive  # noqa: E402
from pipeline.model import RunResult  # noqa: E402
from pipeline.outputs import stored_report  # noqa: E402
from pipeline.report.markdown import render_markdown  # noqa: E402
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


@flow(name="replay", flow_run_name="replay {folder}", persist_result=False)
def replay(folder: str, config: str, database: str, until: dt.date | None = None) -> RunResult:
    """Play an archive as if it were happening, a batch of steps per task, and publish the report as artifacts.

    Args:
        folder: The archive, absolute.
        config: The configuration folder, absolute.
        database: Address of the database.
        until: Last day of the clock (UTC); default the day of the last dispatch.
    """
    archive = read_archive(Path(folder))
    total = len(monitor.plan_replay(archive, until))
    results = [
        play_batch(folder, config, database, until, first, min(first + monitor.BATCH, total)) for first in range(0, total, monitor.BATCH)
    ]
    result = monitor.merge_results(results, archive.problems)
    publish(config, database, result)
    return result


def publish(config: str, database: str, result: RunResult) -> None:
    """The change report as a Markdown artifact, the key figures as a table; all text of the sources is escaped."""
    store = open_database(database)
    try:
        report = stored_report(store, load_story(Path(config)), now=dt.datetime.now(dt.UTC), problems=result.problems)
    finally:
        store.close()
    create_markdown_artifact(render_markdown(report), key="change-report", description="What changed, with both sentences.")
    create_table_artifact(
        [{"kind": kind.value, "changes": number} for kind, number in report.counts] or [{"kind": "none", "changes": 0}],
        key="changes",
        description=f"{result.articles} new articles, {result.claims} claims, {len(result.problems)} problems.",
    )


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
