"""Runs that Prefect believes to be going on though their process is gone, and runs that are too old to keep.

Prefect's server has no reaper of its own. A dead run holds its slot of a concurrency limit; one that died between PENDING
and RUNNING sends no heartbeat, so no automation sees it either.
"""

import datetime as dt

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.runtime import flow_run as this_run
from prefect.states import Crashed

TAG = "claimwatch"
_PAGE = 200
_OURS = FlowRunFilterTags(all_=[TAG])
_ALIVE = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]))


def end_stuck_runs(*, older_than: dt.timedelta) -> int:
    """Set our runs that have been pending or running for longer to Crashed; returns how many."""
    before = dt.datetime.now(dt.UTC) - older_than
    ended = 0
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=_OURS, state=_ALIVE), limit=_PAGE):
            since = run.state.timestamp if run.state else run.created
            if since is not None and since < before and str(run.id) != this_run.get_id():
                message = f"No sign of life since {since:%d %b %H:%M} UTC; ended by upkeep."
                client.set_flow_run_state(run.id, Crashed(message=message), force=True)
                ended += 1
    return ended


def delete_old_runs(*, before: dt.datetime) -> int:
    """Delete our runs that ended before that instant; returns how many."""
    deleted = 0
    old = FlowRunFilter(tags=_OURS, end_time=FlowRunFilterEndTime(before_=before))
    with get_client(sync_client=True) as client:
        while runs := _page(client, old):
            for run in runs:
                client.delete_flow_run(run.id)
            deleted += len(runs)
    return deleted


def _page(client: SyncPrefectClient, wanted: FlowRunFilter) -> list[FlowRun]:
    return client.read_flow_runs(flow_run_filter=wanted, limit=_PAGE, sort=FlowRunSort.END_TIME_DESC)
