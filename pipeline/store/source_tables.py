"""Tables about sources beside feeds and entries: marks of articles, visits to their pages, copies, and the pages themselves."""

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from pipeline.store.tables import AddressKey, PlainText, UtcDateTime, metadata

# Every address, and every other mark, under which an article is known, and the one that is its identity.
aliases = Table(
    "alias",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("url", AddressKey, nullable=False),
    Index(None, "url"),
)
rechecks = Table(
    "recheck",
    metadata,
    Column("url", AddressKey, primary_key=True),
    Column("address", PlainText, nullable=False),
    Column("feed", PlainText, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    Column("next_due_at", UtcDateTime),
    Column("checked_at", UtcDateTime),
    Column("full_at", UtcDateTime),
    Column("etag", PlainText, nullable=False),
    Column("last_modified", PlainText, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("missing_since", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("last_code", PlainText, nullable=False),
    Column("last_error", PlainText, nullable=False),
    Column("pending", JSON(none_as_null=True)),
    Column("variants", JSON, nullable=False),
    Index(None, "next_due_at"),
)
# An article that is a copy of another's text, and the first that had it.
copies = Table(
    "copy",
    metadata,
    Column("url", AddressKey, primary_key=True),
    Column("first", AddressKey, nullable=False),
    Column("similarity", Float, nullable=False),
    Index(None, "first"),
)
copy_bands = Table(
    "copy_band",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("url", AddressKey, primary_key=True),
    Column("published", UtcDateTime, nullable=False),
    Index(None, "url"),
)
pages = Table(
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", AddressKey, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content_type", PlainText, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("url", "sha256"),
    Index(None, "fetched_at"),
)
