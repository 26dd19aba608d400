"""Opening a database: SQLite or PostgreSQL by URL, with the schema brought up to date by Alembic."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from pipeline.errors import DatabaseError

# An arbitrary number: whoever migrates a PostgreSQL database holds this advisory lock.
_MIGRATION_LOCK = 7_301_662
BUSY_TIMEOUT_MS = 15_000


class Database:
    """An open database. `writing()` is one transaction; errors leave as `DatabaseError`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for writing (BEGIN IMMEDIATE on SQLite); rolled back whole on any error."""
        with _translated(self.engine), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading."""
        with _translated(self.engine), self.engine.connect() as connection:
            yield connection.execution_options(only_reading=True)

    def close(self) -> None:
        """Gives all connections back; on SQLite this folds the write-ahead log into the file."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open a database and bring its schema up to date.

    Args:
        url: `sqlite:///file.db`, `sqlite://` (in memory), `postgresql://...` (psycopg 3), or the path of a .db file.

    Raises:
        DatabaseError: The address is wrong, or the database cannot be opened, written or upgraded. Never shows a password.
    """
    parsed = _parse(url)
    where = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        folder = Path(str(parsed.database)).resolve().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(
                f"the folder of the database cannot be made: {error.strerror}",
                where=str(folder),
                remedy="Choose another place with --database, or mend its permissions.",
            ) from error
    engine = _engine(parsed)
    try:
        upgrade(engine)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise DatabaseError(
            f"cannot be opened: {_reason(error)}",
            where=where,
            remedy="Check the address, the permissions and the free disk space; `claimwatch doctor` looks at all three.",
        ) from error
    return Database(engine)


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; quick when it is there already. Safe for several processes at once."""
    config = alembic_config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alembic_config() -> Config:
    """Alembic's configuration with the migrations of the installed package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _parse(url: str) -> URL:
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, sqlalchemy.exc.NoSuchModuleError) as error:
        raise DatabaseError(
            "is no database address that Claimwatch knows",
            where=re.sub(r"//[^@/]*@", "//***@", url),
            remedy="Use sqlite:///path/to/file.db or postgresql://user@host/name.",
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(
            f"{parsed.get_backend_name()} is not supported",
            where=parsed.render_as_string(hide_password=True),
            remedy="Use SQLite or PostgreSQL.",
        )
    return parsed


def _engine(parsed: URL) -> Engine:
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    in_memory = parsed.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": sqlalchemy.pool.StaticPool} if in_memory else {}
    engine = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is deferred: two readers that then write lose each other's writes.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    reading = connection.get_execution_options().get("only_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (OperationalError, DBAPIError) as error:
        if isinstance(error, sqlalchemy.exc.IntegrityError):
            raise
        raise DatabaseError(
            _reason(error),
            where=engine.url.render_as_string(hide_password=True),
            remedy="Nothing of this step was stored. Check that the database is reachable, writable and not full, then run again.",
        ) from error


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split()) or type(original).__name__
