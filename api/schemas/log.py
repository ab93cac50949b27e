"""What the API says of the log."""

from datetime import datetime

from pydantic import BaseModel, Field


class WitnessBody(BaseModel):
    """A witness, and the newest checkpoint that it has cosigned."""

    name: str
    key: str = Field(description="NAME+ID+KEY, as C2SP writes keys of notes.")
    size: int | None = Field(description="Leaves under the checkpoint; null where it has signed none yet.")
    at: datetime | None = Field(description="When the witness signed.")


class LogBody(BaseModel):
    """The log: its name and key, its newest checkpoint, and who has cosigned what."""

    origin: str | None
    key: str | None = Field(description="NAME+ID+KEY; what checkpoints are signed with.")
    size: int = Field(description="Leaves under the newest checkpoint.")
    root: str | None = Field(description="Root of the tree, hexadecimal.")
    at: datetime | None
    waiting: int = Field(description="Events that are on record and not in the tree yet.")
    witnesses: list[WitnessBody]
    signatures_required: bool = Field(description="Whether nobody decides without a signature of their own.")
    decisions_signed: int = Field(description="Decisions of people that bear their own signature.")
    decisions_unsigned: int = Field(description="Those that bear none: for them the service alone vouches.")
    links: dict[str, str]


class ConsistencyBody(BaseModel):
    """The proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2)."""

    old: int
    new: int
    hashes: list[str] = Field(description="Base64, in the order of the RFC.")
