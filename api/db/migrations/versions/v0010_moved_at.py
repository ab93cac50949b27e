"""Sums know when they last changed, so that a page can say of when its figures are.

Of those that are there it is not known; nothing that is told came after the last event, so they are of then.
"""

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant, now

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("station_count", "tally")


def upgrade() -> None:
    """Apply the step."""
    event = sa.table("event", sa.column("at", Instant()))
    last = op.get_bind().execute(sa.select(sa.func.max(event.c.at))).scalar_one_or_none() or now()
    for name in TABLES:
        op.add_column(name, sa.Column("moved_at", Instant(), nullable=True))
        op.execute(sa.table(name, sa.column("moved_at", Instant())).update().values(moved_at=last))


def downgrade() -> None:
    """Take the step back."""
    for name in TABLES:
        op.drop_column(name, "moved_at")
