"""The tables of the review desk.

ReviewItem                  one piece of work for one person
ReviewAnswer                what a person answered to it; only grows
GoldNumber                  a number whose truth is known
ReviewAudit                 a random sample of what the machine accepted
Alarm                       something that people must look at
PolicyValue                 a setting that people changed while the service runs
BoxMark                     what the machine read in each single box
PageCorners                 where a person says that a sheet lies
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.states import AnswerKind, ItemKind, ItemState
from api.db.tables import Base, BigKey
from api.db.types import Word, new_id, now

_ONE_OPEN = text("state = 'open' AND kind IN ('review', 'second', 'senior')")


class ReviewItem(Base):
    """One piece of work: a number that one person is to read.

    `harm` orders the queue. `lease` is the token of the desk that has it, `lease_owner` the person, from `leased_at`
    until `lease_until`. `expected` is what a gold item's truth or an audit item's accepted number is, as boxes; `codes`
    the codes of its reasons with spaces around; `place` the rank in an audit's random order.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        Index("ix_review_item_state_harm", "state", "harm"),
        Index("ix_review_item_document_id_field", "document_id", "field"),
        Index("ix_review_item_audit_id_place", "audit_id", "place"),
        Index("ix_review_item_lease", "lease"),
        Index(
            "uq_review_item_number",
            "document_id",
            "field",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[ItemKind] = mapped_column(Word(ItemKind, 8))
    state: Mapped[ItemState] = mapped_column(Word(ItemState, 8), default=ItemState.OPEN)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    field: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(String(13))
    form_id: Mapped[str | None] = mapped_column(String(64))
    codes: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    harm: Mapped[float] = mapped_column(default=0.0)
    audit_id: Mapped[str | None] = mapped_column(ForeignKey("review_audit.id"))
    place: Mapped[int | None] = mapped_column()
    expected: Mapped[str | None] = mapped_column(String(16))
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    leased_at: Mapped[datetime | None] = mapped_column()
    lease_until: Mapped[datetime | None] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None] = mapped_column()


class ReviewAnswer(Base):
    """What a person answered to an item. `kind`: confirm, correct, unreadable, escalate.

    `decision_id` is the decision that it made, if it made one, `before_id` the decision that stood before,
    and `undo_id` the one that took it back. `cut` is the picture of the number that was on the screen (its ETag),
    painted at `painted_at` by the clock of that screen. `as_senior`: whether a senior said it.
    """

    __tablename__ = "review_answer"
    __table_args__ = (
        Index("ix_review_answer_document_id_field", "document_id", "field"),
        Index("ix_review_answer_person_id_at", "person_id", "at"),
        Index("ix_review_answer_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_item.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    field: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[AnswerKind] = mapped_column(Word(AnswerKind, 10))
    boxes: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[int | None] = mapped_column()
    comment: Mapped[str] = mapped_column(Text, default="")
    seconds: Mapped[float | None] = mapped_column()
    matches: Mapped[bool | None] = mapped_column()
    decision_id: Mapped[str | None] = mapped_column(String(32))
    before_id: Mapped[str | None] = mapped_column(String(32))
    undo_id: Mapped[str | None] = mapped_column(String(32))
    undone_at: Mapped[datetime | None] = mapped_column()
    cut: Mapped[str | None] = mapped_column(String(80))
    painted_at: Mapped[datetime | None] = mapped_column()
    as_senior: Mapped[bool | None] = mapped_column()


class GoldNumber(Base):
    """A number whose truth is known. `source`: imported, or agreed (two people read the same, one of them blind)."""

    __tablename__ = "gold_number"
    __table_args__ = (UniqueConstraint("document_id", "field"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    field: Mapped[str] = mapped_column(String(64))
    station: Mapped[str | None] = mapped_column(String(13))
    boxes: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8))
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by: Mapped[str] = mapped_column(String(64))


class ReviewAudit(Base):
    """A random sample of accepted numbers. `strata` holds for each region how many there were, and were drawn."""

    __tablename__ = "review_audit"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(13))
    seed: Mapped[int] = mapped_column(BigKey)
    size: Mapped[int] = mapped_column()
    population: Mapped[int] = mapped_column()
    confidence: Mapped[float] = mapped_column()
    target: Mapped[float] = mapped_column()
    strata: Mapped[dict[str, Any]] = mapped_column()


class Alarm(Base):
    """Something that people must look at, until one of them says that they have. `region` null: the whole nation."""

    __tablename__ = "alarm"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    region: Mapped[str | None] = mapped_column(String(13))
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    raised_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None] = mapped_column()
    cleared_by: Mapped[str | None] = mapped_column(String(64))


class PolicyValue(Base):
    """A setting that people changed while the service runs, such as `acceptance_threshold`."""

    __tablename__ = "policy_value"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[float] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[str] = mapped_column(String(64))


class BoxMark(Base):
    """What the machine read in one box: `mark`, how sure it is of its digit, and the `rival` it would be else."""

    __tablename__ = "box_mark"
    __table_args__ = (Index("ix_box_mark_mark_probability", "mark", "probability", "page_id", "field", "box"),)

    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    box: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(1))
    probability: Mapped[float] = mapped_column()
    rival: Mapped[int | None] = mapped_column()


class PageCorners(Base):
    """Where a person says that a sheet lies: form, printed page, and its corners in px of the upright picture."""

    __tablename__ = "page_corners"

    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64))
    form_page: Mapped[int] = mapped_column()
    points: Mapped[list[Any]] = mapped_column()
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[str] = mapped_column(String(64))
