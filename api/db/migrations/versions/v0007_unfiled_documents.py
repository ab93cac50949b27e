"""Documents without a station belong to the region of whoever brought them; those that are there, to the nation."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNFILED = sa.text("station IS NULL")


def upgrade() -> None:
    """Apply the step."""
    op.add_column("document", sa.Column("scope", sa.String(length=13), nullable=False, server_default="0"))
    op.create_index("ix_document_unfiled", "document", ["scope"], sqlite_where=UNFILED, postgresql_where=UNFILED)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_document_unfiled", "document")
    op.drop_column("document", "scope")
