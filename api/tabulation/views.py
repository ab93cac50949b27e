"""Regions and sums as response bodies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.address import API, address_of
from api.db.tables import Document, Election, Number, Region
from api.regions.codes import STATION_DIGITS
from api.schemas.common import Text
from api.schemas.tabulation import (
    Count,
    ElectionLine,
    PairLine,
    PairShare,
    RegionLine,
    SharesLine,
    StationBody,
    StationNumber,
    StationRule,
    Stations,
    TallyBody,
    TallyLine,
    Turnout,
)
from api.tabulation.amounts import (
    BROKEN,
    COUNTED,
    FINAL,
    PAIR,
    READ,
    RECEIVED,
    REVIEW,
    TURNOUT,
    TURNOUT_ENTITLED,
    TURNOUT_VOTED,
)
from api.tabulation.elections import named_pair, pair_names, title_of
from api.tabulation.shares import Shares, number_of, shares_of
from api.tabulation.shown import shown_values
from api.tabulation.totals import Items, moved_at
from api.tabulation.written_rules import written_rules
from pipeline.forms import FormTemplate

VALID, INVALID, TOTAL = "suara_sah", "suara_tidak_sah", "suara_total"


@dataclass(frozen=True, slots=True)
class Added:
    """What of a form is added up.

    Attributes:
        fields: Its fields, in its order. What the form does not require, a date, means nothing as a sum.
        size: How many pairs every station has; None where they may differ.

    """

    fields: Sequence[str]
    size: int | None = None

    @property
    def pairs(self) -> list[str]:
        """The fields of the pairs."""
        return [field for field in self.fields if field.startswith(PAIR)]


def added_of(form: FormTemplate | None, items: Items) -> Added:
    """Return what of a form is added up; where it is not installed any more, all that was counted."""
    if form is None:
        return Added(sorted(item for item in items if not item.startswith("_")))
    found = Added([field.name for page in form.pages for field in page.numbers if field.required])
    return found if "pairs" in form.parameters else Added(found.fields, len(found.pairs))


def election_line(election: Election) -> ElectionLine:
    """Describe an election."""
    return ElectionLine(
        id=election.id,
        title=Text(**title_of(election)),
        form=election.form_id,
        pairs={
            field: PairLine(number=number_of(field), name=name, label=named_pair(election, field) or name)
            for field, name in pair_names(election).items()
        },
        links={"tally": _address("tallies/0", election=election.id)},
    )


def region_line(region: Region) -> RegionLine:
    """Describe a region."""
    links = {"self": address_of(f"{API}/regions/{region.code}")}
    if region.parent is not None:
        links["above"] = address_of(f"{API}/regions/{region.parent}")
    return RegionLine(
        code=region.code,
        name=region.name,
        level=region.level,  # type: ignore[arg-type]  # one of the levels, by the table
        stations=region.stations,
        listed=region.listed,
        links=links,
    )


def tally_line(region: Region, election: Election, added: Added, items: Items) -> TallyLine:
    """Return the sums of a region, and of every field, whether or not anything adds to it."""
    counts = {field: count_of(items, field) for field in (*added.fields, VALID, INVALID, TOTAL)}
    return TallyLine(
        region=region_line(region),
        stations=stations_of(region, items),
        votes={field: count for field, count in counts.items() if field.startswith(PAIR)},
        shares=shares_line(shares_of(items, added.pairs, added.size)),
        valid=counts[VALID],
        invalid=counts[INVALID],
        total=counts[TOTAL],
        others={
            field: count
            for field, count in counts.items()
            if not field.startswith(PAIR) and field not in (VALID, INVALID, TOTAL)
        },
        turnout=_turnout(items),
        links=_links(region, election),
    )


def as_of(session: Session, line: TallyLine, election: Election) -> datetime | None:
    """Return when the newest contribution came into the sums of a region; None while no number counts there."""
    counts = (*line.votes.values(), line.valid, line.invalid, line.total, *line.others.values())
    if not any(count.counted for count in counts):
        return None
    return moved_at(session, election.id, line.region.code)


def tally_body(session: Session, line: TallyLine, election: Election, state: str) -> TallyBody:
    """Return the sums of a region with the state that they are of."""
    at = as_of(session, line, election)
    return TallyBody(**_members(line), state=state, as_of=at, election=election_line(election))


def station_body(
    session: Session,
    line: TallyLine,
    election: Election,
    state: str,
    order: Sequence[str],
    forms: Mapping[str, FormTemplate],
    *,
    visitor: bool,
) -> StationBody:
    """Return what a station adds, with every number and where it comes from.

    Args:
        session: A reading session.
        line: Its sums.
        election: Of this election.
        state: Name of the state that they are of.
        order: The fields in the order of the form.
        forms: Templates, by id.
        visitor: Whether it is for everyone, or for who may read numbers blind: of one that waits nothing is said.

    """
    here = (Document.election_id == election.id, Document.station == line.region.code, Document.moved_to.is_(None))
    document = session.scalars(select(Document).where(*here)).first()
    numbers: Mapping[str, Number] = {}
    if document is not None:
        rows = session.scalars(select(Number).where(Number.document_id == document.id))
        numbers = {number.field: number for number in rows}
        line.links["document"] = address_of(f"{API}/documents/{document.id}")
    return StationBody(
        **_members(line),
        state=state,
        as_of=as_of(session, line, election),
        election=election_line(election),
        document=document.id if document else None,
        document_state=document.state if document else None,
        numbers={
            field: station_number(numbers[field], line.region.code, election, visitor=visitor)
            for field in _in_order(numbers, order)
        },
        rules=[] if document is None else rule_lines(forms.get(document.form_id or ""), document, numbers.values()),
    )


def _in_order(numbers: Mapping[str, Number], order: Sequence[str]) -> list[str]:
    """Return the fields of a station's numbers: those that are added up in the order of the form, then the others."""
    return [*(field for field in order if field in numbers), *sorted(set(numbers) - set(order))]


def rule_lines(form: FormTemplate | None, document: Document, numbers: Iterable[Number]) -> list[StationRule]:
    """Return for every rule of a station whether it holds as written, as far as that can be known."""
    return [
        StationRule(id=rule.id, label=Text(**rule.label), severity=rule.severity, holds=rule.holds)
        for rule in written_rules(form, document.rules, numbers)
    ]


def station_number(number: Number, station: str, election: Election, *, visitor: bool) -> StationNumber:
    """Return how a number of a station stands."""
    links = number_links(number.document_id, number.field, number.page_id)
    shown = shown_values(number, insider=not visitor)
    return StationNumber(
        value=shown.value,
        counts=shown.counts,
        state=number.state,  # type: ignore[arg-type]  # one of the states, by the table
        boxes=shown.boxes,
        confidence=shown.confidence,
        links=links | public_links(number, station, election.id),
    )


def number_links(document: str, field: str, page: str | None) -> dict[str, str]:
    """Return where a number, its page and its crop are."""
    here = address_of(f"{API}/documents/{document}")
    links = {"number": f"{here}/numbers/{field}", "document": here}
    if page is not None:
        links |= {"page": address_of(f"{API}/pages/{page}"), "crop": _address(f"pages/{page}/crop", field=field)}
    return links


def public_links(number: Number, station: str, election: str) -> dict[str, str]:
    """Return the pages and pictures of a number that may be open to everyone: its history, masked page and cut."""
    here, query = address_of(f"/results/{station}"), urlencode({"election": election})
    links = {"public_history": f"{here}/{number.field}?{query}"}
    if number.page_id is not None:
        page = f"{here}/pages/{number.page_id}"
        links |= {"public_page": f"{page}?{query}", "public_crop": f"{page}/{number.field}?{query}"}
    return links


def shares_line(shares: Shares) -> SharesLine:
    """Return the shares of pairs, and over how many stations."""
    return SharesLine(
        stations=shares.stations,
        pairs={field: PairShare(votes=shares.votes[field], share=share) for field, share in shares.shares.items()},
    )


def _members(line: TallyLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in TallyLine.model_fields}


def count_of(items: Items, field: str) -> Count:
    """Return the sum of a field, in how many stations it counts, and in how many it is left out."""
    counted = items.get(COUNTED + field, 0)
    total = items.get(field, 0) if counted else None
    return Count(sum=total, counted=counted, left_out=items.get(RECEIVED, 0) - counted)


def stations_of(region: Region, items: Items) -> Stations:
    """Return how far the stations of a region have come."""
    received = items.get(RECEIVED, 0)
    return Stations(
        expected=region.stations,
        received=received,
        outstanding=max(0, region.stations - received),
        read=items.get(READ, 0),
        in_review=items.get(REVIEW, 0),
        final=items.get(FINAL, 0),
        broken=items.get(BROKEN, 0),
    )


def _turnout(items: Items) -> Turnout | None:
    stations, voted, entitled = (items.get(item, 0) for item in (TURNOUT, TURNOUT_VOTED, TURNOUT_ENTITLED))
    if not stations:
        return None
    return Turnout(voted=voted, entitled=entitled, stations=stations, ratio=voted / entitled if entitled else None)


def _links(region: Region, election: Election) -> dict[str, str]:
    chosen = {"election": election.id}
    links = {
        "self": _address(f"tallies/{region.code}", **chosen),
        "numbers": _address("exports/numbers", **chosen, region=region.code, format="csv"),
        "public": address_of(f"/results/{region.code}?{urlencode(chosen)}"),
    }
    if region.parent is not None:
        links["above"] = _address(f"tallies/{region.parent}", **chosen)
    if len(region.code) == STATION_DIGITS:
        links["kpu"] = _address(f"exports/kpu/{region.code}", **chosen)
    else:
        links["children"] = _address(f"tallies/{region.code}/children", **chosen)
    return links


def _address(path: str, **query: str) -> str:
    return address_of(f"{API}/{path}?{urlencode(query)}")
