"""Regions above the stations are found by name: an index of the few of them among all stations."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ABOVE = sa.text("level <> 'station'")


def upgrade() -> None:
    """Apply the step."""
    op.create_index("ix_region_level", "region", ["level"], sqlite_where=ABOVE, postgresql_where=ABOVE)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_region_level", "region")
