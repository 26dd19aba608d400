"""The review: where each change stands, the log of decisions, users, full text over claims and changes, counts of speakers and outlets."""

import datetime as dt
import hashlib
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.store.tables import AddressKey, PlainText, UtcDateTime, address_key
from pipeline.store.words import drop_index, make_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROWS = 2_000
_REVIEW_INDEXES = (
    ["shelf", "detected_at", "sequence"],
    ["shelf", "watch", "detected_at", "sequence"],
    ["shelf", "seen", "watch"],
    ["shelf", "kind", "detected_at", "sequence"],
    ["watch", "question", "detected_at", "sequence"],
    ["detected_at", "sequence"],
    ["speaker", "detected_at", "sequence"],
    ["publisher", "detected_at", "sequence"],
    ["answer"],
    ["shelf", "until"],
)
_CLAIM_INDEXES = (["watch", "question", "said_at"], ["voice", "id"], ["outlet", "id"])


def upgrade() -> None:
    """Applies the change. Goes through all claims and changes once; a million claims take some minutes."""
    for column in (
        sa.Column("sentence", sa.Text(), nullable=False, server_default=""),
        sa.Column("said_at", sa.DateTime(timezone=True)),
        sa.Column("voice", sa.Text(), nullable=False, server_default=""),
        sa.Column("outlet", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("claim", column)
    _make_tables()
    connection = op.get_bind()
    _fill_claims(connection)
    _fill_reviews(connection)
    for columns in _CLAIM_INDEXES:
        op.create_index(op.f(f"ix_claim_{'_'.join(columns)}"), "claim", columns)
    for columns in _REVIEW_INDEXES:
        op.create_index(op.f(f"ix_review_{'_'.join(columns)}"), "review", columns)
    make_index(connection)


def downgrade() -> None:
    """Takes it back; decisions and users are lost."""
    drop_index(op.get_bind())
    for columns in _CLAIM_INDEXES:
        op.drop_index(op.f(f"ix_claim_{'_'.join(columns)}"), "claim")
    for table in ("secret", "reviewer", "tally", "saved_view", "ruling", "decision", "review"):
        op.drop_table(table)
    for column in ("outlet", "voice", "said_at", "sentence"):
        op.drop_column("claim", column)


def _make_tables() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "review",
        sa.Column("change", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("watch", "question", "kind", "certainty", "speaker", "publisher")),
        sa.Column("detected_at", instant, nullable=False),
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("pair", sa.String(64), nullable=False),
        sa.Column("shelf", sa.String(16), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("until", instant),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", instant),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_review")),
        sa.UniqueConstraint("sequence", name=op.f("uq_review_sequence")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("change", sa.String(64)),
        sa.Column("version", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False),
        *(sa.Column(name, sa.JSON()) for name in ("before", "after", "data")),
        sa.Column("undoes", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    for columns in (["change", "id"], ["batch"], ["undoes"]):
        op.create_index(op.f(f"ix_decision_{'_'.join(columns)}"), "decision", columns)
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    for columns in (["mark", "kind", "active"], ["batch"]):
        op.create_index(op.f(f"ix_ruling_{'_'.join(columns)}"), "ruling", columns)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "query", "who")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_table(
        "tally",
        sa.Column("kind", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "name", "institution")),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("last_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_tally")),
    )
    op.create_index(op.f("ix_tally_kind_claims"), "tally", ["kind", "claims"])
    op.create_table(
        "reviewer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reviewer")),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )


def _fill_claims(connection: sa.Connection) -> None:
    claims = sa.table(
        "claim", sa.column("id", sa.Integer), sa.column("data", sa.JSON), sa.column("sentence", PlainText),
        sa.column("said_at", UtcDateTime), sa.column("voice", AddressKey), sa.column("outlet", AddressKey),
    )
    tallies: dict[tuple[str, str], dict[str, Any]] = {}
    for rows in _portions(connection, claims, claims.c.id):
        for row in rows:
            claim = row.data["claim"]
            voice, seen = claim["voice"], dt.datetime.fromisoformat(claim["seen_at"]).astimezone(dt.UTC)
            connection.execute(
                sa.update(claims).where(claims.c.id == row.id).values(
                    sentence=claim["sentence"], said_at=dt.datetime.fromisoformat(claim["said_at"]),
                    voice=voice["speaker"], outlet=voice["publisher"],
                )
            )
            for kind, name, institution in (("speaker", voice["speaker"], voice["institution"]), ("outlet", voice["publisher"], "")):
                known = tallies.setdefault((kind, address_key(name)), {"name": name, "claims": 0, "last_at": seen})
                known.update(claims=known["claims"] + 1, last_at=max(seen, known["last_at"]), institution=institution)
    table = sa.table(
        "tally", sa.column("kind", sa.String), sa.column("key", AddressKey), sa.column("name", PlainText),
        sa.column("institution", PlainText), sa.column("claims", sa.Integer), sa.column("last_at", UtcDateTime),
    )
    if tallies:
        connection.execute(sa.insert(table), [{"kind": kind, "key": key, **values} for (kind, key), values in tallies.items()])


def _fill_reviews(connection: sa.Connection) -> None:
    changes = sa.table("change", sa.column("sequence", sa.Integer), sa.column("id", sa.String), sa.column("data", sa.JSON))
    reviews = sa.table(
        "review", *(sa.column(name, PlainText) for name in ("change", "watch", "question", "kind", "certainty", "answer", "pair", "shelf", "reason", "by")),
        *(sa.column(name, AddressKey) for name in ("speaker", "publisher")), sa.column("sequence", sa.Integer), sa.column("version", sa.Integer),
        sa.column("detected_at", UtcDateTime), sa.column("seen", sa.Boolean), sa.column("until", UtcDateTime), sa.column("at", UtcDateTime),
    )
    for rows in _portions(connection, changes, changes.c.sequence):
        connection.execute(sa.insert(reviews), [_review(row.id, row.sequence, row.data) for row in rows])


def _review(change: str, sequence: int, data: dict[str, Any]) -> dict[str, Any]:
    evidence, kind, place = data["evidence"], data["kind"], (data["watch"], data["question"])
    voice = evidence["speaker"].casefold() if kind in ("denied", "disputed", "reversed", "corrected") else ""
    return {
        "change": change, "sequence": sequence, "watch": place[0], "question": place[1], "kind": kind, "certainty": evidence["certainty"],
        "speaker": evidence["speaker"], "publisher": evidence["publisher"], "detected_at": dt.datetime.fromisoformat(data["detected_at"]),
        "answer": _digest("answer/1", *place, kind, _said(data["new"] or data["old"]), voice),
        "pair": _digest("pair/1", *place, *sorted((_said(data["old"]), _said(data["new"])))),
        "shelf": "inbox", "seen": False, "until": None, "version": 0, "reason": "", "by": "", "at": None,
    }


def _said(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return ""
    value = answer["value"] if answer["value"] is not None else " ".join(re.findall(r"\w+", answer["text"].casefold()))
    return f"{answer['type']}|{answer['unit'] or ''}|{answer['bound'] or ''}|{value}"


def _digest(*fields: str) -> str:
    return hashlib.sha256("".join(f"{len(field)}:{field}" for field in fields).encode("utf-8", "surrogatepass")).hexdigest()


def _portions(connection: sa.Connection, table: sa.TableClause, key: sa.ColumnClause[int]) -> Any:
    last = -1
    while rows := connection.execute(sa.select(table).where(key > last).order_by(key).limit(_ROWS)).all():
        yield rows
        last = getattr(rows[-1], key.name)
