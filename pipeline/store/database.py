"""Opening a database: SQLite or PostgreSQL by URL, with the schema brought up to date by Alembic."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from pipeline.crashpoints import crashpoint
from pipeline.errors import DatabaseError
from pipeline.store.codec import to_text
from pipeline.store.memory import Memory

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
# Arbitrary numbers: whoever migrates, or writes to, a PostgreSQL database holds this advisory lock.
_MIGRATION_LOCK = 7_301_662
_WRITING_LOCK = 7_301_663
# How long a writer waits for the others. Far longer than any step takes, since SQLite does not serve them in turn.
BUSY_TIMEOUT_MS = 30_000
# A PostgreSQL server that does not answer is given up after this; by default the driver waits for minutes.
CONNECT_TIMEOUT_S = 10

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

# Alembic keeps the migration that runs in a global variable.
_upgrading = threading.Lock()


class Database:
    """An open database. Writers take turns, on SQLite and on PostgreSQL alike; errors leave as `DatabaseError`.

    They must: to decide on an article means to read what is known and to store what follows from it. Two who do that
    at once would not see each other's claims.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.memory = Memory()

    @property
    def is_private(self) -> bool:
        """True for a database in memory, which no other process can see."""
        return self.engine.dialect.name == "sqlite" and self.engine.url.database in (None, "", ":memory:")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for writing, rolled back whole on any error. Waits for its turn.

        Raises:
            DatabaseError: The database is locked for too long, full or gone. Nothing was stored.
        """
        with _translated(self.engine):
            crashpoint("write: begin")
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING_LOCK})")
                yield connection
                crashpoint("write: before commit")
            crashpoint("write: after commit")

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """One short transaction that takes or gives back work. On PostgreSQL it waits for no writer (SKIP LOCKED does the rest).

        Raises:
            DatabaseError: The database is locked for too long, full or gone. Nothing was taken.
        """
        with _translated(self.engine):
            crashpoint("claim: begin")
            with self.engine.begin() as connection:
                yield connection
                crashpoint("claim: before commit")
            crashpoint("claim: after commit")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the database as it was at the first query, whoever writes meanwhile; it cannot write.

        Raises:
            DatabaseError: The database is gone, or something was to be written.
        """
        with _translated(self.engine), self.engine.connect() as connection:
            yield _for_reading(connection)

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
    except UnknownSchemaError as error:
        engine.dispose()
        raise DatabaseError(
            "was written by a newer Claimwatch, or its schema version is damaged",
            where=where,
            remedy="Install the newer version, or choose another database.",
        ) from error
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise DatabaseError(
            f"cannot be opened: {_reason(error, parsed)}",
            where=where,
            remedy="Check the address, the permissions and the free disk space; `claimwatch doctor` looks at all three.",
        ) from error
    return Database(engine)


class UnknownSchemaError(Exception):
    """The database has a schema that none of our migrations knows."""


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; quick when it is there already. Safe for several processes at once.

    Raises:
        UnknownSchemaError: The schema is of a newer version, or its version is damaged.
    """
    # Alembic takes a tenth of a second to import, and whoever only reads has nothing to migrate.
    newest = max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    if _revision(engine) == newest:
        return
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    try:
        with _upgrading, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise UnknownSchemaError(str(error)) from error


def _revision(engine: Engine) -> str:
    """The version of the schema, "" where there is none yet."""
    with engine.connect() as connection:
        if not sqlalchemy.inspect(_for_reading(connection)).has_table("alembic_version"):
            return ""
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def alembic_config() -> "Config":
    """Alembic's configuration with the migrations of the installed package."""
    from alembic.config import Config

    config = Config()
    # The parser of this option takes a percent sign for a variable.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _parse(url: str) -> URL:
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        parsed = make_url(url)
        parsed.port  # noqa: B018 - fails on a port that is no number
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise _unknown_address(url) from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise _unknown_address(url)
    password = parsed.query.get("password")
    if isinstance(password, str):
        # Where it stands as an option it would be printed with the address.
        parsed = parsed.difference_update_query(["password"]).set(password=parsed.password or password)
    return parsed.set(drivername=driver)


def _unknown_address(url: str) -> DatabaseError:
    return DatabaseError(
        "is not a database address that Claimwatch knows",
        # Nothing is known of its parts, so whatever may hold a password is left out.
        where=re.sub(r"//.*@", "//***@", url).partition("?")[0],
        remedy="Use sqlite:///path/to/file.db or postgresql://user@host/name.",
    )


def _engine(parsed: URL) -> Engine:
    if parsed.get_backend_name() == "postgresql":
        patience = {} if "connect_timeout" in parsed.query else {"connect_timeout": CONNECT_TIMEOUT_S}
        engine = create_engine(parsed, pool_pre_ping=True, connect_args=patience, json_serializer=to_text)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    in_memory = parsed.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": sqlalchemy.pool.StaticPool} if in_memory else {}
    engine = create_engine(
        parsed, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}, json_serializer=to_text, **options
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _for_reading(connection: Connection) -> Connection:
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection.execution_options(only_reading=True)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Instants come back in the zone of the connection; some zones of servers cannot express the first years.
    connection.execute("SET timezone TO 'UTC'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is deferred: two readers that then write lose each other's writes.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _turn_on_log(cursor)
    cursor.close()


def _turn_on_log(cursor: sqlite3.Cursor) -> None:
    """Let readers read while one writes (write-ahead log)."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Of several who open a new file at once SQLite makes one do this and turns the others away without waiting.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    reading = bool(connection.get_execution_options().get("only_reading"))
    connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A broken promise of the code, not a state of the database.
        raise
    except (DBAPIError, sqlalchemy.exc.TimeoutError) as error:
        reason = _reason(error, engine.url)
        raise DatabaseError(reason, where=engine.url.render_as_string(hide_password=True), remedy=_remedy(reason)) from error


def _reason(error: Exception, url: URL) -> str:
    original = getattr(error, "orig", None) or error
    said = " ".join(str(original).split()) or type(original).__name__
    return said.replace(url.password, "***") if url.password else said


def _remedy(reason: str) -> str:
    if re.search(r"locked|lock timeout", reason):
        return "Another run has been writing for long. Nothing of this step was stored; run again when it has ended."
    if re.search(r"is full|No space left|could not extend|disk I/O error", reason):
        return "Make room on the disk of the database. Nothing of this step was stored; run again."
    return "Nothing of this step was stored. Check that the database is reachable, writable and not full, then run again."
