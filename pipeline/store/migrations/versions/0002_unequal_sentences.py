"""Another sentence at the same place is another piece of evidence; waiting entries are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NAME = "ck_change_two_evidences"
_OLD = (
    "kind IN ('new', 'overdue', 'denied', 'withdrawn') OR (prior_url IS NOT NULL AND "
    "(prior_url <> evidence_url OR prior_version <> evidence_version OR prior_start <> evidence_start))"
)
_NEW = (
    "kind IN ('new', 'overdue', 'denied', 'withdrawn') OR COALESCE(prior_url <> evidence_url OR prior_version <> evidence_version "
    "OR prior_start <> evidence_start OR prior_sentence <> evidence_sentence, false)"
)


def upgrade() -> None:
    """Applies the change."""
    _replace_check(_OLD, _NEW)
    op.create_index(op.f("ix_entry_done_stamp"), "entry", ["done", "stamp"])


def downgrade() -> None:
    """Takes it back. Fails, and changes nothing, where changes are stored that only the newer schema allows."""
    op.drop_index(op.f("ix_entry_done_stamp"), "entry")
    _replace_check(_NEW, _OLD)


def _replace_check(old: str, new: str) -> None:
    # SQLite cannot alter a constraint: Alembic copies the table, and needs to be told its checks, which it cannot read.
    with op.batch_alter_table("change", copy_from=_change_table(old)) as batch:
        batch.drop_constraint(op.f(_NAME), type_="check")
        batch.create_check_constraint(op.f(_NAME), new)


def _change_table(check: str) -> sa.Table:
    return sa.Table(
        "change",
        sa.MetaData(),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_url", sa.Text(), nullable=False),
        sa.Column("evidence_version", sa.Integer(), nullable=False),
        sa.Column("evidence_start", sa.Integer(), nullable=False),
        sa.Column("evidence_sentence", sa.Text(), nullable=False),
        sa.Column("prior_url", sa.Text(), nullable=True),
        sa.Column("prior_version", sa.Integer(), nullable=True),
        sa.Column("prior_start", sa.Integer(), nullable=True),
        sa.Column("prior_sentence", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.CheckConstraint(check, name=op.f(_NAME)),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint("id", name=op.f("uq_change_id")),
        sa.Index(op.f("ix_change_detected_at"), "detected_at"),
        sa.Index(op.f("ix_change_watch_question_detected_at"), "watch", "question", "detected_at"),
    )
