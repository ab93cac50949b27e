"""The tables of the transparency log.

Event                       what was accepted, written in the transaction that it tells of
LogPending                  events that are not in the tree yet
LogLeaf, LogNode            the tree: which event is which leaf, and the hashes of whole tiles
LogCheckpoint               what the log has signed of itself
LogCosignature              what witnesses have signed of it
LogShape                    which columns of a table events tell of
Pseudonym                   what a person is called in public leaves
ChainEvent                  the chain of hashes that older programs kept; its head is the first leaf
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables import Base, BigKey
from api.db.types import now

PAGE_READ = text("kind = 'page_read'")
"""What whoever counts readings by their time asks for in just these words, so that their index serves it."""


class Event(Base):
    """What was accepted, as one leaf of the log. Never changed.

    `leaf` is the text that is published: canonical JSON without personal data. `private` is what its field `sealed`
    commits to, together with `salt`; both can be destroyed, and the leaf stays what it is. `seq` only grows; the
    place in the tree is that of `LogLeaf`.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject"),
        Index("ix_event_page_read_at", "at", sqlite_where=PAGE_READ, postgresql_where=PAGE_READ),
    )

    seq: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column()
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column()
    leaf: Mapped[str] = mapped_column(Text)
    private: Mapped[dict[str, Any] | None] = mapped_column()
    salt: Mapped[str | None] = mapped_column(String(32))


class LogPending(Base):
    """An event that is not in the tree yet: written with it, taken away by whoever puts it there."""

    __tablename__ = "log_pending"

    seq: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)


class LogLeaf(Base):
    """A leaf of the tree, counted from 0."""

    __tablename__ = "log_leaf"

    position: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(ForeignKey("event.seq"), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))


class LogNode(Base):
    """The hash of a whole tile: of 256 leaves on level 1, of 256 such hashes on level 2, and so on."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))


class LogCheckpoint(Base):
    """A checkpoint that was signed, as a note."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)
    note: Mapped[str] = mapped_column(Text)


class LogCosignature(Base):
    """A witness' signature of a checkpoint: its newest. `key` is the line of the witness' key."""

    __tablename__ = "log_cosignature"

    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column()
    line: Mapped[str] = mapped_column(Text)


class LogShape(Base):
    """The columns of a table that events tell of, as they were when its rows were last adopted."""

    __tablename__ = "log_shape"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    columns: Mapped[str] = mapped_column(Text)


class Pseudonym(Base):
    """What a person is called in public leaves: a hash over the id and a salt that nobody else knows.

    Once the salt is destroyed, nobody can show any more whom the leaves mean.
    """

    __tablename__ = "pseudonym"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64), unique=True)


class ChainEvent(Base):
    """One link of the chain that was kept before the log: an event with the hash of the one before."""

    __tablename__ = "chain_event"

    seq: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column()
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column()
    previous: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
