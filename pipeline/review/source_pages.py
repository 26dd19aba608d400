"""Sources and their health in plain words, runs with their figures, and the log of what people decided."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from pipeline.report.when import moment_words
from pipeline.review.desk import Desk, desk_of
from pipeline.review.listing import whole
from pipeline.store.decisions import history
from pipeline.store.feeds import all_feed_memories
from pipeline.store.runs import recent_runs
from pipeline.store.tallies import OUTLET, busiest

_DECISIONS, _RUNS = 60, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed as an analyst understands it. `words` says how it stands; `good` is None where it has not been polled yet."""

    id: str
    url: str
    publisher: str
    words: str
    good: bool | None
    last_polled_at: dt.datetime | None
    last_changed_at: dt.datetime | None

    def as_row(self) -> dict[str, Any]:
        """For programs."""
        return {
            "id": self.id, "url": self.url, "publisher": self.publisher, "health": self.words, "good": self.good,
            "last_polled_at": self.last_polled_at.isoformat() if self.last_polled_at else None,
            "last_changed_at": self.last_changed_at.isoformat() if self.last_changed_at else None,
        }  # fmt: skip


def sources_page(request: Request) -> Response:
    """GET /sources."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        feeds = feed_rows(connection, desk)
        outlets, _ = busiest(connection, OUTLET, limit=60)
    return desk.page(request, "sources.html", feeds=feeds, outlets=outlets)


def feed_rows(connection: Connection, desk: Desk) -> tuple[FeedRow, ...]:
    """Every feed of the configuration, those in trouble first."""
    known = {memory.id: memory for memory in all_feed_memories(connection)}
    rows = []
    for feed in desk.story.feeds:
        memory = known.get(feed.id)
        if memory is None or memory.last_polled_at is None:
            words, good = "not polled yet", None
        elif memory.failures:
            times = "once" if memory.failures == 1 else f"{memory.failures} times in a row"
            words, good = f"{memory.last_error.rstrip('.')} ({times}, last {moment_words(memory.last_polled_at)})", False
        else:
            words = f"answers; last new entry {moment_words(memory.last_changed_at)}" if memory.last_changed_at else "answers; nothing new so far"
            good = True
        rows.append(
            FeedRow(
                id=feed.id, url=feed.url, publisher=feed.publisher, words=words, good=good,
                last_polled_at=memory.last_polled_at if memory else None, last_changed_at=memory.last_changed_at if memory else None,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.good is not False, row.id)))


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
    batches: dict[str, list[Any]] = {}
    for row in rows:
        batches.setdefault(row.batch, []).append(row)
    return desk.page(request, "history.html", batches=batches, more=rows[-1].id if len(rows) == _DECISIONS else 0, before=before)
