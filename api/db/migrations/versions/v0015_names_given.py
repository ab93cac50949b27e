"""A delivery keeps how its bringer called the file, so that each is shown the name that they gave themselves.

Of deliveries before this nobody knows it: that of the first one stands with its pages.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("station_claim", sa.Column("file_name", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("station_claim", "file_name")
