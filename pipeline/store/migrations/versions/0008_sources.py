"""Due times and health of feeds, other addresses of articles, visits to their pages, copies, and the pages themselves."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _feed() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("digest", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("last_good_at", _INSTANT, nullable=True),
        sa.Column("last_full_at", _INSTANT, nullable=True),
        sa.Column("next_due_at", _INSTANT, nullable=True),
        sa.Column("interval_s", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", _INSTANT, nullable=True),
        sa.Column("last_code", sa.Text(), nullable=False, server_default=""),
        sa.Column("moved_to", sa.Text(), nullable=False, server_default=""),
        sa.Column("gone_at", _INSTANT, nullable=True),
        sa.Column("arrivals", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("notes", sa.JSON(), nullable=False, server_default="[]"),
    )


def _entry() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("digest", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("last_error", sa.Text(), nullable=False, server_default=""),
    )


def upgrade() -> None:
    """Applies the change."""
    for table, columns in (("feed", _feed()), ("entry", _entry())):
        for column in columns:
            op.add_column(table, column)
    op.create_index(op.f("ix_feed_next_due_at"), "feed", ["next_due_at"])
    _make_articles_tables()


def _make_articles_tables() -> None:
    op.create_table(
        "alias",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_url"), "alias", ["url"])
    op.create_table(
        "recheck",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("published", _INSTANT, nullable=False),
        sa.Column("next_due_at", _INSTANT, nullable=True),
        sa.Column("checked_at", _INSTANT, nullable=True),
        sa.Column("full_at", _INSTANT, nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("missing_since", _INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_code", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("pending", sa.JSON(), nullable=True),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_recheck")),
    )
    op.create_index(op.f("ix_recheck_next_due_at"), "recheck", ["next_due_at"])
    op.create_table(
        "copy",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_copy")),
    )
    op.create_index(op.f("ix_copy_first"), "copy", ["first"])
    op.create_table(
        "copy_band",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("band", "url", name=op.f("pk_copy_band")),
    )
    op.create_index(op.f("ix_copy_band_url"), "copy_band", ["url"])
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("fetched_at", _INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("url", "sha256", name=op.f("uq_page_url_sha256")),
    )
    op.create_index(op.f("ix_page_fetched_at"), "page", ["fetched_at"])


def downgrade() -> None:
    """Takes it back; what is known of copies, visits and pages is lost."""
    for table in ("page", "copy_band", "copy", "recheck", "alias"):
        op.drop_table(table)
    op.drop_index(op.f("ix_feed_next_due_at"), "feed")
    for table, columns in (("entry", _entry()), ("feed", _feed())):
        with op.batch_alter_table(table, schema=None) as batch:
            for column in columns:
                batch.drop_column(column.name)
