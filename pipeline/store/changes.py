"""Changes <-> rows."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, insert, select

from pipeline.model import Change, ChangeKind
from pipeline.store.arrivals import put_in_inbox
from pipeline.store.codec import from_json, to_json
from pipeline.store.known import stored_among
from pipeline.store.tables import changes


def add_changes(connection: Connection, new: Sequence[Change]) -> tuple[Change, ...]:
    """Store changes; returns those that were not there yet."""
    known = stored_among(connection, changes.c.id, [change.id for change in new])
    fresh: dict[str, Change] = {}
    for change in new:
        if change.id not in known:
            fresh.setdefault(change.id, change)
    if fresh:
        connection.execute(insert(changes), [_to_row(change) for change in fresh.values()])
        put_in_inbox(connection, tuple(fresh.values()))
    return tuple(fresh.values())


def all_changes(
    connection: Connection,
    *,
    watch: str | None = None,
    watches: Collection[str] = (),
    question: str | None = None,
    kinds: Collection[ChangeKind] = (),
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> tuple[Change, ...]:
    """Stored changes by the time of their detection.

    Args:
        connection: An open connection.
        watch, question: Only these.
        watches: Only these; empty for all.
        kinds: Only these kinds; empty for all.
        since, until: Only what was detected in this span (UTC, both ends included).
    """
    query = select(changes.c.data).order_by(changes.c.detected_at, changes.c.sequence)
    if watch:
        query = query.where(changes.c.watch == watch)
    if watches:
        query = query.where(changes.c.watch.in_(list(watches)))
    if question:
        query = query.where(changes.c.question == question)
    if kinds:
        query = query.where(changes.c.kind.in_([kind.value for kind in kinds]))
    if since:
        query = query.where(changes.c.detected_at >= since)
    if until:
        query = query.where(changes.c.detected_at <= until)
    return tuple(from_json(Change, data) for data in connection.execute(query).scalars())


def _to_row(change: Change) -> dict[str, object]:
    evidence, prior = change.evidence, change.prior
    return {
        "id": change.id,
        "watch": change.watch,
        "question": change.question,
        "kind": change.kind.value,
        "detected_at": change.detected_at,
        "evidence_url": evidence.url,
        "evidence_version": evidence.version,
        "evidence_start": evidence.start,
        "evidence_sentence": evidence.sentence,
        "prior_url": prior.url if prior else None,
        "prior_version": prior.version if prior else None,
        "prior_start": prior.start if prior else None,
        "prior_sentence": prior.sentence if prior else None,
        "data": to_json(change),
    }
