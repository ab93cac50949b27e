"""The tables of an election's second source: what is published of its stations, beside what we read.

PublishedSnapshot           one published file that was imported; it stays known when another replaces it
PublishedStation            what it says of one station
PublishedVerdict            what became of each published number of which a page came in, in the newest snapshot
PublishedJudged             which stations those are of, and what they come to
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.states import SnapshotState
from api.db.tables import Base
from api.db.types import Word, new_id, now


class PublishedSnapshot(Base):
    """One published file, as it was imported.

    `sha256` is that of the file, which is not kept; `figures` that of what was taken from it, as
    `api.publication.figures` makes it. `taken_at`: when it was fetched from its publisher, as whoever imported it says;
    `first`, `last`: the earliest and the latest time that the publisher states in it. `faults` counts what could not be
    taken, by code; `examples` are some of them. `state`: current, or replaced by a later one.
    """

    __tablename__ = "published_snapshot"
    __table_args__ = (Index("ix_published_snapshot_election_id_imported_at", "election_id", "imported_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    taken_at: Mapped[str | None] = mapped_column(String(40))
    first: Mapped[str | None] = mapped_column(String(40))
    last: Mapped[str | None] = mapped_column(String(40))
    stations: Mapped[int] = mapped_column()
    numbers: Mapped[int] = mapped_column(BigInteger)
    faults: Mapped[dict[str, Any]] = mapped_column(default=dict)
    examples: Mapped[list[Any]] = mapped_column(default=list)
    figures: Mapped[str] = mapped_column(String(64))
    state: Mapped[SnapshotState] = mapped_column(Word(SnapshotState, 8), default=SnapshotState.CURRENT)
    imported_at: Mapped[datetime] = mapped_column(default=now)
    imported_by: Mapped[str] = mapped_column(String(64))
    replaced_at: Mapped[datetime | None] = mapped_column()


class PublishedStation(Base):
    """What a snapshot says of one station: `numbers` by our fields, and the time that the publisher states, `at`.

    The station need not be one that we know of.
    """

    __tablename__ = "published_station"

    snapshot_id: Mapped[str] = mapped_column(ForeignKey("published_snapshot.id"), primary_key=True)
    station: Mapped[str] = mapped_column(String(13), primary_key=True)
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[str | None] = mapped_column(String(40))


class PublishedVerdict(Base):
    """What became of one published number, of a station of which a page came in.

    `outcome` and `kind` are those of `api.comparison`; `written` is what counts, None where nothing does; `difference`
    is published less written, and `stake` its size where a pair of candidates surely differs, else 0. `codes` are those
    of its reasons, with spaces around.
    """

    __tablename__ = "published_verdict"
    __table_args__ = (
        Index("ix_published_verdict_rank", "snapshot_id", "outcome", "stake", "station"),
        Index("ix_published_verdict_document_id", "document_id"),
    )

    snapshot_id: Mapped[str] = mapped_column(ForeignKey("published_snapshot.id"), primary_key=True)
    station: Mapped[str] = mapped_column(String(13), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    published: Mapped[int] = mapped_column(BigInteger)
    written: Mapped[int | None] = mapped_column(BigInteger)
    difference: Mapped[int | None] = mapped_column(BigInteger)
    stake: Mapped[int] = mapped_column(BigInteger, default=0)
    outcome: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str | None] = mapped_column(String(20))
    codes: Mapped[str] = mapped_column(Text, default="")


class PublishedJudged(Base):
    """That a station was judged, from which `version` of its document; of a changed one it holds no more.

    `held`: people still decide a number of the station, so that nothing is said of it to whoever may read it.
    The counts are of its published numbers, by outcome; `stake` is the votes of pairs that surely differ.
    """

    __tablename__ = "published_judged"
    __table_args__ = (Index("ix_published_judged_snapshot_id_at", "snapshot_id", "at"),)

    snapshot_id: Mapped[str] = mapped_column(ForeignKey("published_snapshot.id"), primary_key=True)
    station: Mapped[str] = mapped_column(String(13), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    version: Mapped[int] = mapped_column()
    held: Mapped[bool] = mapped_column()
    agrees: Mapped[int] = mapped_column(default=0)
    differs: Mapped[int] = mapped_column(default=0)
    question: Mapped[int] = mapped_column(default=0)
    page_contradicts: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    no_photograph: Mapped[int] = mapped_column(default=0)
    other_station: Mapped[int] = mapped_column(default=0)
    stake: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime] = mapped_column(default=now)
