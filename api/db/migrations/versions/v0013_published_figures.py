"""An election has a second source: published figures, and what became of each beside ours."""

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OUTCOMES = (
    "agrees", "differs", "question", "page_contradicts", "unreadable", "no_photograph", "other_station",
)  # fmt: skip


def upgrade() -> None:
    """Apply the step."""
    op.add_column("election_setting", sa.Column("differences", sa.Boolean(), nullable=False, server_default=sa.false()))
    _snapshots()
    _stations()
    _verdicts()
    _judged()


def _snapshots() -> None:
    op.create_table(
        "published_snapshot",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("election_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("taken_at", sa.String(length=40), nullable=True),
        sa.Column("first", sa.String(length=40), nullable=True),
        sa.Column("last", sa.String(length=40), nullable=True),
        sa.Column("stations", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.BigInteger(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("examples", Json, nullable=False),
        sa.Column("figures", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name="fk_published_snapshot_election_id"),
        sa.PrimaryKeyConstraint("id", name="pk_published_snapshot"),
    )
    op.create_index(
        "ix_published_snapshot_election_id_imported_at", "published_snapshot", ["election_id", "imported_at"]
    )


def _stations() -> None:
    op.create_table(
        "published_station",
        sa.Column("snapshot_id", sa.String(length=32), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=True),
        _of_snapshot("published_station"),
        sa.PrimaryKeyConstraint("snapshot_id", "station", name="pk_published_station"),
    )


def _verdicts() -> None:
    op.create_table(
        "published_verdict",
        sa.Column("snapshot_id", sa.String(length=32), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=True),
        sa.Column("difference", sa.BigInteger(), nullable=True),
        sa.Column("stake", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("codes", sa.Text(), nullable=False),
        _of_snapshot("published_verdict"),
        _of_document("published_verdict"),
        sa.PrimaryKeyConstraint("snapshot_id", "station", "field", name="pk_published_verdict"),
    )
    op.create_index("ix_published_verdict_rank", "published_verdict", ["snapshot_id", "outcome", "stake", "station"])
    op.create_index("ix_published_verdict_document_id", "published_verdict", ["document_id"])


def _judged() -> None:
    op.create_table(
        "published_judged",
        sa.Column("snapshot_id", sa.String(length=32), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in OUTCOMES),
        sa.Column("stake", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        _of_snapshot("published_judged"),
        _of_document("published_judged"),
        sa.PrimaryKeyConstraint("snapshot_id", "station", name="pk_published_judged"),
    )
    op.create_index("ix_published_judged_snapshot_id_at", "published_judged", ["snapshot_id", "at"])


def _of_snapshot(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["snapshot_id"], ["published_snapshot.id"], name=f"fk_{table}_snapshot_id")


def _of_document(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=f"fk_{table}_document_id")


def downgrade() -> None:
    """Take the step back."""
    for table in ("published_judged", "published_verdict", "published_station", "published_snapshot"):
        op.drop_table(table)
    op.drop_column("election_setting", "differences")
