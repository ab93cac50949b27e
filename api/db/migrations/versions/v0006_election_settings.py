"""Which elections are on, under which titles, and the names of their pairs."""

import sqlalchemy as sa
from alembic import op

from api.db.types import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "election_setting",
        sa.Column("election_id", sa.String(length=64), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("pairs", Json, nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name="fk_election_setting_election_id"),
        sa.PrimaryKeyConstraint("election_id", name="pk_election_setting"),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("election_setting")
