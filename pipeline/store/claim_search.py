"""Searching the claims, by words and by slots, newest first.

No search reads all claims: one step looks at the newest `BUDGET` claims that the first slot or the words give, and says from where
to go on. So a search for what is not there costs no more than one for what is.
"""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, select

from pipeline.model import StoredClaim
from pipeline.store.codec import from_json, from_stored_text
from pipeline.store.tables import claims
from pipeline.store.words import matching_claims

BUDGET = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """What is searched for. Empty fields do not filter.

    `effect` is a kind of change ("repeat" for silent ones) or "news" for all but repeats; `low` and `high` bound the number of a
    quantity or duration; `since` and `until` when it was said (UTC, both included).
    """

    text: str = ""
    watch: str = ""
    question: str = ""
    speaker: str = ""
    publisher: str = ""
    certainty: str = ""
    effect: str = ""
    value: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundClaim:
    """A stored claim with its number in the order of arrival."""

    id: int
    stored: StoredClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one step found. `after` is from where to go on, None at the end; `looked_at` is how many claims it looked at."""

    claims: tuple[FoundClaim, ...]
    after: int | None
    looked_at: int


def search_claims(connection: Connection, wanted: ClaimFilter, *, limit: int, after: int | None = None) -> Found:
    """One step of a search, newest arrivals first."""
    candidates = _candidates(connection, wanted)
    if after is not None:
        candidates = candidates.where((candidates.selected_columns[0]) < after)
    ids = list(connection.execute(candidates.order_by(candidates.selected_columns[0].desc()).limit(BUDGET)).scalars())
    query = select(claims.c.id, claims.c.data, claims.c.retracted_at)
    for condition in _conditions(wanted):
        query = query.where(condition)
    found: list[FoundClaim] = []
    looked_at = 0
    # Most searches fill their page with the first few candidates.
    for start, size in ((0, 200), (200, 800), (1_000, BUDGET)):
        portion = ids[start : start + size]
        if not portion or len(found) > limit:
            break
        looked_at += len(portion)
        rows = connection.execute(query.where(claims.c.id.in_(portion)).order_by(claims.c.id.desc()).limit(limit + 1 - len(found)))
        found += [
            FoundClaim(id=row.id, stored=replace(from_json(StoredClaim, row.data), retracted_at=row.retracted_at)) for row in rows
        ]
    if len(found) > limit:
        return Found(claims=tuple(found[:limit]), after=found[limit - 1].id, looked_at=looked_at)
    return Found(claims=tuple(found), after=ids[-1] if len(ids) == BUDGET else None, looked_at=looked_at)


def _candidates(connection: Connection, wanted: ClaimFilter) -> Select[tuple[int]]:
    """The ids from which to choose: by the words, else by the slot that narrows most and has an index."""
    if wanted.text:
        return matching_claims(connection, wanted.text)
    query = select(claims.c.id)
    if wanted.watch and wanted.question:
        return query.where(claims.c.watch == wanted.watch, claims.c.question == wanted.question)
    if wanted.speaker:
        return query.where(claims.c.voice == wanted.speaker)
    if wanted.publisher:
        return query.where(claims.c.outlet == wanted.publisher)
    return query


def _conditions(wanted: ClaimFilter) -> list[ColumnElement[bool]]:
    equal = {
        claims.c.watch: wanted.watch, claims.c.question: wanted.question, claims.c.voice: wanted.speaker, claims.c.outlet: wanted.publisher,
        claims.c.certainty: wanted.certainty, claims.c.answer_value: wanted.value, claims.c.unit: wanted.unit,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if wanted.effect == "news":
        found.append(claims.c.effect != "repeat")
    elif wanted.effect:
        found.append(claims.c.effect == wanted.effect)
    if wanted.low is not None:
        found.append(claims.c.high >= wanted.low)
    if wanted.high is not None:
        found.append(claims.c.low <= wanted.high)
    if wanted.since:
        found.append(claims.c.said_at >= wanted.since)
    if wanted.until:
        found.append(claims.c.said_at <= wanted.until)
    return found


def claims_said_by(connection: Connection, watch: str, question: str, until: dt.datetime, limit: int) -> tuple[StoredClaim, ...]:
    """The last claims on a question that were said by an instant, in order of arrival; retracted ones too."""
    query = (
        select(claims.c.id, cast(claims.c.data, Text).label("text"), claims.c.retracted_at)
        .where(claims.c.watch == watch, claims.c.question == question, claims.c.said_at <= until)
        .order_by(claims.c.said_at.desc())
        .limit(limit)
    )
    rows = sorted(connection.execute(query), key=lambda row: int(row.id))
    found = ((from_stored_text(StoredClaim, row.text), row.retracted_at) for row in rows)
    return tuple(stored if stored.retracted_at == at else replace(stored, retracted_at=at) for stored, at in found)
