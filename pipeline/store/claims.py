"""Stored claims <-> rows."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Row, Select, bindparam, insert, literal_column, select, update

from pipeline.model import StoredClaim
from pipeline.store.codec import from_json, to_json
from pipeline.store.known import portions, stored_among
from pipeline.store.tables import address_key, claims, revisions
from pipeline.store.tallies import add_to_tallies

# The repeats of a question are many, what did something is little; beyond this many of each the older ones tell nothing new.
NEWEST = 150

_OF_QUESTION = select(claims.c.id, claims.c.retracted_at, claims.c.data).where(
    claims.c.watch == bindparam("watch"), claims.c.question == bindparam("question")
)
_NEWEST = _OF_QUESTION.order_by(claims.c.id.desc()).limit(NEWEST)
# Spelt out, not as a parameter: only so do the databases know that the index of these rows will do.
_TELLING = _OF_QUESTION.where(claims.c.effect != literal_column("'repeat'")).order_by(claims.c.id.desc()).limit(NEWEST)
_ARRIVED = select(claims.c.id, claims.c.retracted_at, claims.c.data).where(claims.c.id > bindparam("after")).order_by(claims.c.id)
_NEWEST_ID = select(claims.c.id).order_by(claims.c.id.desc()).limit(1)
_REVISION = select(revisions.c.value).where(revisions.c.name == "claim")


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


def is_answered(connection: Connection, watch: str, question: str) -> bool:
    """True if anything was ever claimed on a question."""
    return connection.execute(_OF_QUESTION.limit(1), {"watch": watch, "question": question}).first() is not None


def claims_of_article(connection: Connection, url: str, version: int | None = None) -> tuple[StoredClaim, ...]:
    """All claims of an article in order of arrival, of every version or of that one."""
    query = select(claims).where(claims.c.url == url).order_by(claims.c.id)
    return _read(connection, query if version is None else query.where(claims.c.version == version))


def claims_of_speakers(
    connection: Connection, speakers: Sequence[str], *, watch: str | None = None, question: str | None = None
) -> tuple[StoredClaim, ...]:
    """All claims of some speakers (names as stored) in order of arrival, retracted ones too; read through the index of speakers.

    Args:
        connection: An open connection.
        speakers: Whose.
        watch, question: Only these.
    """
    found: dict[int, StoredClaim] = {}
    for portion in portions([address_key(name) for name in speakers]):
        query = select(claims.c.id, claims.c.retracted_at, claims.c.data).where(claims.c.voice.in_(portion))
        if watch:
            query = query.where(claims.c.watch == watch)
        if question:
            query = query.where(claims.c.question == question)
        found |= {row.id: _from_row(row) for row in connection.execute(query)}
    return tuple(found[number] for number in sorted(found))


def all_claims(
    connection: Connection, *, watch: str | None = None, watches: Collection[str] = (), question: str | None = None,
    known_at: dt.datetime | None = None,
) -> tuple[StoredClaim, ...]:  # fmt: skip
    """Claims in order of arrival.

    Args:
        connection: An open connection.
        watch, question: Only these.
        watches: Only these; empty for all.
        known_at: Only what had come by then (UTC); what was retracted later still stands.
    """
    query = select(claims.c.retracted_at, claims.c.data).order_by(claims.c.id)
    if watch:
        query = query.where(claims.c.watch == watch)
    if watches:
        query = query.where(claims.c.watch.in_(list(watches)))
    if question:
        query = query.where(claims.c.question == question)
    if known_at is None:
        return _read(connection, query)
    found = _read(connection, query.where(claims.c.seen_at <= known_at))
    return tuple(
        replace(stored, retracted_at=None) if stored.retracted_at and stored.retracted_at > known_at else stored for stored in found
    )


def recent_claims(connection: Connection, watch: str, question: str) -> dict[int, StoredClaim]:
    """What a new claim on a question is compared with, by row number in order: its NEWEST claims, and its NEWEST that did something."""
    place = {"watch": watch, "question": question}
    found = {row.id: row for query in (_NEWEST, _TELLING) for row in connection.execute(query, place)}
    return {number: _from_row(found[number]) for number in sorted(found)}


def numbered_claims_of_article(connection: Connection, url: str) -> dict[int, StoredClaim]:
    """All claims of all versions of an article, by row number in order."""
    query = select(claims.c.id, claims.c.retracted_at, claims.c.data).where(claims.c.url == url).order_by(claims.c.id)
    return {row.id: _from_row(row) for row in connection.execute(query)}


def arrived_claims(connection: Connection, after: int, limit: int) -> dict[int, StoredClaim]:
    """Up to `limit` claims that were stored after the row `after`, by row number in order."""
    return {row.id: _from_row(row) for row in connection.execute(_ARRIVED.limit(limit), {"after": after})}


def newest_claim(connection: Connection) -> int:
    """The row number of the claim stored last, 0 if there is none."""
    return int(connection.execute(_NEWEST_ID).scalar() or 0)


def claims_revision(connection: Connection) -> int:
    """How often stored claims have been altered: retracted, or brought back."""
    return int(connection.execute(_REVISION).scalar_one())


def note_altered(connection: Connection) -> None:
    """Say that stored claims were altered, in the transaction that alters them."""
    connection.execute(update(revisions).where(revisions.c.name == "claim").values(value=revisions.c.value + 1))


def retract_claims(connection: Connection, keys: Iterable[str], at: dt.datetime) -> None:
    """Note that claims no longer stand (their sentence vanished); what is retracted already keeps its time."""
    wanted = list(keys)
    if wanted:
        note_altered(connection)
    for portion in portions(wanted):
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
    stored = from_json(StoredClaim, row.data)
    return replace(stored, retracted_at=row.retracted_at) if row.retracted_at != stored.retracted_at else stored
