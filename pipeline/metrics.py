"""The numbers of a database as Prometheus metrics. Asked for anew at every scrape; nothing is counted beside the database."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.errors import DatabaseError
from pipeline.store.database import Database
from pipeline.store.health import Standing, standing


class DatabaseCollector(Collector):
    """Reads a database when it is scraped; `claimwatch_up` is 0 where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """The metrics of this instant."""
        up = GaugeMetricFamily("claimwatch_up", "Whether the database could be read.")
        try:
            with self._database.reading() as connection:
                found = standing(connection)
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _metrics(found)


def exposition(database: Database) -> str:
    """The metrics as the text that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(DatabaseCollector(database))
    return generate_latest(registry).decode()


def _metrics(found: Standing) -> Iterator[Metric]:
    yield CounterMetricFamily("claimwatch_articles", "Stored versions of articles.", value=found.articles)
    yield CounterMetricFamily("claimwatch_claims", "Stored claims.", value=found.claims)
    changes = CounterMetricFamily("claimwatch_changes", "Detected changes by kind.", labels=["kind"])
    for kind, number in found.changes:
        changes.add_metric([kind], number)
    yield changes
    yield GaugeMetricFamily("claimwatch_waiting_entries", "Entries that are still to be read or decided.", value=found.waiting)
    yield GaugeMetricFamily("claimwatch_given_up_entries", "Entries whose page failed too often.", value=found.given_up)
    oldest = (found.clock - found.oldest_waiting).total_seconds() if found.oldest_waiting else 0.0
    yield GaugeMetricFamily("claimwatch_oldest_waiting_seconds", "How long the first entry of the line has waited.", value=max(oldest, 0.0))
    yield GaugeMetricFamily("claimwatch_failing_feeds", "Feeds whose last poll failed.", value=len(found.failing_feeds))
    completed = CounterMetricFamily("claimwatch_runs", "Completed runs by kind.", labels=["kind"])
    at = GaugeMetricFamily("claimwatch_last_run_completed_timestamp_seconds", "When the last run was completed.", labels=["kind"])
    took = GaugeMetricFamily("claimwatch_last_run_duration_seconds", "How long the last run took.", labels=["kind"])
    for kind, number, finished, seconds in found.runs:
        completed.add_metric([kind], number)
        at.add_metric([kind], finished.timestamp())
        took.add_metric([kind], seconds)
    yield from (completed, at, took)
    yield GaugeMetricFamily("claimwatch_outbox_waiting", "Messages about changes that are still to be sent.", value=found.outbox.waiting)
    yield GaugeMetricFamily("claimwatch_outbox_failing", "Those of them that failed at least once.", value=found.outbox.failing)
