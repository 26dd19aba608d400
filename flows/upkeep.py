"""Flow `upkeep`: keep the databases small, ours and Prefect's, and end runs that died without a word."""

from flows.server import prepare_environment

prepare_environment()

import datetime as dt  # noqa: E402
from typing import Annotated  # noqa: E402

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from pydantic import Field  # noqa: E402

from flows.parameters import ConfigFolder, DatabaseAddress, place_of, run_name  # noqa: E402
from flows.stuck_runs import delete_old_runs, end_stuck_runs  # noqa: E402
from pipeline.ingest.copies import DAYS  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402
from pipeline.store.retention import Tidied, tidy  # noqa: E402

Days = Annotated[int, Field(ge=1, le=3650)]
StuckHours = Annotated[float, Field(gt=0, le=72)]


@task(name="tidy", cache_policy=NO_CACHE, persist_result=False)
def tidy_database(database: str, keep_days: int, page_days: int) -> Tidied:
    """Delete what is older than it need be kept from our database. Articles, claims and changes are kept."""
    store = open_database(database)
    now = dt.datetime.now(dt.UTC)
    try:
        return tidy(
            store,
            before=now - dt.timedelta(days=keep_days),
            pages_before=now - dt.timedelta(days=page_days),
            bands_before=now - dt.timedelta(days=max(keep_days, 2 * DAYS)),
        )
    finally:
        store.close()


@task(name="end-stuck-runs", cache_policy=NO_CACHE, persist_result=False)
def end_stuck(hours: float) -> int:
    """Set runs of ours that died without a word to Crashed, so that they hold no slot."""
    return end_stuck_runs(older_than=dt.timedelta(hours=hours))


@task(name="delete-old-runs", cache_policy=NO_CACHE, persist_result=False)
def delete_old(keep_days: int) -> int:
    """Delete old runs of ours from Prefect's database, with their logs and artifacts."""
    return delete_old_runs(before=dt.datetime.now(dt.UTC) - dt.timedelta(days=keep_days))


@flow(
    name="upkeep",
    flow_run_name=run_name,
    description="Deletes old logs here and in Prefect, and ends runs that died without a word.",
    persist_result=False,
)
def upkeep(config: ConfigFolder = "", database: DatabaseAddress = "", keep_days: Days = 90, stuck_hours: StuckHours = 6.0) -> None:
    """Tidy up; what was done is published as a table. Fetched pages are kept for `evidence.keep_days` of claimwatch.toml.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        keep_days: How long logs of runs and of what was sent are kept, here and in Prefect: 1 to 3650.
        stuck_hours: A run that has been going on for longer than this is taken for dead.
    """
    place = place_of(config, database)
    tidied = tidy_database(place.database, keep_days, place.settings.page_days)
    rows: list[dict[str, object]] = [{"what": what, "number": number} for what, number in tidied.rows()]
    rows.append({"what": "stuck runs ended", "number": end_stuck(stuck_hours)})
    rows.append({"what": "old runs deleted from Prefect", "number": delete_old(keep_days)})
    get_run_logger().info("%s", "; ".join(f"{row['what']}: {row['number']}" for row in rows))
    create_table_artifact(rows, key="upkeep", description="What was tidied up.")
