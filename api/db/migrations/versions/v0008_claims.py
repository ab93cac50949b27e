"""Each delivery of a file is a claim of its own; claims that differ are a conflict for a senior."""

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant, Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "station_claim",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=True),
        sa.Column("election_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["original"], ["original.sha256"], name="fk_station_claim_original"),
        sa.PrimaryKeyConstraint("id", name="pk_station_claim"),
    )
    op.create_index("ix_station_claim_original", "station_claim", ["original"], unique=False)
    op.create_index("ix_station_claim_person_id", "station_claim", ["person_id"], unique=False)
    op.create_table(
        "station_conflict",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("suspends", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("stations", Json, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("station", sa.String(length=13), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["original"], ["original.sha256"], name="fk_station_conflict_original"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_station_conflict_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_station_conflict"),
    )
    op.create_index(
        "uq_station_conflict_open",
        "station_conflict",
        ["original"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_station_conflict_document_id", "station_conflict", ["document_id"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("station_conflict")
    op.drop_table("station_claim")
