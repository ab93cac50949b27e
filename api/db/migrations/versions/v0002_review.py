"""The review desk: items, answers, hidden tests, audits, alarms, single boxes, corners given by hand.

Every number that waits already gets its item; the marks of boxes read earlier come with `chasil review refresh`.
"""

import sqlalchemy as sa
from alembic import op

from api.db.tables import BigKey
from api.db.types import Instant, Json, now

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONE_OPEN = sa.text("state = 'open' AND kind IN ('review', 'second', 'senior')")

FRESH_ID = {"postgresql": "replace(gen_random_uuid()::text, '-', '')", "sqlite": "lower(hex(randomblob(16)))"}

WAITING = """
    INSERT INTO review_item (id, kind, state, document_id, field, station, form_id, codes, comment, harm, made_at)
    SELECT {id}, 'review', 'open', number.document_id, number.field, document.station, document.form_id, '', '',
           1 - number.confidence, :now
    FROM number JOIN document ON document.id = number.document_id
    WHERE number.state = 'review' AND document.moved_to IS NULL
"""


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("cleared_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    op.create_index("ix_alarm_subject", "alarm", ["subject"], unique=False)

    op.create_table(
        "policy_value",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_policy_value"),
    )
    op.create_table(
        "review_audit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=13), nullable=False),
        sa.Column("seed", BigKey, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("strata", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_audit"),
    )
    op.create_table(
        "gold_number",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=True),
        sa.Column("boxes", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_gold_number_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gold_number"),
        sa.UniqueConstraint("document_id", "field", name="uq_gold_number_document_id_field"),
    )
    op.create_table(
        "review_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=True),
        sa.Column("form_id", sa.String(length=64), nullable=True),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("harm", sa.Double(), nullable=False),
        sa.Column("audit_id", sa.String(length=32), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("expected", sa.String(length=16), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["review_audit.id"], name="fk_review_item_audit_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_review_item_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_item"),
    )
    op.create_index("ix_review_item_audit_id_place", "review_item", ["audit_id", "place"], unique=False)
    op.create_index("ix_review_item_document_id_field", "review_item", ["document_id", "field"], unique=False)
    op.create_index("ix_review_item_lease", "review_item", ["lease"], unique=False)
    op.create_index("ix_review_item_state_harm", "review_item", ["state", "harm"], unique=False)
    op.create_index(
        "uq_review_item_number",
        "review_item",
        ["document_id", "field"],
        unique=True,
        sqlite_where=ONE_OPEN,
        postgresql_where=ONE_OPEN,
    )

    op.create_table(
        "box_mark",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("box", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=1), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("rival", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_box_mark_page_id"),
        sa.PrimaryKeyConstraint("page_id", "field", "box", name="pk_box_mark"),
    )
    op.create_index(
        "ix_box_mark_mark_probability", "box_mark", ["mark", "probability", "page_id", "field", "box"], unique=False
    )

    op.create_table(
        "page_corners",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("form_page", sa.Integer(), nullable=False),
        sa.Column("points", Json, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_page_corners_page_id"),
        sa.PrimaryKeyConstraint("page_id", name="pk_page_corners"),
    )
    op.create_table(
        "review_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("boxes", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("matches", sa.Boolean(), nullable=True),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("before_id", sa.String(length=32), nullable=True),
        sa.Column("undo_id", sa.String(length=32), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_review_answer_document_id"),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name="fk_review_answer_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_answer"),
    )
    op.create_index("ix_review_answer_document_id_field", "review_answer", ["document_id", "field"], unique=False)
    op.create_index("ix_review_answer_item_id", "review_answer", ["item_id"], unique=False)
    op.create_index("ix_review_answer_person_id_at", "review_answer", ["person_id", "at"], unique=False)

    fill = WAITING.format(id=FRESH_ID[op.get_bind().dialect.name])
    op.execute(sa.text(fill).bindparams(sa.bindparam("now", now(), type_=Instant())))


def downgrade() -> None:
    """Take the step back."""
    for table in (
        "review_answer",
        "page_corners",
        "box_mark",
        "review_item",
        "gold_number",
        "review_audit",
        "policy_value",
        "alarm",
    ):
        op.drop_table(table)
