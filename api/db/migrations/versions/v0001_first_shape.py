"""The first shape."""

import sqlalchemy as sa
from alembic import op

from api.db.tables import BigKey
from api.db.types import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_who_at", "attempt", ["who", "at"], unique=False)

    op.create_table(
        "election",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_election"),
    )
    op.create_table(
        "event",
        sa.Column("seq", BigKey, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("sha256", name="uq_event_sha256"),
    )
    op.create_index("ix_event_subject", "event", ["subject"], unique=False)

    op.create_table(
        "form_version",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_form_version"),
    )
    op.create_index("ix_form_version_form_id", "form_version", ["form_id"], unique=False)

    op.create_table(
        "original",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_original"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("roles", Json, nullable=False),
        sa.Column("scope", sa.String(length=13), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("subject", name="uq_person_subject"),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("parent", sa.String(length=13), nullable=True),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stations", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
    )
    op.create_index("ix_region_parent_code", "region", ["parent", "code"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("election_id", sa.String(length=64), nullable=True),
        sa.Column("station", sa.String(length=13), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=True),
        sa.Column("pages_found", Json, nullable=False),
        sa.Column("missing_pages", Json, nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("moved_to", sa.String(length=32), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name="fk_document_election_id"),
        sa.ForeignKeyConstraint(["moved_to"], ["document.id"], name="fk_document_moved_to"),
        sa.ForeignKeyConstraint(["station"], ["region.code"], name="fk_document_station"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_state", "document", ["state"], unique=False)
    op.create_index("ix_document_station", "document", ["station"], unique=False)
    here = sa.text("moved_to IS NULL")
    op.create_index(
        "uq_document_place",
        "document",
        ["election_id", "station"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )

    op.create_table(
        "login",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_login_person_id"),
        sa.PrimaryKeyConstraint("sha256", name="pk_login"),
    )
    op.create_index("ix_login_person_id", "login", ["person_id"], unique=False)

    op.create_table(
        "tally",
        sa.Column("election_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=13), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name="fk_tally_election_id"),
        sa.PrimaryKeyConstraint("election_id", "region", "item", name="pk_tally"),
    )
    op.create_index("ix_tally_election_id_digits_region", "tally", ["election_id", "digits", "region"], unique=False)

    op.create_table(
        "token",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_token_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("sha256", name="uq_token_sha256"),
    )
    op.create_index("ix_token_person_id", "token", ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("old", Json, nullable=False),
        sa.Column("new", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_decision_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_document_id_field", "decision", ["document_id", "field"], unique=False)

    op.create_table(
        "page",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ready_at", Instant(), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("form_page", sa.Integer(), nullable=True),
        sa.Column("reading_id", sa.String(length=32), nullable=True),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name="ck_page_number"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_page_document_id"),
        sa.ForeignKeyConstraint(["original"], ["original.sha256"], name="fk_page_original"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint("original", "number", name="uq_page_original_number"),
    )
    op.create_index("ix_page_document_id", "page", ["document_id"], unique=False)
    op.create_index("ix_page_state_ready_at", "page", ["state", "ready_at"], unique=False)

    op.create_table(
        "station_count",
        sa.Column("election_id", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=13), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("amounts", Json, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_station_count_document_id"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name="fk_station_count_election_id"),
        sa.ForeignKeyConstraint(["station"], ["region.code"], name="fk_station_count_station"),
        sa.PrimaryKeyConstraint("election_id", "station", name="pk_station_count"),
    )
    op.create_table(
        "number",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=True),
        sa.Column("reading_id", sa.String(length=32), nullable=True),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("boxes", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("region", Json, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("final", sa.Integer(), nullable=True),
        sa.Column("final_boxes", sa.String(length=16), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_number_decision_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_number_document_id"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_number_page_id"),
        sa.PrimaryKeyConstraint("document_id", "field", name="pk_number"),
    )
    op.create_index("ix_number_state", "number", ["state"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=True),
        sa.Column("model_sha256", sa.String(length=64), nullable=True),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("form_sha256", sa.String(length=64), nullable=True),
        sa.Column("line", Json, nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_reading_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
    )
    op.create_index("ix_reading_page_id", "reading", ["page_id"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    for table in (
        "reading",
        "number",
        "station_count",
        "page",
        "decision",
        "token",
        "tally",
        "login",
        "document",
        "region",
        "person",
        "original",
        "form_version",
        "event",
        "election",
        "attempt",
    ):
        op.drop_table(table)
