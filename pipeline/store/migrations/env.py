"""Runs the migrations on the connection that `pipeline.store.database.upgrade` hands over."""

from alembic import context

import pipeline.store.review_tables
import pipeline.store.source_tables
import pipeline.store.statement_tables  # noqa: F401 - all add their tables
from pipeline.store.tables import metadata
from pipeline.store.words import INDEX_TABLES


def ours(_item: object, name: str | None, *_: object) -> bool:
    """False for the full-text indexes, which Alembic cannot describe; `pipeline.store.words` makes them."""
    return not (name or "").removeprefix("ix_").startswith(INDEX_TABLES)


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True, include_object=ours)
with context.begin_transaction():
    context.run_migrations()
