"""Open statements are stored once, found again by their rarest keys, and never by reading a whole table."""

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event, select

from pipeline.model import Certainty
from pipeline.statements import OpenStatement
from pipeline.store.database import Database
from pipeline.store.statement_tables import keys, statement_keys
from pipeline.store.statements import add_statements, find_candidates, find_numbers, unassigned
from tests.builders import MONDAY, make_voice


def statement(number: int, *found: str, **given: Any) -> OpenStatement:
    fields: dict[str, Any] = {
        "mark": f"{number:064}", "watch": "bridge", "url": f"https://example.org/{number}", "version": 1, "start": 0, "end": 10,
        "sentence": f"Sentence {number}.", "voice": make_voice(), "said_at": MONDAY, "seen_at": MONDAY, "keys": found}
    fields["certainty"] = Certainty.FACT
    return OpenStatement(**(fields | given))


def add(database: Database, *new: OpenStatement) -> int:
    with database.writing() as connection:
        return add_statements(connection, new)


def numbers(database: Database, *wanted: Sequence[str], **given: int) -> list[list[int]]:
    with database.reading() as connection:
        return find_numbers(connection, wanted, **given)


def test_a_statement_is_stored_once_and_its_keys_are_counted(database: Database):
    assert add(database, statement(1, "e:Oslo", "w:bridge", "w:bridge"), statement(2, "e:Oslo"), statement(1, "e:Oslo")) == 2
    assert add(database, statement(2, "e:Oslo"), statement(3, "e:Oslo", "w:ferri")) == 1
    with database.reading() as connection:
        counted = {row.k: row.df for row in connection.execute(select(keys))}
        pairs = len(connection.execute(select(statement_keys)).all())
    assert counted == {"e:Oslo": 3, "w:bridge": 1, "w:ferri": 1}
    assert pairs == 5


def test_what_shares_the_rarest_keys_comes_first(database: Database):
    add(database, *(statement(number, "e:Oslo") for number in range(20)), statement(20, "e:Oslo", "w:ferri"), statement(21, "w:ferri", "w:fog"))
    with database.reading() as connection:
        (found,) = find_candidates(connection, [["e:Oslo", "w:ferri", "w:fog"]])
    assert [candidate.sentence for candidate in found[:2]] == ["Sentence 21.", "Sentence 20."]


def test_a_batch_finds_what_its_statements_find_one_by_one(database: Database):
    chance = random.Random(8)
    pool = [f"w:{letter}{number}" for letter in "abcdef" for number in range(20)]
    add(database, *(statement(number, *chance.sample(pool, 6)) for number in range(300)))
    wanted = [chance.sample(pool, 6) for _ in range(20)]
    assert numbers(database, *wanted) == [numbers(database, one)[0] for one in wanted]


def test_keys_that_are_too_frequent_for_the_budget_are_left_out_but_one_is_always_read(database: Database):
    add(database, *(statement(number, "e:Oslo") for number in range(30)), statement(30, "w:fog"))
    assert numbers(database, ["e:Oslo", "w:fog"], budget=10) == [[31]]
    assert len(numbers(database, ["e:Oslo"], budget=10)[0]) == 30
    assert numbers(database, ["w:nothing"], budget=10) == [[]]


def test_the_unassigned_are_listed_newest_first_with_their_sightings(database: Database):
    add(database, statement(1), statement(2, original=f"{1:064}", score=91.5), statement(3), statement(4, watch="flood"))
    with database.reading() as connection:
        listed = [(item.sentence, item.sightings) for item in unassigned(connection, watch="bridge")]
    assert listed == [("Sentence 3.", 0), ("Sentence 1.", 1)]


def test_looking_up_a_batch_takes_as_many_queries_as_looking_up_one(sqlite_database: Database):
    add(sqlite_database, *(statement(number, f"w:{number % 7}", "e:Oslo") for number in range(50)))
    counts = []
    for wanted in ([["w:1", "e:Oslo"]], [[f"w:{number}", "e:Oslo"] for number in range(7)]):
        asked: list[str] = []

        def note(*given: Any, asked: list[str] = asked) -> None:
            asked.append(given[2])

        event.listen(sqlite_database.engine, "before_cursor_execute", note)
        with sqlite_database.reading() as connection:
            find_candidates(connection, wanted)
        event.remove(sqlite_database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
