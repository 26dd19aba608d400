"""Open statements <-> rows, and the stored ones that may say the same as a new one.

Retrieval that does not grow with the store: of a statement's keys the rarest are read first, until a budget of rows is spent;
what shares the most of their weight is a candidate. Four queries for a whole batch, the same on SQLite and PostgreSQL.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, bindparam, cast, func, insert, select, type_coerce, update

from pipeline.statements import OpenStatement, Unassigned
from pipeline.store.known import portions, stored_among
from pipeline.store.statement_tables import keys, statement_keys, statements
from pipeline.store.tables import address_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# How many candidates are compared word by word.
CANDIDATES = 50
# Rows of the key table read for one statement: this many times the square root of the number of stored statements. At a
# million that is 8,000, at which heavy paraphrases are found, too (docs/performance.md).
BUDGET = 8.0
# PostgreSQL plans a long list of values anew each time; the number of keys of a batch stays below this.
_PORTION = 5_000

_NEWEST_ID = select(statements.c.id).order_by(statements.c.id.desc()).limit(1)
# Keys are cut to their length before they come here; as plain text none of hundreds in a batch is looked at again.
_K = type_coerce(keys.c.k, String)
_KEYS = select(keys.c.id, _K.label("k"), keys.c.df).where(_K.in_(bindparam("wanted", expanding=True)))
_POSTINGS = (
    select(statement_keys.c.key_id, func.aggregate_strings(cast(statement_keys.c.statement_id, String), ",").label("ids"))
    .where(statement_keys.c.key_id.in_(bindparam("chosen", expanding=True)))
    .group_by(statement_keys.c.key_id)
)
_TEXTS = select(
    statements.c.id, statements.c.mark, statements.c.original, statements.c.sentence, statements.c.facts, statements.c.watch
).where(statements.c.id.in_(bindparam("ids", expanding=True)))
_COUNTED = update(keys).where(keys.c.id.in_(bindparam("numbers", expanding=True))).values(df=keys.c.df + bindparam("more"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored statement that may say the same; `mark` is that of the first one that says so."""

    mark: str
    watch: str
    sentence: str
    facts: str


def find_candidates(
    connection: Connection, wanted: Sequence[Sequence[str]], *, limit: int = CANDIDATES, budget: int | None = None
) -> list[tuple[Candidate, ...]]:
    """For each new statement the stored ones that share most with it, the likeliest first.

    Args:
        connection: An open connection.
        wanted: The keys of each new statement.
        limit: Candidates per statement.
        budget: Rows of the key table read per statement; None for one that grows with the store.
    """
    numbers = find_numbers(connection, wanted, limit=limit, budget=budget)
    texts = _texts(connection, sorted({number for found in numbers for number in found}))
    return [tuple(texts[number] for number in found) for found in numbers]


def find_numbers(
    connection: Connection, wanted: Sequence[Sequence[str]], *, limit: int = CANDIDATES, budget: int | None = None
) -> list[list[int]]:
    """As `find_candidates`, but only the row numbers."""
    total = int(connection.execute(_NEWEST_ID).scalar() or 0)
    known = _selectivity(connection, sorted({address_key(key) for one in wanted for key in one}))
    allowed = budget if budget is not None else int(BUDGET * math.sqrt(total)) + CANDIDATES
    chosen = [_rarest([known[key] for key in {address_key(key) for key in one} if key in known], allowed) for one in wanted]
    postings = _postings(connection, sorted({number for one in chosen for number in one}))
    return [_heaviest(one, postings, total, limit) for one in chosen]


def add_statements(connection: Connection, new: Sequence[OpenStatement]) -> int:
    """Store open statements in bulk with their keys; those that are there are left as they are. Returns how many were new."""
    known = stored_among(connection, statements.c.mark, [item.mark for item in new])
    fresh: dict[str, OpenStatement] = {}
    for item in new:
        if item.mark not in known:
            fresh.setdefault(item.mark, item)
    ordered = tuple(fresh.values())
    if not ordered:
        return 0
    first = int(connection.execute(_NEWEST_ID).scalar() or 0) + 1
    connection.execute(insert(statements), [_to_row(item) for item in ordered])
    marks = select(statements.c.mark, statements.c.id).where(statements.c.id >= first)
    numbers = {row.mark: row.id for row in connection.execute(marks)}
    _add_keys(connection, {numbers[item.mark]: item.keys for item in ordered})
    return len(ordered)


def unassigned(connection: Connection, *, watch: str | None = None, limit: int = 500) -> tuple[Unassigned, ...]:
    """The newest open statements that are no sighting of an earlier one, newest first, with the number of their sightings."""
    again = statements.alias()
    sightings = select(func.count()).where(again.c.original == statements.c.mark).scalar_subquery().label("sightings")
    query = select(statements, sightings).where(statements.c.original == "")
    if watch:
        query = query.where(statements.c.watch == watch)
    names = Unassigned.__slots__
    return tuple(
        Unassigned(**{name: getattr(row, name) for name in names})
        for row in connection.execute(query.order_by(statements.c.id.desc()).limit(limit))
    )


def _selectivity(connection: Connection, wanted: Sequence[str]) -> dict[str, tuple[int, int]]:
    return {
        row.k: (row.df, row.id)
        for portion in portions(wanted, _PORTION)
        for row in connection.execute(_KEYS, {"wanted": list(portion)})
    }


def _rarest(found: Sequence[tuple[int, int]], budget: int) -> dict[int, int]:
    """Number and frequency of the rarest keys, as many as the budget of rows pays for; one at least."""
    chosen: dict[int, int] = {}
    spent = 0
    for df, number in sorted(found):
        spent += df
        if chosen and spent > budget:
            break
        chosen[number] = df
    return chosen


def _postings(connection: Connection, chosen: Sequence[int]) -> "dict[int, NDArray[np.int64]]":
    import numpy as np

    # One row per key and not one per pair: making rows is what a query costs.
    return {
        row.key_id: np.fromstring(row.ids, dtype=np.int64, sep=",")
        for at in range(0, len(chosen), _PORTION)
        for row in connection.execute(_POSTINGS, {"chosen": chosen[at : at + _PORTION]})
    }


def _heaviest(chosen: Mapping[int, int], postings: "Mapping[int, NDArray[np.int64]]", total: int, limit: int) -> list[int]:
    import numpy as np

    found = [(postings[key], math.log(1 + total / max(df, 1))) for key, df in chosen.items() if key in postings]
    if not found:
        return []
    numbers, places = np.unique(np.concatenate([some for some, _ in found]), return_inverse=True)
    weights = np.bincount(places, np.concatenate([np.full(len(some), weight) for some, weight in found]))
    if len(weights) > limit:
        kept = np.flatnonzero(weights >= np.partition(weights, len(weights) - limit)[len(weights) - limit])
        numbers, weights = numbers[kept], weights[kept]
    # Of equals the lowest numbers, which come first.
    heaviest: list[int] = numbers[np.argsort(-weights, kind="stable")[:limit]].tolist()
    return heaviest


def _texts(connection: Connection, numbers: Sequence[int]) -> dict[int, Candidate]:
    return {
        row.id: Candidate(mark=row.original or row.mark, watch=row.watch, sentence=row.sentence, facts=row.facts)
        for at in range(0, len(numbers), _PORTION)
        for row in connection.execute(_TEXTS, {"ids": numbers[at : at + _PORTION]})
    }


def _add_keys(connection: Connection, new: Mapping[int, Sequence[str]]) -> None:
    """Keys are counted once per statement; those that stand in none yet are made."""
    where: dict[str, list[int]] = defaultdict(list)
    for number, found in new.items():
        for key in {address_key(key) for key in found}:
            where[key].append(number)
    if not where:
        return
    known = _selectivity(connection, sorted(where))
    fresh = sorted(where.keys() - known.keys())
    if fresh:
        connection.execute(insert(keys), [{"k": key, "df": 0} for key in fresh])
        known |= _selectivity(connection, fresh)
    counts: dict[int, list[int]] = defaultdict(list)
    for key, places in where.items():
        counts[len(places)].append(known[key][1])
    for more, numbered in counts.items():
        for at in range(0, len(numbered), _PORTION):
            connection.execute(_COUNTED, {"numbers": sorted(numbered)[at : at + _PORTION], "more": more})
    # In the order of the index: neighbours are written together.
    rows = [{"key_id": known[key][1], "statement_id": number} for key, places in where.items() for number in places]
    connection.execute(insert(statement_keys), sorted(rows, key=lambda row: (row["key_id"], row["statement_id"])))


def _to_row(item: OpenStatement) -> dict[str, object]:
    return {
        "mark": item.mark,
        "watch": item.watch,
        "url": item.url,
        "version": item.version,
        "start": item.start,
        "end": item.end,
        "sentence": item.sentence,
        "speaker": item.voice.speaker,
        "publisher": item.voice.publisher,
        "certainty": item.certainty.value,
        "said_at": item.said_at,
        "seen_at": item.seen_at,
        "facts": item.facts,
        "original": item.original,
        "score": item.score,
    }
