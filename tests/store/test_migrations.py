"""Every version of the schema leads to the newest, on both databases and from an installed package."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, update
from sqlalchemy.exc import IntegrityError

from pipeline.model import Certainty, Change, ChangeKind
from pipeline.store.changes import add_changes, all_changes
from pipeline.store.database import Database, alembic_config, open_database, upgrade
from pipeline.store.dump import canonical_dump
from pipeline.store.tables import changes, metadata
from pipeline.store.words import INDEX_TABLES
from tests.builders import make_change, make_claim
from tests.conftest import REPOSITORY, unavailable


@contextmanager
def migrating(database: Database) -> Iterator[Config]:
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        yield config


def tables(connection: Connection) -> set[str]:
    """All tables but those in which SQLite keeps its full-text indexes."""
    return {name for name in inspect(connection).get_table_names() if not name.startswith(INDEX_TABLES)}


def other_sentence_same_place() -> Change:
    prior = make_claim(sentence="The bridge will close.", end=22)
    return make_change(make_claim(certainty=Certainty.PROMISED), ChangeKind.CERTAINTY_CHANGED, prior)


def test_the_tables_in_the_code_are_those_that_the_migrations_make(database: Database):
    with migrating(database) as config:
        # Raises where a migration is missing.
        assert command.check(config) is None


def test_the_checks_in_the_code_are_those_that_the_migrations_make(sqlite_database: Database):
    # Alembic compares columns and indexes, but no checks.
    (declared,) = [constraint for constraint in changes.constraints if isinstance(constraint, CheckConstraint)]
    with sqlite_database.reading() as connection:
        (made,) = inspect(connection).get_check_constraints("change")
    assert (made["name"], made["sqltext"]) == (declared.name, str(declared.sqltext))


def test_each_migration_can_be_taken_back_and_made_again(database: Database):
    with migrating(database) as config:
        for _ in ScriptDirectory.from_config(config).walk_revisions():
            command.downgrade(config, "-1")
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(database.engine)
    with database.reading() as connection:
        assert tables(connection) == {*metadata.tables, "alembic_version"}
    with migrating(database) as config:
        command.check(config)


def test_what_the_first_version_stored_is_kept_by_the_newest(database: Database):
    claim = make_claim()
    with database.writing() as connection:
        add_changes(connection, (make_change(claim), make_change(claim, ChangeKind.OVERDUE)))
    before = canonical_dump(database)
    with migrating(database) as config:
        command.downgrade(config, "0001")
    upgrade(database.engine)
    assert canonical_dump(database) == before


def test_the_first_version_wants_another_place_and_the_newest_another_place_or_sentence(database: Database):
    change = other_sentence_same_place()
    with migrating(database) as config:
        command.downgrade(config, "0001")
    with pytest.raises(IntegrityError), database.writing() as connection:
        add_changes(connection, (change,))
    upgrade(database.engine)
    with database.writing() as connection:
        assert add_changes(connection, (change,)) == (change,)


def test_a_step_back_that_would_lose_changes_fails_and_alters_nothing(database: Database):
    with database.writing() as connection:
        add_changes(connection, (other_sentence_same_place(),))
    before = canonical_dump(database)
    with pytest.raises(IntegrityError), migrating(database) as config:
        command.downgrade(config, "0001")
    assert canonical_dump(database) == before
    with migrating(database) as config:
        command.check(config)


def test_a_change_with_half_a_prior_sentence_is_refused(database: Database):
    change = make_change(make_claim(url="https://example.org/b"), ChangeKind.DATE_MOVED, make_claim())
    same: dict[str, Any] = {f"prior_{part}": changes.c[f"evidence_{part}"] for part in ("url", "version", "start", "sentence")}
    with database.writing() as connection:
        add_changes(connection, (change,))
    for missing in same:
        # What is missing is unknown to SQL, and a check lets pass what is unknown.
        with pytest.raises(IntegrityError), database.writing() as connection:
            connection.execute(update(changes).values(same | {missing: None}))
    with database.reading() as connection:
        assert all_changes(connection) == (change,)


def test_opening_an_up_to_date_database_takes_no_turn_of_writing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    database = open_database(sqlite_url)
    monkeypatch.setattr("pipeline.store.database.BUSY_TIMEOUT_MS", 100)
    with database.writing():
        again = open_database(sqlite_url)
    with again.reading() as connection:
        assert inspect(connection).has_table("change")
    again.close()
    database.close()


def test_the_migrations_run_from_an_installed_wheel(tmp_path: Path):
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True
    )
    if "No module named hatchling" in build.stderr:
        unavailable("hatchling is not installed")
    assert build.returncode == 0, build.stderr
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "50 % site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    script = "import sys; from pipeline.store import database; database.open_database(sys.argv[1]).close(); print(database.__file__)"
    # -P and the other working folder keep the checkout out of the way.
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, str(tmp_path / "a.db")],
        cwd=tmp_path, env={"PYTHONPATH": str(installed)}, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    database = open_database(str(tmp_path / "a.db"))
    with database.reading() as connection:
        assert tables(connection) == {*metadata.tables, "alembic_version"}
    database.close()
