"""The tables, in the order of a page's life.

    Election, ElectionSetting                what is counted, and what of it is shown under which names
    FormVersion, Region                      on which form, and where
    Original, Document, Page                 what was uploaded
    Reading                                  what the machine read: every reading is kept
    Number, Decision                         what holds now, and every decision of a person that led there
    StationCount, Tally                      what each station adds to the sums, and the sums
    Event                                    everything that was accepted (`api.db.log_tables` has the log of them)
    Person, Login, Token, Attempt            who may do what
    ServiceSecret                            what chance is drawn from

`Reading`, `Decision` and `Event` only ever grow. `Number`, `StationCount` and `Tally` can be computed again from them.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from api.db.states import AnswerKind, DocumentState, NumberState, PageState
from api.db.types import Instant, Json, Word, new_id, now

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A growing number; SQLite counts upwards by itself in plain integers only."""

ABOVE_STATIONS = text("level <> 'station'")
"""What a search for a name asks for in just these words, so that its index serves it."""

_UNFILED = text("station IS NULL")


class Base(DeclarativeBase):
    """What all tables share: names of constraints that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: Json, list[Any]: Json, datetime: Instant}


class Election(Base):
    """One election, counted on one form."""

    __tablename__ = "election"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64))
    title_id: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    setting: Mapped["ElectionSetting | None"] = relationship()


class ElectionSetting(Base):
    """What people say of an election; one without a row is as its form has it.

    `is_on`: whether it is listed and linked; `main`: whether it is the one that is shown where none is named. Empty
    titles are those of the form. `pairs` holds the names of pairs by their field. `differences`: whether everyone who
    sees the results also sees what is published beside them.
    """

    __tablename__ = "election_setting"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    main: Mapped[bool] = mapped_column(default=False)
    title_id: Mapped[str] = mapped_column(Text, default="")
    title_en: Mapped[str] = mapped_column(Text, default="")
    pairs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    differences: Mapped[bool] = mapped_column(default=False, server_default=false())


class FormVersion(Base):
    """A form template that was in use, whole, by the hash of its text."""

    __tablename__ = "form_version"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64), index=True)
    template: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(default=now)


class Region(Base):
    """A region of any level, from the nation "0" to a polling station of 13 digits.

    `stations` is how many polling stations are expected below it (1 for a station); `listed` tells whether it came from
    a list of regions, or only from a document that names it.
    """

    __tablename__ = "region"
    __table_args__ = (
        Index("ix_region_parent_code", "parent", "code"),
        Index("ix_region_level", "level", sqlite_where=ABOVE_STATIONS, postgresql_where=ABOVE_STATIONS),
    )

    code: Mapped[str] = mapped_column(String(13), primary_key=True)
    parent: Mapped[str | None] = mapped_column(String(13))
    level: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    stations: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=False)


class Original(Base):
    """The bytes of an uploaded file, kept under their hash and never changed."""

    __tablename__ = "original"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    stored_at: Mapped[datetime] = mapped_column(default=now)


class Document(Base):
    """The pages of one form of one polling station, decided together.

    `moved_to` is the document that its pages went to. `rules` say of each rule whether it `holds` by what counts or was
    read, and whether every number of it `counts`. `version` grows with every change. While it has no station, it
    belongs to `scope`, the region of whoever brought it.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index(
            "uq_document_place",
            "election_id",
            "station",
            unique=True,
            sqlite_where=text("moved_to IS NULL"),
            postgresql_where=text("moved_to IS NULL"),
        ),
        Index("ix_document_created_at_id", "created_at", "id"),
        Index("ix_document_unfiled", "scope", sqlite_where=_UNFILED, postgresql_where=_UNFILED),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    election_id: Mapped[str | None] = mapped_column(ForeignKey("election.id"))
    station: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[DocumentState] = mapped_column(Word(DocumentState, 10), default=DocumentState.EMPTY, index=True)
    form_id: Mapped[str | None] = mapped_column(String(64))
    pages_found: Mapped[list[Any]] = mapped_column(default=list)
    missing_pages: Mapped[list[Any]] = mapped_column(default=list)
    rules: Mapped[list[Any]] = mapped_column(default=list)
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    moved_to: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(13), default="0", server_default="0")
    version: Mapped[int] = mapped_column(default=0)


class Page(Base):
    """One page of one file.

    `attempts` counts how often a worker took it.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("original", "number"),
        Index("ix_page_state_ready_at", "state", "ready_at"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    original: Mapped[str] = mapped_column(ForeignKey("original.sha256"))
    number: Mapped[int] = mapped_column()
    file_name: Mapped[str] = mapped_column(Text)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    state: Mapped[PageState] = mapped_column(Word(PageState, 10), default=PageState.WAITING)
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    attempts: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime] = mapped_column(default=now)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column()
    form_page: Mapped[int | None] = mapped_column()
    reading_id: Mapped[str | None] = mapped_column(String(32))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    uploaded_by: Mapped[str] = mapped_column(String(64))


class Reading(Base):
    """One reading of one page: what the contract says of it, the distributions behind it, and who read."""

    __tablename__ = "reading"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    model_id: Mapped[str | None] = mapped_column(String(64))
    model_sha256: Mapped[str | None] = mapped_column(String(64))
    program: Mapped[str] = mapped_column(String(64))
    form_sha256: Mapped[str | None] = mapped_column(String(64))
    line: Mapped[dict[str, Any]] = mapped_column()
    evidence: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


class Number(Base):
    """One number of one document as it stands now: what the machine says, and what counts.

    `final` counts in the tallies where the state is accepted or reviewed.
    """

    __tablename__ = "number"
    __table_args__ = (Index("ix_number_state", "state"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    page_id: Mapped[str | None] = mapped_column(ForeignKey("page.id"))
    reading_id: Mapped[str | None] = mapped_column(String(32))
    value: Mapped[int | None] = mapped_column()
    boxes: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float] = mapped_column()
    outcome: Mapped[str] = mapped_column(String(10))
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    region: Mapped[list[Any] | None] = mapped_column()
    state: Mapped[NumberState] = mapped_column(Word(NumberState, 10))
    final: Mapped[int | None] = mapped_column()
    final_boxes: Mapped[str] = mapped_column(String(16))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decision.id"))
    version: Mapped[int] = mapped_column(default=0)


class Decision(Base):
    """One decision of a person about one number. Never changed; a later one may say otherwise.

    `kind`: confirm, correct, unreadable, reopen, withdraw (reopened by one who is no senior: it waits for a senior),
    restore (of an earlier one), flag (look again). `old` and `new` hold boxes, value and state; `seconds` is how long
    the person looked. `signature` is the person's own, with their key `key_id`, over what `api.ledger.statements` makes
    of it and of `nonce`; null where they sign nothing.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_document_id_field", "document_id", "field"),
        Index("uq_decision_nonce", "nonce", unique=True),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    field: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[AnswerKind] = mapped_column(Word(AnswerKind, 16))
    old: Mapped[dict[str, Any]] = mapped_column()
    new: Mapped[dict[str, Any]] = mapped_column()
    reason: Mapped[str] = mapped_column(Text, default="")
    seconds: Mapped[float | None] = mapped_column()
    order: Mapped[int] = mapped_column()
    key_id: Mapped[str | None] = mapped_column(String(32))
    nonce: Mapped[str | None] = mapped_column(String(32))
    signature: Mapped[str | None] = mapped_column(String(128))


class StationCount(Base):
    """What one document adds to the tallies now; the difference to what it adds next is what the sums move by.

    `moved_at`: when that last changed.
    """

    __tablename__ = "station_count"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    amounts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    moved_at: Mapped[datetime | None] = mapped_column(default=now)


class Tally(Base):
    """One sum of one region: kept for villages, districts and regencies; larger regions add up their regencies.

    `moved_at`: when it last changed.
    """

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_election_id_digits_region", "election_id", "digits", "region"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    region: Mapped[str] = mapped_column(String(13), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    digits: Mapped[int] = mapped_column()
    amount: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime | None] = mapped_column(default=now)


class Person(Base):
    """Someone who may log in. `roles` are names of `api.people.roles`; `scope` is the region that they work in."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    password: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    roles: Mapped[list[Any]] = mapped_column(default=list)
    scope: Mapped[str] = mapped_column(String(13), default="0")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Login(Base):
    """A session of a browser, by the hash of its cookie."""

    __tablename__ = "login"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class Token(Base):
    """A key for programs, by its hash. `roles` and `scope` are those that it was made with, and its limit for ever.

    `scope` is null for tokens made before it was kept: they reach as far as their person does.
    """

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[Any]] = mapped_column(default=list)
    scope: Mapped[str | None] = mapped_column(String(13))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()


class ServiceSecret(Base):
    """A secret of the service, made when it is first needed: chance that nobody can foretell is drawn from it."""

    __tablename__ = "service_secret"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(64))


class Attempt(Base):
    """A failed login, remembered to slow down the next ones."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_who_at", "who", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    who: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(default=now)
