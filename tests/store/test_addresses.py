"""Which addresses open which database, and what is said of those that open none."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from pipeline.errors import DatabaseError, ExitCode
from pipeline.store.database import Database, open_database


def kept_in(database: Database) -> str:
    return str(database.engine.url.database)


@pytest.mark.parametrize("address", ["sqlite:///{}/new/folder/a.db", "{}/new/folder/a.db", "sqlite+pysqlite:///{}/new/folder/a.db"])
def test_a_file_and_its_folder_are_made(tmp_path: Path, address: str):
    open_database(address.format(tmp_path)).close()
    assert (tmp_path / "new" / "folder" / "a.db").stat().st_size > 0


@pytest.mark.parametrize("address", ["sqlite:///deep/a.db", "deep/a.db"])
def test_a_relative_address_starts_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.chdir(tmp_path)
    open_database(address).close()
    assert (tmp_path / "deep" / "a.db").exists()


def test_a_name_with_percent_signs_and_blanks_is_a_name_like_any_other(tmp_path: Path):
    open_database(str(tmp_path / "100 % sure.db")).close()
    assert (tmp_path / "100 % sure.db").exists()


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", ":memory:"])
def test_a_database_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.chdir(tmp_path)
    database = open_database(address)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM claim")).scalar_one() == 0
    database.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_all_names_of_postgresql_mean_the_same_driver(postgres_url: str, scheme: str):
    database = open_database(postgres_url.replace("postgresql", scheme, 1))
    assert database.engine.driver == "psycopg"
    database.close()


@pytest.mark.parametrize("address", [
    "mysql://root:hush@localhost/x",
    "postgresql+psycopg2://user:hush@localhost/x",
    "postgresql+asyncpg://user:hush@localhost/x",
    "postgresql://user:hush@localhost:port/x",
    "postgresql://user:hush/ha@sh@127.0.0.1:1/x",
    "postgresql://user:hush@127.0.0.1:1/x",
    "postgresql://user@127.0.0.1:1/x?password=hush",
    "nonsense://user:hush@host",
    "://user:hush@host",
    "mysql://host/x?password=hush",
])
def test_no_message_about_an_address_shows_its_password(address: str):
    with pytest.raises(DatabaseError) as caught:
        open_database(address)
    assert "hush" not in str(caught.value)
    assert caught.value.where
    assert caught.value.remedy
    assert caught.value.exit_code is ExitCode.DATABASE


def test_a_password_given_as_an_option_still_opens_the_database(postgres_url: str):
    database = open_database(f"{postgres_url}&password=hush")
    assert database.engine.url.password == "hush"
    assert "hush" not in database.engine.url.render_as_string(hide_password=True)
    database.close()


def test_a_database_that_the_server_does_not_have_is_named(postgres_server: str):
    with pytest.raises(DatabaseError, match=r"never_made.*does not exist"):
        open_database(postgres_server.replace("/postgres?", "/never_made?"))


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path):
    letter = tmp_path / "letter.db"
    letter.write_text("Dear Sir, " * 500)
    with pytest.raises(DatabaseError, match="not a database") as caught:
        open_database(str(letter))
    assert str(letter) in caught.value.where
    assert letter.read_text() == "Dear Sir, " * 500


def test_a_folder_in_place_of_the_file_is_a_clear_error(tmp_path: Path):
    with pytest.raises(DatabaseError, match="unable to open") as caught:
        open_database(str(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path: Path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DatabaseError, match="cannot be made") as caught:
        open_database(f"sqlite:///{tmp_path}/taken/a.db")
    assert "taken" in caught.value.where


def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path):
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE change (note TEXT)")
    other.commit()
    with pytest.raises(DatabaseError, match="already exists"):
        open_database(str(tmp_path / "other.db"))
    assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["change"]
    other.close()


def test_a_postgresql_database_of_another_program_is_refused_and_left_as_it_is(postgres_url: str):
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("CREATE TABLE change (note TEXT)")
        with pytest.raises(DatabaseError, match="already exists"):
            open_database(postgres_url)
        tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("change",)]


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(database_url: str):
    database = open_database(database_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(DatabaseError, match="newer Claimwatch"):
        open_database(database_url)


def test_a_sqlite_connection_is_set_up_for_several_processes(sqlite_database: Database):
    with sqlite_database.reading() as connection:
        set_to = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in (
            "journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert set_to == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}


def test_closing_folds_the_log_into_the_file(tmp_path: Path):
    open_database(str(tmp_path / "a.db")).close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
