"""What a decision has seen, regions of alarms and tokens, and the secrets that chance is drawn from."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("review_item", sa.Column("leased_at", Instant(), nullable=True)),
    ("review_answer", sa.Column("cut", sa.String(80), nullable=True)),
    ("review_answer", sa.Column("painted_at", Instant(), nullable=True)),
    ("review_answer", sa.Column("as_senior", sa.Boolean(), nullable=True)),
    ("alarm", sa.Column("region", sa.String(13), nullable=True)),
    ("token", sa.Column("scope", sa.String(13), nullable=True)),
)


def upgrade() -> None:
    """Apply the step; an alarm of an audit belongs to the region of that audit."""
    op.create_table(
        "service_secret",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_service_secret"),
    )
    for table, column in _COLUMNS:
        op.add_column(table, column)
    op.execute(
        "UPDATE alarm SET region = (SELECT region FROM review_audit WHERE 'audit:' || review_audit.id = alarm.subject)"
    )


def downgrade() -> None:
    """Take the step back."""
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)
    op.drop_table("service_secret")
