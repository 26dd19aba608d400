"""Which of many keys are stored already, asked in portions that every database takes."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, select

# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
_PORTION = 10_000


def portions(values: Sequence[str], size: int = _PORTION) -> Iterator[Sequence[str]]:
    """The values in order, in portions small enough for one statement."""
    for at in range(0, len(values), size):
        yield values[at : at + size]


def stored_among(connection: Connection, column: ColumnElement[str], values: Sequence[str]) -> frozenset[str]:
    """Those of `values` that `column` holds."""
    return frozenset(
        found for portion in portions(values) for found in connection.execute(select(column).where(column.in_(portion))).scalars()
    )
