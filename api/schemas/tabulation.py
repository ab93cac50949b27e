"""What the service says of regions and sums: the types of its answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Boxes, Exact, Probability, Text
from api.schemas.documents import NumberWord

Level = Literal["nation", "province", "regency", "district", "village", "station"]
Links = Annotated[dict[str, str], Field(description="Addresses in this service, by what is there.")]

AsOf = Annotated[
    datetime | None,
    Field(description="When the newest contribution came into these figures; null while nothing is counted."),
]


class PairLine(Exact):
    """A pair whose name is known."""

    number: int = Field(description="On the ballot.")
    name: str
    label: str = Field(examples=["1 — NAME"])


class ElectionLine(Exact):
    """An election."""

    id: str = Field(examples=["ppwp-2024"])
    title: Text
    form: str = Field(examples=["c-hasil-ppwp-2024"])
    pairs: dict[str, PairLine] = Field(description="By field, as in `votes`; only pairs whose name somebody has given.")
    links: Links


class ElectionList(Exact):
    """The elections that are on and of which a page came in."""

    elections: list[ElectionLine]
    main: str | None = Field(description="The one that is told where a request names none; null where that is open.")


class RegionLine(Exact):
    """A region or a polling station."""

    code: str = Field(description="0 nation, 2 digits province, 4 regency, 6 district, 10 village, 13 station.")
    name: str
    level: Level
    stations: int = Field(description="Polling stations that lists expect in it.")
    listed: bool = Field(description="Whether a list names it; otherwise only a document does.")
    links: Links


class RegionBody(RegionLine):
    """A region, what lies above it, and a page of its parts."""

    above: list[RegionLine] = Field(description="The largest first.")
    children: list[RegionLine]
    next: str | None = Field(description="Send it as `after` for more parts; null at the end.")


class Count(Exact):
    """One number over many stations."""

    sum: int | None = Field(
        description="Sum over the stations where the number counts: accepted, or reviewed by a person. Null where it "
        "counts nowhere."
    )
    counted: int = Field(description="In how many stations it counts.")
    left_out: int = Field(description="Stations whose document came in, but where this number does not count (yet).")


class PairShare(Exact):
    """The share of one pair; null where nobody can tell."""

    votes: int | None = Field(description="Its votes in the stations that the shares are over.")
    share: float | None = Field(
        ge=0, le=1, description="Rounded to a hundredth of a per cent, so that all pairs add up to exactly 1."
    )


class SharesLine(Exact):
    """Shares of pairs, over the stations in which every pair counts. Sums of pairs may be over more of them."""

    stations: int = Field(description="In how many stations every pair counts; no others take part.")
    pairs: dict[str, PairShare] = Field(description="By pair: paslon_1, paslon_2, ...")


class Stations(Exact):
    """How far the polling stations of a region have come."""

    expected: int = Field(description="On the lists of regions.")
    received: int = Field(description="With at least one page.")
    outstanding: int = Field(description="Expected, and not received.")
    read: int = Field(description="With every page of the form there and read.")
    in_review: int = Field(description="With a number that waits for a person.")
    final: int = Field(description="With every number accepted or reviewed.")
    broken: int = Field(
        description="With a rule of the form that does not hold as written; only where every number of it counts."
    )


class Turnout(Exact):
    """Who voted, over the stations where both numbers count."""

    voted: int = Field(description="Sum of `pengguna_j`.")
    entitled: int = Field(description="Sum of `dpt_j`.")
    stations: int = Field(description="In how many stations both count; no others are in these sums.")
    ratio: float | None = Field(description="voted / entitled; more than 1 where many vote who are on no list.")


_COUNT = {"sum": 412, "counted": 2, "left_out": 1}

EXAMPLE: dict[str, Any] = {
    "kind": "region",
    "state": "1-812-5d41402abc4b2a76",
    "as_of": "2024-02-14T14:40:00Z",
    "election": {
        "id": "ppwp-2024",
        "title": {"id": "Presiden dan Wakil Presiden 2024", "en": "President and Vice President 2024"},
        "form": "c-hasil-ppwp-2024",
        "pairs": {"paslon_1": {"number": 1, "name": "CONTOH SATU", "label": "1 — CONTOH SATU"}},
        "links": {"tally": "/api/v1/tallies/0?election=ppwp-2024"},
    },
    "region": {
        "code": "1101012001",
        "name": "KEUDE BAKONGAN",
        "level": "village",
        "stations": 4,
        "listed": True,
        "links": {"self": "/api/v1/regions/1101012001", "above": "/api/v1/regions/110101"},
    },
    "stations": {
        "expected": 4, "received": 3, "outstanding": 1, "read": 3, "in_review": 1, "final": 2, "broken": 0,
    },
    "votes": {"paslon_1": _COUNT, "paslon_2": _COUNT, "paslon_3": {"sum": None, "counted": 0, "left_out": 3}},
    "shares": {
        "stations": 0,
        "pairs": {f"paslon_{number}": {"votes": None, "share": None} for number in (1, 2, 3)},
    },
    "valid": _COUNT,
    "invalid": _COUNT,
    "total": _COUNT,
    "others": {"dpt_j": _COUNT},
    "turnout": {"voted": 431, "entitled": 512, "stations": 2, "ratio": 0.841796875},
    "links": {
        "public": "/results/1101012001?election=ppwp-2024",
        "self": "/api/v1/tallies/1101012001?election=ppwp-2024",
        "children": "/api/v1/tallies/1101012001/children?election=ppwp-2024",
        "numbers": "/api/v1/exports/numbers?election=ppwp-2024&region=1101012001&format=csv",
    },
}  # fmt: skip


class TallyLine(Exact):
    """The sums of a region in one election."""

    region: RegionLine
    stations: Stations
    votes: dict[str, Count] = Field(description="By pair: paslon_1, paslon_2, ...")
    shares: SharesLine
    valid: Count
    invalid: Count
    total: Count
    others: dict[str, Count] = Field(description="Every other number of the form.")
    turnout: Turnout | None = Field(description="Null where the two numbers count together nowhere.")
    links: Links


class TallyBody(TallyLine):
    """The sums of a region in one election, in one state of the records."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    kind: Literal["region"] = "region"
    state: str = Field(description="Names the state of the records; the same as in ETag.")
    as_of: AsOf
    election: ElectionLine


class StationNumber(Exact):
    """A number of a station as it stands."""

    value: int | None = Field(description="What counts; null where nothing does.")
    counts: bool
    state: NumberWord
    boxes: Boxes = Field(description="As written; of a number that waits as read, for people who read nothing blind.")
    confidence: Probability | None = Field(description="How sure the machine is; null where `boxes` is kept back.")
    links: Links = Field(
        description="`number` with its history, and where it was read: `page`, `crop`. `public_history`, `public_page` "
        "and `public_crop` are what visitors see where results are public."
    )


class StationRule(Exact):
    """A rule of the form, as far as the numbers of the station count."""

    id: str
    label: Text
    severity: Literal["hard", "soft"]
    holds: bool | None = Field(
        description="Whether it holds as written; null where a number of it does not count, so that it cannot be "
        "checked yet."
    )


class StationBody(TallyLine):
    """What one polling station adds, and where each of its numbers comes from."""

    kind: Literal["station"] = "station"
    state: str
    as_of: AsOf
    election: ElectionLine
    document: str | None = Field(description="Null while nothing has come in.")
    document_state: str | None
    numbers: dict[str, StationNumber]
    rules: list[StationRule]


class TallyList(Exact):
    """A page of the parts of a region with their sums."""

    state: str
    election: ElectionLine
    region: RegionLine
    children: list[TallyLine]
    next: str | None = Field(description="Send it as `after` for more; null at the end.")


class KpuStation(Exact):
    """One polling station in the shape of the commission's public files of 2024."""

    mode: str = Field(examples=["hhcw"])
    chart: dict[str, int | None] | None = Field(description="Votes by number of the pair.")
    images: list[str]
    administrasi: dict[str, int | None] | None
    psu: str | None
    ts: str | None = Field(description="Last change, YYYY-MM-DD HH:MM:SS in WIB (UTC+7).")
    status_suara: bool = Field(description="Whether every vote count counts.")
    status_adm: bool = Field(description="Whether every other number counts.")
