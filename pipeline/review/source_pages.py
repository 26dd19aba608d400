"""Sources and their health in plain words, runs with their figures, and the log of what people decided."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from pipeline.report.health import SourceHealth, source_health
from pipeline.review.desk import Desk, desk_of
from pipeline.review.inbox import to_row
from pipeline.review.listing import whole
from pipeline.store.decisions import history
from pipeline.store.feeds import all_feed_memories
from pipeline.store.reviews import changes_by_id
from pipeline.store.runs import recent_runs
from pipeline.store.tallies import OUTLET, busiest

_DECISIONS, _RUNS = 60, 60


def sources_page(request: Request) -> Response:
    """GET /sources."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        feeds = feed_rows(connection, desk)
        outlets, _ = busiest(connection, OUTLET, limit=60)
    return desk.page(request, "sources.html", feeds=feeds, outlets=outlets)


def feed_rows(connection: Connection, desk: Desk) -> tuple[SourceHealth, ...]:
    """How every feed of the configuration is doing, those that need somebody first."""
    found = source_health(desk.story.feeds, all_feed_memories(connection), desk.now())
    return tuple(sorted(found, key=lambda source: (not source.needs_attention, source.name)))


def as_row(source: SourceHealth) -> dict[str, Any]:
    """A source for programs."""
    return {
        "id": source.feed.id, "url": source.feed.url, "publisher": source.feed.publisher, "health": source.health.value,
        "needs_attention": source.needs_attention, "sentence": source.sentence, "remedy": source.remedy, "notes": list(source.notes),
        "last_good_at": source.last_good_at.isoformat() if source.last_good_at else None,
        "next_due_at": source.next_due_at.isoformat() if source.next_due_at else None,
    }  # fmt: skip


def runs_page(request: Request) -> Response:
    """GET /runs."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        runs = recent_runs(connection, _RUNS)
    return desk.page(request, "runs.html", runs=runs)


def history_page(request: Request) -> Response:
    """GET /history: the log, each batch with a button that takes it back."""
    desk = desk_of(request)
    before = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        rows = history(connection, before=before or None, limit=_DECISIONS)
        about = changes_by_id(connection, {row.change for row in rows if row.change})
    batches: dict[str, list[Any]] = {}
    for row in rows:
        batches.setdefault(row.batch, []).append(row)
    return desk.page(request, "history.html", batches=batches, about={key: to_row(desk, found).item for key, found in about.items()}, more=rows[-1].id if len(rows) == _DECISIONS else 0, before=before)
