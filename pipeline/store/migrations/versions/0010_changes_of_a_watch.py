"""All changes of a watch come in order from an index, too: without one its page sorted every change that the watch ever had."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_index(op.f("ix_review_watch_detected_at_sequence"), "review", ["watch", "detected_at", "sequence"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(op.f("ix_review_watch_detected_at_sequence"), "review")
