"""The tables. What queries filter on has columns; the whole value stands beside it as JSON, with its own zone offsets."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, stored as UTC. SQLite gives back naive values; this makes them aware again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuses naive values: an instant without a zone is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:
        """Gives UTC."""
        if value is None:
            return None
        found: dt.datetime = value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


articles = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("url", "version"),
    Index(None, "published"),
)
removals = Table(
    "removal",
    metadata,
    Column("url", Text, primary_key=True),
    Column("removed_at", UtcDateTime, nullable=False),
)
claims = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("watch", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("certainty", Text, nullable=False),
    Column("answer_type", Text, nullable=False),
    Column("answer_value", Text),
    Column("unit", Text),
    Column("low", Float),
    Column("high", Float),
    Column("effect", Text, nullable=False),
    Column("prior", String(64)),
    Column("retracted_at", UtcDateTime),
    Column("data", JSON, nullable=False),
    Index(None, "watch", "question", "id"),
    Index(None, "url", "version"),
    Index(None, "speaker"),
)
changes = Table(
    "change",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("watch", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detected_at", UtcDateTime, nullable=False),
    Column("evidence_url", Text, nullable=False),
    Column("evidence_version", Integer, nullable=False),
    Column("evidence_start", Integer, nullable=False),
    Column("evidence_sentence", Text, nullable=False),
    Column("prior_url", Text),
    Column("prior_version", Integer),
    Column("prior_start", Integer),
    Column("prior_sentence", Text),
    Column("data", JSON, nullable=False),
    # Nobody is alarmed without two unequal pieces of evidence, except where there is by nature only one.
    CheckConstraint(
        "kind IN ('new', 'overdue', 'denied', 'withdrawn') OR (prior_url IS NOT NULL AND "
        "(prior_url <> evidence_url OR prior_version <> evidence_version OR prior_start <> evidence_start))",
        name="two_evidences",
    ),
    Index(None, "watch", "question", "detected_at"),
    Index(None, "detected_at"),
)
states = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("watch", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("after", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("watch", "question", "as_of", "after"),
)
feeds = Table(
    "feed",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("last_polled_at", UtcDateTime),
    Column("last_changed_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Text, nullable=False, default=""),
)
entries = Table(
    "entry",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("stamp", Text, primary_key=True, default=""),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("done", Boolean, nullable=False, default=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("data", JSON, nullable=False),
)
runs = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("problems", JSON, nullable=False),
)
