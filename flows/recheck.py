"""Flow `recheck`: visit the pages of stored articles again. The task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.artifacts import ProgressBar, announce, publish, publish_figures  # noqa: E402
from flows.digest import tell  # noqa: E402
from flows.parameters import ConfigFolder, DatabaseAddress, Held, Moment, Place, place_of, run_name  # noqa: E402
from pipeline import rechecking  # noqa: E402
from pipeline.model import RunResult  # noqa: E402
from pipeline.monitor import merge_results  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402


# Not tried again as a whole: each page that cannot be reached has a time of its own for the next visit.
@task(name="visit", cache_policy=NO_CACHE, persist_result=False)
def visit(place: Held[Place]) -> RunResult:
    """Visit the pages that are due and save what follows."""
    here = place.value
    store = open_database(here.database)
    try:
        progress = ProgressBar("visiting", "Pages visited.")
        return rechecking.recheck(here.story, here.settings, store, now=here.now, progress=progress)
    finally:
        store.close()


@flow(
    name="recheck",
    flow_run_name=run_name,
    description="Visits the pages of stored articles again: edits become versions, pages gone for good are withdrawn.",
    persist_result=False,
)
def recheck(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None) -> RunResult:
    """Visit the pages that are due, tell the channels, and publish the report as artifacts.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        now: When it is taken to be, with a time zone. Empty: the real time.
    """
    place = place_of(config, database, now)
    result = visit(Held(place))
    announce(place.story, result.changes)
    result = merge_results([result], tell(place, patient=False))
    if result.changes or result.problems:
        publish(place.config, place.database, result)
    else:
        publish_figures(result)
    return result
