"""A whole database into another one, of whatever kind: moving from SQLite to PostgreSQL, back, and backups."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, select, text

import pipeline.store.review_tables
import pipeline.store.source_tables  # noqa: F401 - adds its tables
from pipeline.errors import DatabaseError, OutputError
from pipeline.store.database import Database, open_database
from pipeline.store.tables import leases, metadata, revisions

_ROWS = 1_000
Progress = Callable[[str, int, int], None]


def copy_database(source: Database, target: Database, *, progress: Progress = lambda _what, _done, _total: None) -> int:
    """Copy every row into an empty database, in one transaction: afterwards it holds everything, or nothing.

    Args:
        source: Read as it is at one instant; others may go on writing to it.
        target: Must hold nothing yet.
        progress: Told the table, the rows done and all rows.

    Returns:
        How many rows were copied.

    Raises:
        DatabaseError: The target holds something, or one of them cannot be read or written.
    """
    # Who works on what is over with the move.
    tables = [table for table in metadata.sorted_tables if table is not leases]
    with source.reading() as reader, target.writing() as writer:
        # A new database counts its revisions from a row of its own.
        filled = [
            table.name
            for table in tables
            if table is not revisions and writer.execute(select(func.count()).select_from(table)).scalar_one()
        ]
        if filled:
            raise DatabaseError(
                f"is not empty ({', '.join(filled)})",
                where=target.engine.url.render_as_string(hide_password=True),
                remedy="Copy into a new database; what two databases know cannot be merged.",
            )
        writer.execute(delete(revisions))
        total = sum(reader.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
        done = 0
        for table in tables:
            for count in _copy_table(reader, writer, table):
                done += count
                progress(table.name, done, total)
            _go_on_counting(writer, table)
    return done


def back_up(source: Database, path: Path, *, progress: Progress = lambda _what, _done, _total: None) -> int:
    """Write everything into a new SQLite file, which can be opened, or copied into any other database. Others may go on writing.

    Returns:
        The size of the file in bytes.

    Raises:
        OutputError: The file is there already, or cannot be written.
        DatabaseError: The database cannot be read.
    """
    if path.exists():
        raise OutputError("is there already", where=str(path), remedy="Name a new file; a backup never overwrites one.")
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        if source.engine.dialect.name == "sqlite":
            _back_up_pages(source, partial)
        else:
            _back_up_rows(source, partial, progress)
        partial.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(f"cannot be written: {error}", where=str(path), remedy="Check the permissions and the free space.") from error
    finally:
        for left in (partial, *(partial.with_name(partial.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
    return path.stat().st_size


def _copy_table(reader: Connection, writer: Connection, table: Table) -> list[int]:
    counts = []
    order = [column.asc() for column in table.primary_key.columns]
    rows = reader.execution_options(yield_per=_ROWS).execute(select(table).order_by(*order)).mappings()
    for batch in rows.partitions(_ROWS):
        writer.execute(insert(table), [dict(row) for row in batch])
        counts.append(len(batch))
    return counts


def _go_on_counting(writer: Connection, table: Table) -> None:
    """PostgreSQL's counters do not notice numbers that were given."""
    if writer.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        sequence = writer.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))).scalar()
        if sequence is not None:
            last = select(func.coalesce(func.max(column), 0) + 1).select_from(table).scalar_subquery()
            writer.execute(select(func.setval(text(f"'{sequence}'"), last, False)))


def _back_up_pages(source: Database, path: Path) -> None:
    with source.engine.connect() as connection:
        driver = connection.connection.driver_connection
        target = sqlite3.connect(path)
        try:
            driver.backup(target)  # type: ignore[union-attr]
        finally:
            target.close()


def _back_up_rows(source: Database, path: Path, progress: Progress) -> None:
    target = open_database(f"sqlite:///{path}")
    try:
        copy_database(source, target, progress=progress)
    finally:
        target.close()
    # One file, without a log beside it.
    plain = sqlite3.connect(path)
    try:
        plain.execute("PRAGMA journal_mode=DELETE")
    finally:
        plain.close()
