"""One command that serves the flows on their schedule; with a local Prefect server where none is set."""

from typing import TYPE_CHECKING, cast

from pipeline.config import Settings

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment


def serve_flows(settings: Settings, *, config: str, database: str, watches: int) -> None:
    """Serve `monitor` on its cron schedule until stopped.

    Args:
        settings: The cron expression and its time zone.
        config: The configuration folder, absolute.
        database: Address of the database, absolute.
        watches: How many watches there are, for the message.
    """
    from flows.server import prefect_ready

    with prefect_ready() as address:
        # Prefect reads the address when it is imported.
        from prefect import serve
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.schedules import Cron

        from flows.monitor import monitor

        deployment = cast(
            "RunnerDeployment",
            monitor.to_deployment(
                name="scheduled",
                schedule=Cron(settings.monitor_cron, timezone=settings.timezone),
                parameters={"config": config, "database": database},
                tags=["claimwatch"],
                description="Read the feeds and report what changed.",
                concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            ),
        )
        print(
            f"{watches} watches on '{settings.monitor_cron}' ({settings.timezone}); Prefect at {address.removesuffix('/api')}; stop with Ctrl-C",
            flush=True,
        )
        serve(deployment, pause_on_shutdown=False)
