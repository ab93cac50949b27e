"""What the service says of files that were brought for several polling stations."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.common import Exact, ReasonLine
from api.schemas.stations import PlaceBody


class ClaimLine(Exact):
    """A delivery of the file."""

    id: str
    station: PlaceBody | None = Field(description="Which polling station its uploader named; null where none.")
    file_name: str | None = Field(description="What its uploader called it; null where that is not known any more.")
    person: str
    at: datetime


class ConflictBody(Exact):
    """A file that was brought for several polling stations."""

    id: str
    state: Literal["open", "settled"]
    raised_at: datetime
    suspends: bool = Field(description="Whether its numbers are out of the count until it is settled.")
    filed: PlaceBody | None = Field(description="Where its pages are now; null where they wait to be assigned.")
    claims: list[ClaimLine]
    sha256: str
    pages: int
    verdict: Literal["keep", "move", "neither"] | None
    station: str | None
    settled_at: datetime | None
    settled_by: str | None
    comment: str
    links: dict[str, str]


class ConflictList(Exact):
    """Conflicts, the oldest first."""

    conflicts: list[ConflictBody]


class DisputedDelivery(Exact):
    """A file that you brought for a polling station, and that is filed elsewhere until a senior has settled it."""

    file_name: str | None = Field(description="As you gave it; null where it is not known any more.")
    station: str = Field(description="The polling station that you brought it for.")
    at: datetime
    reasons: list[ReasonLine]


class SettledDeliveryBody(DisputedDelivery):
    """A file that you brought for a polling station, of which a senior has settled which one it is of."""

    station: str = Field(description="The polling station that you brought it for.")
    settled_at: datetime
    outcome: Literal["yours", "elsewhere", "unfiled"] = Field(
        description="Where it is filed now, whatever was said when: under `station`; under another, which is not told; "
        "under none."
    )


class DisputedDeliveries(Exact):
    """Your files that are filed elsewhere, the oldest first; and those of which that was settled, the newest first."""

    deliveries: list[DisputedDelivery]
    settled: list[SettledDeliveryBody]


class RulingBody(Exact):
    """What a senior says of a conflict."""

    verdict: Literal["keep", "move", "neither"] = Field(
        description="keep it where it is; move it to `station`, which was claimed; neither: it waits to be assigned."
    )
    station: str | None = Field(default=None, pattern=r"^[0-9]{13}$", examples=["3171010001002"])
    reason: str = Field(min_length=1, max_length=2000, examples=["the village on the sheet is the other one"])
