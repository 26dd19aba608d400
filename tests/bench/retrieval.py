"""Candidates and scores for one new statement among many stored ones, against rapidfuzz over all of them; and storing them."""

import itertools
import random
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, registry

from pipeline.match.open import settle
from pipeline.model import Certainty, Voice
from pipeline.statements import OpenStatement
from pipeline.store.database import Database, open_database
from pipeline.store.statement_tables import keys, statement_keys, statements
from pipeline.store.statements import _to_row, add_statements, find_candidates, find_numbers
from pipeline.store.tables import address_key
from tests.bench import postgres
from tests.bench.statements import Made, heavy, make_statements, near
from tests.bench.timing import Figure, quantile, timed
from tests.builders import MONDAY

QUERIES, BATCH, BRUTE = 200, 20, 3
# How much faster than rapidfuzz over all, and how sure to find it, by the kind of paraphrase (recall at 10, milliseconds at p95).
GOALS = {"near": (0.98, 20.0), "heavy": (0.92, 70.0)}


def statement(number: int, made: Made) -> OpenStatement:
    """A made statement as the store takes it."""
    voice = Voice(speaker="A", institution="A", carrier="", publisher="P")
    return OpenStatement(
        mark=f"{number:064}", watch="w", url=f"https://example.org/{number // 20}", version=1, start=0, end=len(made.sentence),
        sentence=made.sentence, voice=voice, said_at=MONDAY, seen_at=MONDAY, certainty=Certainty.FACT, keys=made.keys)


@dataclass(frozen=True, slots=True)
class Stated:
    """Words, facts and keys of an open statement that some article has made."""

    sentence: str
    facts: str
    keys: tuple[str, ...]


def fill(database: Database, size: int, wanted: Collection[int]) -> tuple[list[str], dict[int, Made]]:
    """Load that many made statements. Gives all sentences, and the statements asked for."""
    sentences, kept = [], {}

    def made() -> Iterator[OpenStatement]:
        for number, item in enumerate(make_statements(size)):
            sentences.append(item.sentence)
            if number in wanted:
                kept[number] = item
            yield statement(number, item)

    _load(database, made())
    return sentences, kept


def fill_statements(database: Database, size: int, stated: Sequence[Stated]) -> None:
    """Load that many statements, each with half the keys of one that an article has made and those of a made one."""

    def mixed() -> Iterator[OpenStatement]:
        for number, item in enumerate(make_statements(size)):
            real = stated[number % len(stated)]
            whole = statement(number, item)
            half = real.keys[number % 2 :: 2]
            yield replace(whole, sentence=f"{real.sentence} {whole.sentence}", facts=real.facts, keys=(*half, *whole.keys[::2]))

    _load(database, mixed())


def _load(database: Database, items: Iterable[OpenStatement]) -> None:
    """The quick way: sorted by key, counts at the end."""
    where: dict[str, array[int]] = defaultdict(lambda: array("I"))
    rows = []
    with database.writing() as connection:
        for number, item in enumerate(items, start=1):
            for key in set(item.keys):
                where[key].append(number)
            rows.append({"id": number, **_to_row(item)})
            if len(rows) == 5_000:
                connection.execute(insert(statements), rows)
                rows.clear()
        if rows:
            connection.execute(insert(statements), rows)
        ordered = sorted(where)
        for at in range(0, len(ordered), 10_000):
            portion = ordered[at : at + 10_000]
            connection.execute(insert(keys), [{"id": at + place, "k": key, "df": len(where[key])} for place, key in enumerate(portion, start=1)])
        for pairs in _portions(ordered, where):
            connection.execute(insert(statement_keys), pairs)
    if database.engine.dialect.name == "postgresql":
        # Rows that came with their numbers did not move the sequences on.
        with database.writing() as connection:
            for table in ("statement", "key"):
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _portions(ordered: Sequence[str], where: Mapping[str, Iterable[int]]) -> Iterator[list[dict[str, int]]]:
    rows: list[dict[str, int]] = []
    for place, key in enumerate(ordered, start=1):
        rows += [{"key_id": place, "statement_id": number} for number in where[key]]
        if len(rows) > 20_000:
            yield rows
            rows = []
    if rows:
        yield rows


def measure(size: int, address: str | None = None) -> list[Figure]:
    """All figures for a store of that many statements, on SQLite in a temporary folder or at an address."""
    chance = random.Random(1)
    meant = {name: [chance.randrange(size) for _ in range(QUERIES)] for name in GOALS}
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(address or f"sqlite:///{Path(folder) / 'bench.db'}")
        sentences, made = fill(database, size, {number for numbers in meant.values() for number in numbers})
        kind = "PostgreSQL" if address else "SQLite"
        figures = _look_up(database, sentences, made, meant, kind)
        figures += postgres.measure(database, sentences, made, meant["near"]) if address else _store(database, size)
        database.close()
    return figures


def _look_up(database: Database, sentences: list[str], made: dict[int, Made], meant_by: dict[str, list[int]], kind: str) -> list[Figure]:
    chance, size = random.Random(2), len(sentences)
    figures, brute = [], 0.0
    for name, change in (("near", near), ("heavy", heavy)):
        goal, most = GOALS[name]
        meant = meant_by[name]
        queries = [statement(size + place, change(made[number], chance)) for place, number in enumerate(meant)]
        times, found = [], 0
        with database.reading() as connection:
            find_numbers(connection, [queries[0].keys])
            for query, number in zip(queries, meant, strict=True):
                times.append(1000 * timed(lambda query=query, connection=connection: settle([query], find_candidates(connection, [query.keys]))))
                found += number + 1 in find_numbers(connection, [query.keys], limit=10)[0]
            batch = 1000 * timed(
                lambda connection=connection, queries=queries: [
                    settle(queries[at : at + BATCH], find_candidates(connection, [query.keys for query in queries[at : at + BATCH]]))
                    for at in range(0, QUERIES, BATCH)
                ]
            )
        p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
        recall = found / QUERIES
        figures += [
            Figure(what=f"{kind}, {name}: recall at 10", value=recall, unit="", goal=f">= {goal}", met=recall >= goal),
            Figure(what=f"{kind}, {name}: p50", value=p50, unit="ms"),
            Figure(what=f"{kind}, {name}: p95", value=p95, unit="ms", goal=f"<= {most:g}", met=p95 <= most),
            Figure(what=f"{kind}, {name}: one of a batch of {BATCH}", value=batch / QUERIES, unit="ms"),
        ]
        if not brute:
            asked = [query.sentence for query in queries[:BRUTE]]
            brute = 1000 * timed(lambda asked=asked: [process.extract(one, sentences, scorer=fuzz.token_set_ratio, limit=10) for one in asked]) / BRUTE
            figures.append(Figure(what="rapidfuzz over all of them", value=brute, unit="ms"))
        wanted = 500.0 if size >= 1_000_000 else 0.0
        ratio = brute / (sum(times) / len(times))
        figures.append(Figure(
            what=f"{kind}, {name}: times faster than that", value=ratio, unit="x", goal=">= 500 at a million" if wanted else "", met=ratio >= wanted if wanted else None))
    return figures


class _Row:
    """A row of the table of statements as a mapped object."""


class _Pair:
    """A row of the table of keys and statements as a mapped object."""


_MAPPED = registry()
_MAPPED.map_imperatively(_Row, statements)
_MAPPED.map_imperatively(_Pair, statement_keys)


def _store(database: Database, size: int) -> list[Figure]:
    made = [statement(size + 10_000 + number, item) for number, item in enumerate(make_statements(2_000, seed=99))]
    articles = [made[at : at + 20] for at in range(0, 2_000, 20)]
    half = len(articles) // 2

    def in_bulk() -> None:
        for article in articles[:half]:
            with database.writing() as connection:
                add_statements(connection, article)

    with database.reading() as connection:
        numbered = {row.k: row.id for row in connection.execute(select(keys.c.k, keys.c.id).where(
            keys.c.k.in_({address_key(key) for article in articles[half:] for item in article for key in item.keys})))}

    def one_by_one() -> None:
        # The same rows at the same places; it is spared to look the keys up, to make new ones and to count them.
        fresh = itertools.count(100_000_000)
        for article in articles[half:]:
            with Session(database.engine) as session:
                for item in article:
                    row = _mapped(_Row, _to_row(item))
                    session.add(row)
                    session.flush()
                    for key in {address_key(key) for key in item.keys}:
                        session.add(_mapped(_Pair, {"key_id": numbered.get(key) or next(fresh), "statement_id": row.id}))
                        session.flush()
                session.commit()

    bulk, single = 1000 * timed(in_bulk) / half, 1000 * timed(one_by_one) / half
    return [
        Figure(what="storing an article with 20 statements and their keys", value=bulk, unit="ms"),
        Figure(what="the same rows one by one through the ORM", value=single, unit="ms"),
        Figure(what="storing in bulk: times faster", value=single / bulk, unit="x", goal=">= 5", met=single / bulk >= 5),
    ]


def _mapped(kind: type[Any], values: Mapping[str, object]) -> Any:
    row = kind()
    for name, value in values.items():
        setattr(row, name, value)
    return row
