"""Work is claimed: entries have a place in the line and a holder, readings wait for their turn, jobs have leases."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change; entries that wait keep the order in which they were seen."""
    op.drop_index(op.f("ix_entry_done_stamp"), "entry")
    for column in (
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("entry", column)
    op.execute("UPDATE entry SET queued_at = seen_at")
    with op.batch_alter_table("entry") as batch:
        batch.alter_column("queued_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(op.f("ix_entry_done_queued_at"), "entry", ["done", "queued_at"])
    op.create_table(
        "reading",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("article", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "url", "stamp", name=op.f("pk_reading")),
    )
    op.create_table(
        "job_lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_lease")),
    )


def downgrade() -> None:
    """Takes it back: what was read but not decided is read again."""
    op.drop_table("job_lease")
    op.drop_table("reading")
    op.drop_index(op.f("ix_entry_done_queued_at"), "entry")
    with op.batch_alter_table("entry") as batch:
        for name in ("token", "leased_until", "leased_by", "queued_at"):
            batch.drop_column(name)
    op.create_index(op.f("ix_entry_done_stamp"), "entry", ["done", "stamp"])
