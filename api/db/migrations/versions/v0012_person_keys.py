"""People sign their decisions with keys of their own."""

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDED = {"key_id": 32, "nonce": 32, "signature": 128}
"""New columns of decisions, and their lengths."""


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "person_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=128), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("countersign_key", sa.String(length=32), nullable=True),
        sa.Column("countersignature", sa.String(length=128), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_key_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_key"),
    )
    op.create_index("ix_person_key_person_id", "person_key", ["person_id"], unique=False)
    for name, length in ADDED.items():
        op.add_column("decision", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("uq_decision_nonce", "decision", ["nonce"], unique=True)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("uq_decision_nonce", "decision")
    for name in reversed(ADDED):
        op.drop_column("decision", name)
    op.drop_table("person_key")
