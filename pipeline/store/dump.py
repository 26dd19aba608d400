"""The whole content of a database as text, equal for two databases that know the same, on SQLite and PostgreSQL."""

import json

from sqlalchemy import select

from pipeline.store.database import Database
from pipeline.store.tables import metadata, runs

# Row numbers and the moments of polling differ between runs that learnt the same.
_SURROGATES = frozenset(("id", "sequence"))
_CLOCKS = frozenset(("last_polled_at",))


def canonical_dump(database: Database) -> str:
    """All tables but the run log, sorted, without row numbers: one line of JSON per row."""
    lines = []
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if table is runs:
                continue
            skip = (_SURROGATES if "key" in table.c or table.name in ("article", "state", "change") else frozenset()) | _CLOCKS
            columns = [column for column in table.c if column.name not in skip or (table.name == "change" and column.name == "id")]
            for row in connection.execute(select(*columns)):
                lines.append(json.dumps([table.name, *row], default=str, sort_keys=True, ensure_ascii=False))
    return "\n".join(sorted(lines)) + "\n"
