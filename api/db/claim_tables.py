"""The tables of who says which polling station a file is of.

StationClaim       one delivery: a person says that these bytes are of this station
StationConflict    deliveries of the same bytes say different stations, until a senior has settled it
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.states import ConflictState
from api.db.tables import Base
from api.db.types import Word, new_id, now

_OPEN = text("state = 'open'")


class StationClaim(Base):
    """One delivery of a file. Only grows.

    `station` is null where its uploader named none; `file_name` is how they called the file, null where it was assigned
    and not brought, or brought before that was kept. It is shown to them, and to seniors who settle which station the
    file is of; to no other bringer: it may name people.
    """

    __tablename__ = "station_claim"
    __table_args__ = (Index("ix_station_claim_original", "original"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    original: Mapped[str] = mapped_column(ForeignKey("original.sha256"))
    station: Mapped[str | None] = mapped_column(String(13))
    election_id: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class StationConflict(Base):
    """Deliveries of one file that say different stations.

    `document_id` held its pages when this came up. `suspends`: until it is settled no number of its pages counts; not
    where a senior has settled an earlier conflict about it. `stations` are those that were
    named when it was settled. `verdict`: keep (where it was filed), move (to `station`), neither.
    """

    __tablename__ = "station_conflict"
    __table_args__ = (
        Index("uq_station_conflict_open", "original", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_station_conflict_document_id", "document_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    original: Mapped[str] = mapped_column(ForeignKey("original.sha256"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    raised_at: Mapped[datetime] = mapped_column(default=now)
    suspends: Mapped[bool] = mapped_column()
    state: Mapped[ConflictState] = mapped_column(Word(ConflictState, 8), default=ConflictState.OPEN)
    stations: Mapped[list[Any]] = mapped_column(default=list)
    verdict: Mapped[str | None] = mapped_column(String(8))
    station: Mapped[str | None] = mapped_column(String(13))
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_by: Mapped[str | None] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(Text, default="")
