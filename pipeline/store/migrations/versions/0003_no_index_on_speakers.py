"""Speakers have no index: nothing asks for them, and PostgreSQL refuses to index what a page may pass off as a name."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.drop_index(op.f("ix_claim_speaker"), "claim")


def downgrade() -> None:
    """Takes it back."""
    op.create_index(op.f("ix_claim_speaker"), "claim", ["speaker"])
