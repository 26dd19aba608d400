"""The whole content of a database as text, equal for two databases that know the same, on SQLite and PostgreSQL."""

import datetime as dt
import json

from sqlalchemy import select

from pipeline.store.database import Database
from pipeline.store.review_tables import decisions, reviewers, reviews, rulings, secrets, tallies, views
from pipeline.store.source_tables import pages, rechecks
from pipeline.store.statement_tables import keys, statement_keys, statements
from pipeline.store.tables import (
    articles,
    changes,
    claims,
    entries,
    feeds,
    leases,
    metadata,
    outbox,
    revisions,
    runs,
    states,
)

# Row numbers, the moments of polling, and who worked on what: they differ between runs that learnt the same.
_LEFT_OUT = {
    articles: {"id"},
    claims: {"id"},
    changes: {"sequence"},
    states: {"id"},
    statements: {"id"},
    outbox: {"created_at", "due_at", "settled_at", "tries", "last_error"},
    reviews: {"sequence"},
    decisions: {"id"},
    rulings: {"id"},
    views: {"id"},
    feeds: {
        *("last_polled_at", "last_changed_at", "last_good_at", "last_full_at", "next_due_at", "interval_s"),
        *("failing_since", "gone_at", "arrivals"),
    },
    entries: {"seen_at", "queued_at", "leased_by", "leased_until", "token"},
    rechecks: {"next_due_at", "checked_at", "full_at", "missing_since"},
    pages: {"id", "fetched_at", "body"},
}
# The log of runs, who holds what, what nobody but the review page may read, and what follows from claims and statements.
_WITHHELD = (runs, leases, reviewers, secrets, tallies, revisions, keys, statement_keys)


def canonical_dump(database: Database) -> str:
    """All tables but the log of runs and the passwords, sorted, without row numbers and moments of polling: one line of JSON per row."""
    lines = []
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if table in _WITHHELD:
                continue
            columns = [column for column in table.c if column.name not in _LEFT_OUT.get(table, ())]
            lines += [json.dumps([table.name, *row], default=_instant, sort_keys=True) for row in connection.execute(select(*columns))]
    return "\n".join(sorted(lines)) + "\n"


def _instant(value: dt.datetime) -> str:
    return value.isoformat()
