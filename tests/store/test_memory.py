"""What a run remembers is what the database would say, whoever wrote meanwhile."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from pipeline.model import ChangeKind, StoredClaim
from pipeline.store.claims import NEWEST, add_claims, recent_claims, retract_claims
from pipeline.store.database import Database, open_database
from pipeline.store.memory import Memory
from pipeline.store.rulings import restore_claims
from tests.builders import MONDAY, make_claim, stored


def claim(number: int, effect: ChangeKind = ChangeKind.REPEAT, **given: object) -> StoredClaim:
    fields = {"url": f"https://example.org/{number}"} | given
    return stored(make_claim(**fields), effect)


def remembered(database: Database, memory: Memory, question: str = "closing", url: str | None = None) -> tuple[StoredClaim, ...]:
    with database.writing() as connection:
        history, _ = memory.recall(connection, url)
        return tuple(history("bridge", question))


def add(database: Database, *claims: StoredClaim) -> None:
    with database.writing() as connection:
        add_claims(connection, claims)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_what_was_stored_since_is_there_the_next_time(database: Database):
    memory = Memory()
    first, second, elsewhere = claim(1), claim(2), claim(3, question="cost")
    add(database, first)
    assert remembered(database, memory) == (first,)
    add(database, second, elsewhere)
    assert remembered(database, memory) == (first, second)
    assert remembered(database, memory, "cost") == (elsewhere,)


def test_what_another_process_retracts_or_brings_back_is_seen(sqlite_url: str):
    ours, theirs = open_database(sqlite_url), open_database(sqlite_url)
    memory, one = Memory(), claim(1)
    add(ours, one)
    assert remembered(ours, memory)[0].retracted_at is None
    with theirs.writing() as connection:
        retract_claims(connection, [one.claim.key], MONDAY)
    assert remembered(ours, memory)[0].retracted_at == MONDAY
    with theirs.writing() as connection:
        restore_claims(connection, [one.claim.key])
    assert remembered(ours, memory)[0].retracted_at is None
    ours.close()
    theirs.close()


def test_what_is_rolled_back_is_not_remembered(database: Database):
    memory = Memory()
    add(database, claim(1))
    remembered(database, memory)

    def fail_after_writing() -> None:
        with database.writing() as connection:
            memory.recall(connection)
            add_claims(connection, (claim(2),))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    add(database, claim(3))
    assert [item.claim.url[-1] for item in remembered(database, memory)] == ["1", "3"]


def test_a_question_that_is_known_is_not_read_again(sqlite_database: Database):
    memory = Memory()
    add(sqlite_database, claim(1))
    remembered(sqlite_database, memory)
    with statements(sqlite_database) as asked:
        remembered(sqlite_database, memory)
    assert [text for text in asked if "WHERE claim.watch" in text] == []


def test_of_a_long_history_the_newest_claims_and_the_newest_that_did_something_are_given(database: Database):
    memory, moment = Memory(), ChangeKind.STATUS_CHANGED
    add(database, *(claim(number, moment) for number in range(4)), *(claim(number) for number in range(4, NEWEST + 10)))
    found = remembered(database, memory)
    assert [item.claim.url for item in found[:5]] == [f"https://example.org/{number}" for number in (0, 1, 2, 3, 10)]
    assert len(found) == NEWEST + 4
    add(database, *(claim(number) for number in range(NEWEST + 10, NEWEST + 20)))
    grown = remembered(database, memory)
    with database.reading() as connection:
        assert grown == tuple(recent_claims(connection, "bridge", "closing").values())
    assert len(grown) == NEWEST + 4


def test_all_claims_of_an_edited_article_are_given_however_old(database: Database):
    memory = Memory()
    add(database, *(claim(number) for number in range(NEWEST + 10)))
    assert remembered(database, memory)[0].claim.url == "https://example.org/10"
    found = remembered(database, memory, url="https://example.org/3")
    assert [item.claim.url for item in found[:2]] == ["https://example.org/3", "https://example.org/10"]


def test_no_more_claims_are_kept_than_are_allowed(sqlite_database: Database):
    memory = Memory(most=30)
    add(sqlite_database, *(claim(number, question=f"q{number % 10}") for number in range(100)))
    for number in range(10):
        assert len(remembered(sqlite_database, memory, f"q{number}")) == 10
    assert sum(map(len, memory._known.values())) <= 30


def test_so_many_arrivals_that_catching_up_would_take_longer_are_read_anew(sqlite_database: Database):
    memory = Memory()
    add(sqlite_database, claim(0))
    remembered(sqlite_database, memory)
    late = [claim(number, question="cost", seen_at=MONDAY + dt.timedelta(seconds=number)) for number in range(2_100)]
    add(sqlite_database, *late, claim(1))
    assert [item.claim.url[-1] for item in remembered(sqlite_database, memory)] == ["0", "1"]
