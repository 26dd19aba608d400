"""A database that is locked, full or gone: a clear error, everything as before, and the next step works again."""

import random
import socket
import string
import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

from pipeline.errors import DatabaseError
from pipeline.model import Answer, ChangeKind, Entry, Removal
from pipeline.store.articles import add_version, latest_version, mark_removed
from pipeline.store.changes import add_changes
from pipeline.store.claims import add_claims, all_claims, claims_of_article
from pipeline.store.database import Database, open_database
from pipeline.store.dump import canonical_dump
from pipeline.store.feeds import add_entries
from tests.builders import MONDAY, make_article, make_change, make_claim, make_voice, stored, waiting_entries


def test_a_writer_who_waits_too_long_is_told_that_another_writes(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipeline.store.database.BUSY_TIMEOUT_MS", 200)
    first, second = open_database(database_url), open_database(database_url)
    with first.writing() as connection:
        add_claims(connection, (stored(make_claim()),))
        with pytest.raises(DatabaseError, match="lock") as caught, second.writing():
            pass
    assert "Another run" in caught.value.remedy
    with second.writing() as connection:
        assert add_claims(connection, (stored(make_claim()),)) == 0
    first.close()
    second.close()


def test_a_writer_waits_for_its_turn(database: Database):
    order = []
    inside, ready = threading.Event(), threading.Event()

    def other() -> None:
        with database.writing():
            order.append("first begins")
            inside.set()
            ready.wait(30)
            order.append("first ends")

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(30)
    threading.Timer(0.2, ready.set).start()
    with database.writing():
        order.append("second begins")
    thread.join(30)
    assert order == ["first begins", "first ends", "second begins"]


def test_a_full_disk_is_a_clear_error_and_leaves_everything_as_before(sqlite_url: str):
    database = open_database(sqlite_url)
    with database.writing() as connection:
        add_claims(connection, (stored(make_claim()),))
    before = canonical_dump(database)
    database.engine.dispose()
    # SQLite itself says that there is no room: the file may not grow by more than a few pages.
    event.listen(database.engine, "connect", lambda connection, _record: connection.execute("PRAGMA max_page_count=40"))
    with pytest.raises(DatabaseError, match="full") as caught, database.writing() as connection:
        add_version(connection, make_article(text="Much text. " * 100_000))
    assert "Make room" in caught.value.remedy
    assert canonical_dump(database) == before
    with database.writing() as connection:
        add_version(connection, make_article(text="Little text."))
    database.close()


def test_a_connection_that_breaks_while_writing_stores_nothing_and_the_next_one_works(postgres_url: str):
    database = open_database(postgres_url)
    with pytest.raises(DatabaseError, match="terminat") as caught, database.writing() as connection:
        write_while_all_connections_end(connection, postgres_url)
    assert "reachable" in caught.value.remedy
    with database.writing() as connection:
        assert all_claims(connection) == ()
        assert add_claims(connection, (stored(make_claim()),)) == 1
    database.close()


def test_a_connection_that_broke_while_idle_is_replaced_without_a_word(postgres_url: str):
    database = open_database(postgres_url)
    end_all_others(postgres_url)
    with database.reading() as connection:
        assert all_claims(connection) == ()
    database.close()


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipeline.store.database.CONNECT_TIMEOUT_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(DatabaseError, match="timeout"):
            open_database(f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/any")
        assert time.monotonic() - started < 10


def test_a_name_as_long_as_a_page_is_stored(database: Database):
    # Not compressible: an index of PostgreSQL takes some 2,700 bytes.
    name = "".join(random.Random(1).choices(string.ascii_letters, k=50_000))
    claim = stored(make_claim(sentence=name, voice=make_voice(name), answer=Answer(type="statement", text=name, value=name)))
    change = make_change(claim.claim, ChangeKind.DATE_MOVED, make_claim(url="https://example.org/b"))
    with database.writing() as connection:
        add_version(connection, make_article(title=name, publisher=name))
        assert add_claims(connection, (claim,)) == 1
        assert add_changes(connection, (change,)) == (change,)
        assert all_claims(connection) == (claim,)


def test_addresses_too_long_for_an_index_are_kept_apart_and_found_again(database: Database):
    start = "https://example.org/" + "".join(random.Random(1).choices(string.ascii_letters + "аб𝄞", k=8_000))
    articles = [make_article(url=f"{start}{end}") for end in "abc"]
    entries = [Entry(feed="hill", url=article.url, title="A", publisher="P", published=MONDAY) for article in articles]
    removal = Removal(url=articles[2].url, removed_at=MONDAY)
    with database.writing() as connection:
        assert [add_version(connection, article).version for article in (*articles, articles[0])] == [1, 1, 1, 1]
        assert add_entries(connection, entries, MONDAY) == 3
        assert add_entries(connection, entries, MONDAY) == 0
        assert set(waiting_entries(connection)) == set(entries)
        assert add_claims(connection, [stored(make_claim(url=article.url)) for article in articles]) == 3
        assert mark_removed(connection, removal)
        assert not mark_removed(connection, removal)
    with database.reading() as connection:
        for article in articles:
            found = latest_version(connection, article.url)
            assert found is not None
            assert found.article == article
            (claim,) = claims_of_article(connection, article.url)
            assert claim.claim.url == article.url


def test_what_is_opened_for_reading_cannot_write(database: Database):
    before = canonical_dump(database)
    with pytest.raises(DatabaseError, match=r"read-?only"), database.reading() as connection:
        add_claims(connection, (stored(make_claim()),))
    assert canonical_dump(database) == before
    with database.writing() as connection:
        assert add_claims(connection, (stored(make_claim()),)) == 1


def test_a_missing_table_is_a_database_error(database: Database):
    with database.writing() as connection:
        connection.execute(text("DROP TABLE claim"))
    with pytest.raises(DatabaseError, match="claim"), database.reading() as connection:
        all_claims(connection)


def test_a_broken_promise_of_the_code_is_not_disguised_as_trouble_with_the_database(database: Database):
    change = make_change(make_claim())
    with database.writing() as connection:
        add_changes(connection, (change,))
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("UPDATE change SET kind = 'reversed'"))


def test_an_error_of_the_caller_leaves_as_it_is_and_undoes_the_step(database: Database):
    with pytest.raises(KeyboardInterrupt), database.writing() as connection:
        raise_after(lambda: add_claims(connection, (stored(make_claim()),)))
    with database.reading() as connection:
        assert all_claims(connection) == ()


def write_while_all_connections_end(connection: Connection, address: str) -> None:
    add_claims(connection, (stored(make_claim()),))
    end_all_others(address)
    all_claims(connection)


def raise_after(work: Callable[[], object]) -> None:
    work()
    raise KeyboardInterrupt


def end_all_others(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
