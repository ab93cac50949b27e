"""The chain of events becomes a transparency log; the head of the old chain is its first leaf."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from api.db.types import Instant, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = "seq, at, kind, actor, subject, body, previous, sha256"


def _old(name: str) -> None:
    op.create_table(
        name,
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{name}"),
    )


def upgrade() -> None:
    """Apply the step."""
    _old("chain_event")
    op.execute(f"INSERT INTO chain_event ({COLUMNS}) SELECT {COLUMNS} FROM event")  # noqa: S608  ours
    op.drop_table("event")
    op.create_table(
        "event",
        sa.Column("seq", BIG, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.Column("private", Json, nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    op.create_index("ix_event_subject", "event", ["subject"], unique=False)
    op.create_table(
        "log_pending",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_log_pending"),
    )
    op.create_table(
        "log_leaf",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name="fk_log_leaf_seq"),
        sa.PrimaryKeyConstraint("position", name="pk_log_leaf"),
        sa.UniqueConstraint("seq", name="uq_log_leaf_seq"),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_log_node"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_checkpoint"),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_log_cosignature"),
    )
    op.create_table(
        "log_shape",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_log_shape"),
    )
    op.create_table(
        "pseudonym",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_pseudonym"),
        sa.UniqueConstraint("name", name="uq_pseudonym_name"),
    )
    _close_chain()


def _close_chain() -> None:
    """Write the event that names the head of the old chain."""
    connection = op.get_bind()
    last = connection.execute(sa.text("SELECT seq, sha256 FROM chain_event ORDER BY seq DESC LIMIT 1")).first()
    if last is None:
        return
    at, body = datetime.now(UTC), {"seq": last.seq, "sha256": last.sha256}
    told = {"actor": "program", "at": at.isoformat(timespec="microseconds"), "body": body, "kind": "chain_closed"}
    leaf = json.dumps({**told, "subject": "log:chain", "v": 1}, sort_keys=True, separators=(",", ":"))
    event = sa.table(
        "event", sa.column("at", Instant()), sa.column("kind"), sa.column("actor"), sa.column("subject"),
        sa.column("body", Json), sa.column("leaf"),
    )  # fmt: skip
    row = {"at": at, "kind": "chain_closed", "actor": "program", "subject": "log:chain", "body": body, "leaf": leaf}
    connection.execute(sa.insert(event).values(**row))
    op.execute("INSERT INTO log_pending (seq) SELECT seq FROM event")


def downgrade() -> None:
    """Take the step back: the old chain, without what came after it."""
    for table in ("log_leaf", "event"):
        op.drop_table(table)
    for table in ("pseudonym", "log_shape", "log_cosignature", "log_checkpoint", "log_node", "log_pending"):
        op.drop_table(table)
    _old("event")
    op.execute(f"INSERT INTO event ({COLUMNS}) SELECT {COLUMNS} FROM chain_event")  # noqa: S608  ours
    op.create_index("ix_event_subject", "event", ["subject"], unique=False)
    op.create_unique_constraint(
        "uq_event_sha256", "event", ["sha256"]
    ) if op.get_bind().dialect.name != "sqlite" else None
    op.drop_table("chain_event")
