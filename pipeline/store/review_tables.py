"""The tables of the review: what people decide, and what makes its lists quick. Same metadata as `tables.py`."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from pipeline.store.tables import AddressKey, PlainText, UtcDateTime, metadata

# One row per change, made with the change. `shelf` to `at` follow from the log of decisions and are written together with it;
# the columns before them are those of the change that lists are filtered by.
reviews = Table(
    "review",
    metadata,
    Column("change", String(64), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("certainty", PlainText, nullable=False),
    Column("speaker", AddressKey, nullable=False),
    Column("publisher", AddressKey, nullable=False),
    Column("detected_at", UtcDateTime, nullable=False),
    Column("answer", String(64), nullable=False),
    Column("pair", String(64), nullable=False),
    Column("shelf", String(16), nullable=False, default="inbox"),
    Column("seen", Boolean, nullable=False, default=False),
    Column("until", UtcDateTime),
    Column("version", Integer, nullable=False, default=0),
    Column("reason", PlainText, nullable=False, default=""),
    Column("by", PlainText, nullable=False, default=""),
    Column("at", UtcDateTime),
    UniqueConstraint("sequence"),
    Index(None, "shelf", "detected_at", "sequence"),
    Index(None, "shelf", "watch", "detected_at", "sequence"),
    Index(None, "shelf", "seen", "watch"),
    Index(None, "shelf", "kind", "detected_at", "sequence"),
    Index(None, "watch", "question", "detected_at", "sequence"),
    Index(None, "watch", "detected_at", "sequence"),
    Index(None, "detected_at", "sequence"),
    Index(None, "speaker", "detected_at", "sequence"),
    Index(None, "publisher", "detected_at", "sequence"),
    Index(None, "answer"),
    Index(None, "shelf", "until"),
)
# Only ever added to. `before` and `after` are the shelf, seen and until of the change; `undoes` is the batch that a row takes back.
decisions = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", PlainText, nullable=False),
    Column("action", String(16), nullable=False),
    Column("change", String(64)),
    Column("version", Integer),
    Column("note", PlainText, nullable=False, default=""),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("data", JSON(none_as_null=True)),
    Column("undoes", String(32)),
    Index(None, "change", "id"),
    Index(None, "batch"),
    Index(None, "undoes"),
)
rulings = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("watch", PlainText, nullable=False),
    Column("question", PlainText, nullable=False),
    Column("mark", String(64), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Index(None, "mark", "kind", "active"),
    Index(None, "batch"),
)
views = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("query", PlainText, nullable=False),
    Column("who", PlainText, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)
# How often a speaker or an outlet was heard, kept up with every batch of claims: to count a million rows takes too long for a page.
tallies = Table(
    "tally",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", AddressKey, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("institution", PlainText, nullable=False, default=""),
    Column("claims", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Index(None, "kind", "claims"),
)
reviewers = Table(
    "reviewer",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("password", PlainText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)
secrets = Table(
    "secret",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", PlainText, nullable=False),
)
