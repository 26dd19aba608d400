"""Stored claims <-> rows."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Row, Select, insert, select, update

from pipeline.model import StoredClaim
from pipeline.store.codec import from_json, to_json
from pipeline.store.known import portions, stored_among
from pipeline.store.tables import claims
from pipeline.store.tallies import add_to_tallies


def add_claims(connection: Connection, new: Sequence[StoredClaim]) -> int:
    """Store claims in bulk and in order; those whose natural key is there are left as they are. Returns how many were new."""
    known = stored_among(connection, claims.c.key, [stored.claim.key for stored in new])
    fresh: dict[str, StoredClaim] = {}
    for stored in new:
        if stored.claim.key not in known:
            # Of two with the same key the first counts, as if they had come one after the other.
            fresh.setdefault(stored.claim.key, stored)
    if fresh:
        connection.execute(insert(claims), [_to_row(stored) for stored in fresh.values()])
        add_to_tallies(connection, [stored.claim for stored in fresh.values()])
    return len(fresh)


def claims_of_question(connection: Connection, watch: str, question: str) -> tuple[StoredClaim, ...]:
    """All claims on a question in order of arrival, retracted ones too."""
    return _read(connection, select(claims).where(claims.c.watch == watch, claims.c.question == question).order_by(claims.c.id))


def claims_of_article(connection: Connection, url: str, version: int | None = None) -> tuple[StoredClaim, ...]:
    """All claims of an article in order of arrival, of every version or of that one."""
    query = select(claims).where(claims.c.url == url).order_by(claims.c.id)
    return _read(connection, query if version is None else query.where(claims.c.version == version))


def all_claims(
    connection: Connection, *, watch: str | None = None, question: str | None = None, known_at: dt.datetime | None = None
) -> tuple[StoredClaim, ...]:
    """Claims in order of arrival.

    Args:
        connection: An open connection.
        watch, question: Only these.
        known_at: Only what had come by then (UTC); what was retracted later still stands.
    """
    query = select(claims).order_by(claims.c.id)
    if watch:
        query = query.where(claims.c.watch == watch)
    if question:
        query = query.where(claims.c.question == question)
    if known_at is None:
        return _read(connection, query)
    found = _read(connection, query.where(claims.c.seen_at <= known_at))
    return tuple(
        replace(stored, retracted_at=None) if stored.retracted_at and stored.retracted_at > known_at else stored for stored in found
    )


def retract_claims(connection: Connection, keys: Iterable[str], at: dt.datetime) -> None:
    """Note that claims no longer stand (their sentence vanished); what is retracted already keeps its time."""
    for portion in portions(list(keys)):
        connection.execute(update(claims).where(claims.c.key.in_(portion), claims.c.retracted_at.is_(None)).values(retracted_at=at))


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[StoredClaim, ...]:
    return tuple(_from_row(row) for row in connection.execute(query))


def _to_row(stored: StoredClaim) -> dict[str, object]:
    claim, answer = stored.claim, stored.claim.answer
    return {
        "key": claim.key,
        "url": claim.url,
        "version": claim.version,
        "watch": claim.watch,
        "question": claim.question,
        "seen_at": claim.seen_at,
        "speaker": claim.voice.speaker,
        "institution": claim.voice.institution,
        "certainty": claim.certainty.value,
        "answer_type": answer.type,
        "answer_value": answer.value,
        "unit": answer.unit,
        "low": answer.low,
        "high": answer.high,
        "effect": stored.effect.value,
        "prior": stored.prior,
        "retracted_at": stored.retracted_at,
        "data": to_json(stored),
        "sentence": claim.sentence,
        "said_at": claim.said_at,
        "voice": claim.voice.speaker,
        "outlet": claim.voice.publisher,
    }


def _from_row(row: Row[tuple[object, ...]]) -> StoredClaim:
    return replace(from_json(StoredClaim, row.data), retracted_at=row.retracted_at)
