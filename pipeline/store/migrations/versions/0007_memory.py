"""What a run remembers of the store: a count of alterations that makes it forget, and the claims of a question that did something."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    revision_table = op.create_table(
        "revision",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
    )
    op.bulk_insert(revision_table, [{"name": "claim", "value": 0}])
    op.create_index(
        "ix_claim_telling",
        "claim",
        ["watch", "question", "id"],
        sqlite_where=sa.text("effect <> 'repeat'"),
        postgresql_where=sa.text("effect <> 'repeat'"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_claim_telling", "claim")
    op.drop_table("revision")
