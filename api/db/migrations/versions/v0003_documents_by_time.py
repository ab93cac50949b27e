"""Documents by the time at which they came: lists show the newest first."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_document_created_at_id", "document", ["created_at", "id"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_document_created_at_id", "document")
