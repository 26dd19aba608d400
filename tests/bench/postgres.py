"""Look-ups on PostgreSQL against its own indexes of words and of trigrams, by the wall clock: the work is the server's."""

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from pipeline.store.database import Database
from pipeline.store.statements import find_numbers
from tests.bench.statements import Made, near
from tests.bench.timing import Figure

QUERIES, TERMS, LIKENESS, GOAL = 20, 4, 0.45, 20.0
_WORDS = "SELECT id, sentence FROM statement WHERE to_tsvector('simple', sentence) @@ to_tsquery('simple', %s)"
_TRIGRAMS = "SELECT id, sentence FROM statement WHERE sentence %% %s ORDER BY similarity(sentence, %s) DESC LIMIT 50"


def measure(database: Database, sentences: Sequence[str], made: dict[int, Made], meant: Sequence[int]) -> list[Figure]:
    """How much faster the keys are than the better of both indexes, on near paraphrases of statements that are stored."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.exec_driver_sql("CREATE INDEX of_words ON statement USING gin (to_tsvector('simple', sentence))")
        connection.exec_driver_sql("CREATE INDEX of_trigrams ON statement USING gin (sentence gin_trgm_ops)")
        connection.exec_driver_sql("ANALYZE statement")
    often = Counter(word for sentence in sentences for word in set(sentence.rstrip(".").split()))
    chance = random.Random(5)
    queries = [(number + 1, near(made[number], chance)) for number in meant[:QUERIES]]
    with database.reading() as connection:
        connection.exec_driver_sql(f"SET pg_trgm.similarity_threshold = {LIKENESS}")

        def by_keys(query: Made) -> list[int]:
            return find_numbers(connection, [query.keys], limit=10)[0]

        def by_words(query: Made) -> list[int]:
            known = [word for word in query.sentence.rstrip(".").split() if often[word]]
            rarest = sorted(known, key=lambda word: often[word])[:TERMS]
            return _best(query, connection.exec_driver_sql(_WORDS, (" | ".join(rarest),)).all())

        def by_trigrams(query: Made) -> list[int]:
            return _best(query, connection.exec_driver_sql(_TRIGRAMS, (query.sentence, query.sentence)).all())

        found = {name: _timed(how, queries) for name, how in {"keys": by_keys, "words": by_words, "trigrams": by_trigrams}.items()}
    best = min(found["words"][0], found["trigrams"][0])
    ratio = best / found["keys"][0]
    return [
        *(Figure(what=f"PostgreSQL by {name}: median", value=took, unit="ms", told=f"recall at 10: {recall:.2f}") for name, (took, recall) in found.items()),
        Figure(what="PostgreSQL: times faster than the better index", value=ratio, unit="x", goal=f">= {GOAL:g}", met=ratio >= GOAL),
    ]


def _best(query: Made, rows: Sequence[tuple[int, str]]) -> list[int]:
    """The ten most like it, as `settle` compares."""
    by_number = {row[0]: row[1] for row in rows}
    return [number for _, _, number in process.extract(query.sentence, by_number, scorer=fuzz.token_set_ratio, limit=10)]


def _timed(how: Callable[[Made], list[int]], queries: Sequence[tuple[int, Made]]) -> tuple[float, float]:
    how(queries[0][1])
    times, right = [], 0
    for number, query in queries:
        started = time.perf_counter()
        found = how(query)
        times.append(1000 * (time.perf_counter() - started))
        right += number in found
    return statistics.median(times), right / len(queries)
