"""Each delivery of a file is a claim: this person says that these bytes are of this polling station.

A file is kept once, by its content. Who brings it first is not thereby right: pictures of sheets are public, so that
anyone may have them first. The claim is what is on record of each delivery, also of those that brought nothing new.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.claim_tables import StationClaim
from api.db.tables import Page
from api.ledger.append import record_event


def record_claim(
    session: Session, original: str, station: str | None, election: str | None, person: str, name: str | None = None
) -> StationClaim | None:
    """Put a delivery on record; None where the same person has said the same before.

    Args:
        session: A writing session.
        original: SHA-256 of the bytes.
        station: Which polling station they are said to be of, if any was said.
        election: Which election, if one was said.
        person: Who says so.
        name: How they call the file; None where it is not them who brought it.

    """
    same = (StationClaim.original == original, StationClaim.person_id == person, StationClaim.station == station)
    if session.scalars(select(StationClaim.id).where(*same).limit(1)).first() is not None:
        return None
    claim = StationClaim(original=original, station=station, election_id=election, person_id=person, file_name=name)
    session.add(claim)
    session.flush()
    body = {"claim": claim.id, "original": original, "station": station, "election": election}
    record_event(session, "station_claimed", person, f"original:{original}", body)
    return claim


def stations_claimed(session: Session, original: str) -> list[str]:
    """Return the stations that a file was brought for, the first claimed first."""
    named = (StationClaim.original == original, StationClaim.station.is_not(None))
    found = session.scalars(select(StationClaim.station).where(*named).order_by(StationClaim.at, StationClaim.id))
    return list(dict.fromkeys(str(station) for station in found))


def names_given(session: Session, person: str, originals: Iterable[str]) -> Mapping[str, str]:
    """Return how a person called files that they brought, by SHA-256; those that they did not bring are not in it."""
    wanted = tuple(originals)
    pages = select(Page.original, Page.file_name).where(Page.original.in_(wanted), Page.uploaded_by == person)
    claims = select(StationClaim.original, StationClaim.file_name).where(
        StationClaim.original.in_(wanted), StationClaim.person_id == person, StationClaim.file_name.is_not(None)
    )
    again = session.execute(claims.order_by(StationClaim.at.desc(), StationClaim.id)).all()
    return {original: str(name) for original, name in (*again, *session.execute(pages))}
