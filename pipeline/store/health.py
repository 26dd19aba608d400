"""How things stand, in numbers: for metrics, for the doctor, and for the health checks of containers."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from pipeline.store.feeds import MAX_TRIES
from pipeline.store.leases import clock
from pipeline.store.outbox import OutboxCounts, count_items
from pipeline.store.tables import articles, changes, claims, entries, feeds, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Numbers of a database at one instant.

    Attributes:
        articles, claims: Stored versions of articles, and claims.
        changes: By kind, sorted.
        waiting, given_up: Entries that are still to be read or decided, and those that failed too often.
        oldest_waiting: Since when the first of the line waits (UTC).
        failing_feeds: Ids of feeds whose last poll failed.
        runs: By kind: how many, when the last one was completed (UTC), and how many seconds it took.
        outbox: What is to be sent.
        clock: What time the database says it is (UTC).
    """

    articles: int
    claims: int
    changes: tuple[tuple[str, int], ...]
    waiting: int
    given_up: int
    oldest_waiting: dt.datetime | None
    failing_feeds: tuple[str, ...]
    runs: tuple[tuple[str, int, dt.datetime, float], ...]
    outbox: OutboxCounts
    clock: dt.datetime


def standing(connection: Connection) -> Standing:
    """How the database stands now."""
    undone = entries.c.done.is_(False)
    waiting, oldest = connection.execute(
        select(func.count(), func.min(entries.c.queued_at)).where(undone, entries.c.tries < MAX_TRIES)
    ).one()
    return Standing(
        articles=_count(connection, articles.c.id),
        claims=_count(connection, claims.c.id),
        changes=tuple(
            (kind, number)
            for kind, number in connection.execute(select(changes.c.kind, func.count()).group_by(changes.c.kind).order_by(changes.c.kind))
        ),
        waiting=waiting,
        given_up=connection.execute(select(func.count()).where(undone, entries.c.tries >= MAX_TRIES)).scalar_one(),
        oldest_waiting=oldest,
        failing_feeds=tuple(connection.execute(select(feeds.c.id).where(feeds.c.failures > 0).order_by(feeds.c.id)).scalars()),
        runs=_runs(connection),
        outbox=count_items(connection),
        clock=clock(connection),
    )


def last_completed(connection: Connection) -> dt.datetime | None:
    """When the last run was completed (UTC). To play an archive reads no news, so it is no sign of health."""
    found: dt.datetime | None = connection.execute(select(func.max(runs.c.finished_at)).where(runs.c.kind != "replay")).scalar()
    return found


def _runs(connection: Connection) -> tuple[tuple[str, int, dt.datetime, float], ...]:
    counted = connection.execute(select(runs.c.kind, func.count(), func.max(runs.c.id)).group_by(runs.c.kind).order_by(runs.c.kind)).all()
    found = []
    for kind, number, last in counted:
        row = connection.execute(select(runs.c.started_at, runs.c.finished_at).where(runs.c.id == last)).one()
        found.append((kind, number, row.finished_at, (row.finished_at - row.started_at).total_seconds()))
    return tuple(found)


def _count(connection: Connection, column: object) -> int:
    return int(connection.execute(select(func.count(column))).scalar_one())  # type: ignore[arg-type]
