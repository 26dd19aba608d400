"""The tables of open statements and of the keys by which they are found. Same metadata as `tables.py`."""

from sqlalchemy import Column, Float, Index, Integer, PrimaryKeyConstraint, String, Table

from pipeline.store.tables import AddressKey, PlainText, UtcDateTime, metadata

statements = Table(
    "statement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", String(64), nullable=False, unique=True),
    Column("watch", PlainText, nullable=False),
    Column("url", AddressKey, nullable=False),
    Column("version", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentence", PlainText, nullable=False),
    Column("speaker", PlainText, nullable=False),
    Column("publisher", PlainText, nullable=False),
    Column("certainty", PlainText, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("facts", PlainText, nullable=False),
    Column("original", String(64), nullable=False),
    Column("score", Float, nullable=False),
    Index(None, "watch", "original", "id"),
    Index(None, "original"),
)
# What statements are looked up by: `df` is in how many of them the key stands, so that the rarest are read first.
keys = Table(
    "key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("k", AddressKey, nullable=False, unique=True),
    Column("df", Integer, nullable=False),
)
statement_keys = Table(
    "statement_key",
    metadata,
    Column("key_id", Integer, nullable=False),
    Column("statement_id", Integer, nullable=False),
    PrimaryKeyConstraint("key_id", "statement_id"),
    sqlite_with_rowid=False,
)
