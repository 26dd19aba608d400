"""Flow `recheck`: visit the pages of stored articles again. The task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.artifacts import announce, publish, publish_figures  # noqa: E402
from flows.digest import tell  # noqa: E402
from flows.parameters import ConfigFolder, DatabaseAddress, Held, Moment, Place, place_of, run_name  # noqa: E402
from pipeline import rechecking  # noqa: E402
from pipeline.model import RunResult  # noqa: E402
from pipeline.monitor import merge_results  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402


@task(name="visit", tags=["claimwatch-network"], cache_policy=NO_CACHE, persist_result=False)
def visit(place: Held[Place]) -> RunResult:
    """Visit the pages that are due and save what follows."""
    here = place.value
    store = open_database(here.database)
    try:
        return rechecking.recheck(here.story, here.settings, store, now=here.now)
    finally:
        store.close()


@flow(
    name="recheck",
    flow_run_name=run_name,
    description="Visits the pages of stored articles again: edits become versions, pages gone for good are withdrawn.",
    persist_result=False,
)
def recheck(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None) -> RunResult:
    """Visit the pages that are due, tell the channels, and publish the report as artifacts."""
    place = place_of(config, database, now)
    result = visit(Held(place))
    announce(place.story, result.changes)
    result = merge_results([result], tell(place))
    if result.changes or result.problems:
        publish(place.config, place.database, result)
    else:
        publish_figures(result)
    return result
