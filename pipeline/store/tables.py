"""The tables. What queries filter on has columns; the whole value stands beside it as JSON, with its own zone offsets."""

import datetime as dt
import hashlib
import re
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
    text,
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


_FIRST_INSTANT = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST_INSTANT = dt.datetime.max.replace(tzinfo=dt.UTC)
# An index of PostgreSQL takes some 2,700 bytes a row; a feed may call anything an address.
_LONGEST_KEY = 2_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def in_utc(value: dt.datetime) -> dt.datetime:
    """The aware instant in UTC, or the nearest one that the calendar has."""
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        # Feeds say "0001-01-01" where they know no date, and in an eastern zone that lies before the calendar.
        return _FIRST_INSTANT if value.year == 1 else _LAST_INSTANT


def plain(text: str) -> str:
    """The text as columns hold it: NUL and halves of character pairs, which PostgreSQL refuses, are U+FFFD. Its length stays."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def address_key(url: str) -> str:
    """The address as keys hold it: plain, and one too long for an index as its beginning with the digest of the whole."""
    kept = plain(url)
    if len(kept.encode()) <= _LONGEST_KEY:
        return kept
    return f"{kept[: _LONGEST_KEY // 5]}#{hashlib.sha256(kept.encode()).hexdigest()}"


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
        return in_utc(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:
        """Gives UTC."""
        if value is None:
            return None
        found: dt.datetime = value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


class PlainText(TypeDecorator[str]):
    """Text made `plain`, in what is stored and in what it is compared with alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replaces what cannot be stored."""
        return None if value is None else plain(value)


class AddressKey(TypeDecorator[str]):
    """The `address_key` of a URL, in what is stored and in what it is compared with alike. The URL itself stands in `data`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Shortens what is too long for an index."""
        return None if value is None else address_key(value)


articles = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", AddressKey, nullable=False),
    Column("version", Integer, nullable=False),
    Column("publisher", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
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
    Column("url", AddressKey, primary_key=True),
    Column("removed_at", UtcDateTime, nullable=False),
)
claims = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("url", AddressKey, nullable=False),
    Column("version", Integer, nullable=False),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("speaker", PlainText, nullable=False),
    Column("institution", PlainText, nullable=False),
    Column("certainty", PlainText, nullable=False),
    Column("answer_type", PlainText, nullable=False),
    Column("answer_value", PlainText),
    Column("unit", PlainText),
    Column("low", Float),
    Column("high", Float),
    Column("effect", PlainText, nullable=False),
    Column("prior", String(64)),
    Column("retracted_at", UtcDateTime),
    Column("data", JSON, nullable=False),
    # What the review page searches by; `voice` and `outlet` are the speaker and the publisher as an index takes them.
    Column("sentence", PlainText, nullable=False, default="", server_default=""),
    Column("said_at", UtcDateTime),
    Column("voice", AddressKey, nullable=False, default="", server_default=""),
    Column("outlet", AddressKey, nullable=False, default="", server_default=""),
    Index(None, "watch", "question", "id"),
    Index(None, "url", "version"),
    Index(None, "watch", "question", "said_at"),
    Index(None, "voice", "id"),
    Index(None, "outlet", "id"),
    # What did something, as against the many that only repeat it (pipeline.store.memory).
    Index(
        "ix_claim_telling",
        "watch",
        "question",
        "id",
        sqlite_where=text("effect <> 'repeat'"),
        postgresql_where=text("effect <> 'repeat'"),
    ),
)
# How often rows that were stored before have been altered, by table: who keeps some in memory reads them again.
revisions = Table(
    "revision",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", Integer, nullable=False),
)
changes = Table(
    "change",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("detected_at", UtcDateTime, nullable=False),
    Column("evidence_url", PlainText, nullable=False),
    Column("evidence_version", Integer, nullable=False),
    Column("evidence_start", Integer, nullable=False),
    Column("evidence_sentence", PlainText, nullable=False),
    Column("prior_url", PlainText),
    Column("prior_version", Integer),
    Column("prior_start", Integer),
    Column("prior_sentence", PlainText),
    Column("data", JSON, nullable=False),
    # Nobody is alarmed without two unequal pieces of evidence, except where there is by nature only one.
    # COALESCE: where a part is missing the comparison is unknown, and SQL lets what is unknown pass.
    CheckConstraint(
        "kind IN ('new', 'overdue', 'denied', 'withdrawn') OR COALESCE(prior_url <> evidence_url OR prior_version <> evidence_version "
        "OR prior_start <> evidence_start OR prior_sentence <> evidence_sentence, false)",
        name="two_evidences",
    ),
    Index(None, "watch", "question", "detected_at"),
    Index(None, "detected_at"),
)
states = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("after", AddressKey, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("watch", "question", "as_of", "after"),
)
feeds = Table(
    "feed",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("url", PlainText, nullable=False),
    Column("etag", PlainText, nullable=False, default=""),
    Column("last_modified", PlainText, nullable=False, default=""),
    Column("last_polled_at", UtcDateTime),
    Column("last_changed_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", PlainText, nullable=False, default=""),
    Column("digest", String(64), nullable=False, server_default=""),
    Column("last_good_at", UtcDateTime),
    Column("last_full_at", UtcDateTime),
    Column("next_due_at", UtcDateTime),
    Column("interval_s", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcDateTime),
    Column("last_code", PlainText, nullable=False, server_default=""),
    Column("moved_to", PlainText, nullable=False, server_default=""),
    Column("gone_at", UtcDateTime),
    Column("arrivals", JSON, nullable=False, server_default="[]"),
    Column("notes", JSON, nullable=False, server_default="[]"),
    Index(None, "next_due_at"),
)
entries = Table(
    "entry",
    metadata,
    Column("feed", PlainText, primary_key=True),
    Column("url", AddressKey, primary_key=True),
    Column("stamp", PlainText, primary_key=True, default=""),
    Column("seen_at", UtcDateTime, nullable=False),
    # Its place in the line: when it came up to be read, for the first time or again after a failure.
    Column("queued_at", UtcDateTime, nullable=False),
    Column("done", Boolean, nullable=False, default=False),
    Column("tries", Integer, nullable=False, default=0),
    # Whoever reads it holds it until then; the token counts the holders, so that one who was given up cannot save.
    Column("leased_by", PlainText),
    Column("leased_until", UtcDateTime),
    Column("token", Integer, nullable=False, default=0, server_default="0"),
    Column("data", JSON, nullable=False),
    # Of the words that the entry carries: a stamp that moves while they stay is doubted.
    Column("digest", String(64), nullable=False, server_default=""),
    Column("last_error", PlainText, nullable=False, server_default=""),
    Index(None, "done", "queued_at"),
)
# Articles that are read but wait for those before them in the line to be decided.
readings = Table(
    "reading",
    metadata,
    Column("feed", PlainText, primary_key=True),
    Column("url", AddressKey, primary_key=True),
    Column("stamp", PlainText, primary_key=True, default=""),
    Column("article", JSON, nullable=False),
    Column("data", JSON, nullable=False),
)
# What is to be sent to whom. `key` is the digest of change, channel and reminder; `state` is waiting, sent or dropped.
outbox = Table(
    "outbox",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("channel", PlainText, nullable=False),
    Column("change", String(64), nullable=False),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("reminder", Integer, nullable=False, default=0),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0),
    Column("last_error", PlainText, nullable=False, default=""),
    Index(None, "state", "channel", "due_at"),
    Index(None, "channel", "watch", "question"),
)
# Work that one process at a time may do. The token grows with every holder.
leases = Table(
    "job_lease",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("token", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
runs = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", PlainText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("problems", JSON, nullable=False),
)
