"""What is sent and answered at the box wall."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Exact, Probability
from api.schemas.keys import InkBody, SignedBody

Mark = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "-", "_"]


class WallBoxBody(Exact):
    """One box. `probability` is how sure its digit is, `rival` the likeliest other digit."""

    page: str
    field: str
    box: int
    mark: str
    probability: Probability
    rival: int | None
    document: str
    station: str | None
    boxes: str
    ink: InkBody = Field(description="What whoever flags it signs that it is about.")
    links: dict[str, str]


class WallBody(Exact):
    """Boxes, the least sure first."""

    boxes: list[WallBoxBody]
    next: str | None = Field(description="Give it as `after` to go on; null at the end.")


class OneBox(Exact):
    """A box on a page."""

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    field: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)
    box: int = Field(ge=0, le=15)


class SignedFlag(SignedBody):
    """The signature of the flag of one number."""

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    field: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)


class FlagsBody(Exact):
    """The odd ones."""

    boxes: Annotated[list[OneBox], Field(min_length=1, max_length=200)]
    signed: Annotated[list[SignedFlag], Field(max_length=200)] = Field(
        default=[], description="One for each number, of whoever signs."
    )


class FlaggedBody(Exact):
    """How many numbers were meant, and how many of them wait for review now."""

    numbers: int
    waiting: int
