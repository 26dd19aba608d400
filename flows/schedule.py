"""One command that serves the flows on their schedule, in one process; with a local Prefect server where none is set."""

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from pipeline.config import Settings

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

# A run that hangs in PENDING or RUNNING from an earlier process of ours is dead: this process has just begun.
_DEAD_AFTER = dt.timedelta(0)
# At minutes that no other schedule has.
_UPKEEP_CRON, _NOTIFY_CRON, _DIGEST_CRON = "17 * * * *", "*/10 * * * *", "0 6 * * *"


def serve_flows(settings: Settings, *, config: str, database: str, watches: int) -> None:
    """Serve `monitor`, `recheck`, `notify`, `digest` and `upkeep` on their cron schedules until stopped.

    Args:
        settings: The cron expressions of `monitor` and `recheck`, and the time zone.
        config: The configuration folder, absolute.
        database: Address of the database, absolute.
        watches: How many watches there are, for the message.
    """
    import os

    from flows.server import prefect_ready

    # Not a parameter of the runs: an address may hold a password, and Prefect stores and shows parameters.
    os.environ["CLAIMWATCH_CONFIG"], os.environ["CLAIMWATCH_DATABASE_URL"] = config, database
    own_server = not os.environ.get("PREFECT_API_URL")
    with prefect_ready() as address:
        # Prefect reads the address when it is imported.
        from prefect import serve

        from flows.stuck_runs import end_stuck_runs

        if own_server:
            end_stuck_runs(older_than=_DEAD_AFTER)
        print(
            f"{watches} watches on '{settings.monitor_cron}' ({settings.timezone}); Prefect at {address.removesuffix('/api')}; stop with Ctrl-C",
            flush=True,
        )
        # Schedules stay on when this process is restarted.
        serve(*_deployments(settings), pause_on_shutdown=False, limit=4)


def _deployments(settings: Settings) -> "list[RunnerDeployment]":
    from prefect import Flow
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron

    from flows.digest import digest, notify
    from flows.monitor import monitor
    from flows.recheck import recheck
    from flows.upkeep import upkeep

    def deployment(flow: Flow[..., Any], cron: str, *tags: str) -> "RunnerDeployment":
        made = flow.to_deployment(
            name="scheduled",
            schedule=Cron(cron, timezone=settings.timezone),
            tags=["claimwatch", *tags],
            description=flow.description,
            # Three, for a run that died holds its slot until its lease ends (docs/operations.md).
            concurrency_limit=ConcurrencyLimitConfig(limit=3, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW, grace_period_seconds=120),
        )
        return cast("RunnerDeployment", made)

    return [
        deployment(cast("Flow[..., Any]", monitor), settings.monitor_cron, "monitor"),
        deployment(cast("Flow[..., Any]", recheck), settings.recheck_cron, "recheck"),
        deployment(cast("Flow[..., Any]", notify), _NOTIFY_CRON, "notify"),
        deployment(cast("Flow[..., Any]", digest), _DIGEST_CRON, "digest"),
        deployment(cast("Flow[..., Any]", upkeep), _UPKEEP_CRON, "upkeep"),
    ]
