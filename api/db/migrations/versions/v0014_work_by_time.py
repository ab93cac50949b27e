"""What was read and answered in the last hour is found by its time: of the log, only that pages were read."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PAGE_READ = sa.text("kind = 'page_read'")


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_event_page_read_at", "event", ["at"], sqlite_where=PAGE_READ, postgresql_where=PAGE_READ)
    op.create_index("ix_review_answer_at", "review_answer", ["at"])


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_review_answer_at", "review_answer")
    op.drop_index("ix_event_page_read_at", "event")
