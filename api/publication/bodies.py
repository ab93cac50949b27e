"""What the API says of published figures beside ours."""

from datetime import datetime

from pydantic import Field

from api.comparison.kinds import Kind
from api.comparison.verdict import Outcome
from api.schemas.common import Exact
from api.schemas.tabulation import RegionLine


class SnapshotBody(Exact):
    """A published file that was imported."""

    id: str
    sha256: str = Field(description="Of the file, which is not kept.")
    figures: str = Field(description="SHA-256 of what was taken from it, as the log has it.")
    taken_at: str | None = Field(description="When it was fetched from its publisher, as who imported it says.")
    first: str | None = Field(description="The earliest time that the publisher states in it, as published.")
    last: str | None = Field(description="The latest.")
    stations: int
    numbers: int
    faults: dict[str, int] = Field(description="What could not be taken from it, by code.")
    imported_at: datetime
    replaced_at: datetime | None = Field(description="When a later file took its place; null of the newest.")


class SnapshotList(Exact):
    """Every published file of an election that was ever imported, the newest first."""

    election: str
    snapshots: list[SnapshotBody]


class DifferenceLine(Exact):
    """A published number beside what counts."""

    station: str
    field: str
    published: int
    written: int | None = Field(description="What counts; null where nothing does.")
    difference: int | None = Field(description="Published less written.")
    outcome: Outcome
    kind: Kind | None = Field(description="What kind of difference it is, where it surely differs.")
    reasons: list[str] = Field(description="Codes of why, where it neither agrees nor differs.")
    links: dict[str, str]


class DifferenceCounts(Exact):
    """How far the comparison of a region has come, and what it came to."""

    stations: int = Field(description="Published stations.")
    photographed: int = Field(description="Those of them of which a page came in.")
    held: int = Field(
        description="Those of these of which nothing is told to you yet: a number of them is still decided by people, "
        "or they are being compared again. None of the other figures has them in it."
    )
    differing: int = Field(description="Stations with a number that surely differs.")
    votes_at_stake: int = Field(description="How far published votes of pairs surely lie from the ink, added up.")
    numbers: dict[Outcome, int] = Field(description="Published numbers of stations of which a page came in.")
    kinds: dict[Kind, int]


class DifferenceList(Exact):
    """Published numbers beside ours, those with most votes at stake first."""

    election: str
    region: RegionLine
    snapshot: SnapshotBody
    counts: DifferenceCounts
    numbers: list[DifferenceLine]
    count: int = Field(description="How many there are on all pages.")
    page: int
    pages: int
