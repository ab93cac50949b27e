"""One station in the shape of the commission's public files of 2024 (one JSON file a polling station).

`mode`, `chart` (votes by pair), `images`, `administrasi`, `psu`, `ts`, `status_suara`, `status_adm`. The ids of pairs
in those files are the commission's own; here the key is the number of the pair. A number that does not count is null.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.address import API, address_of
from api.core.formatting import WIB
from api.db.tables import Decision, Document, Number, Page, Reading
from api.schemas.tabulation import KpuStation
from api.tabulation.amounts import PAIR
from api.tabulation.rows import Selection, districts_of, filed
from api.tabulation.shown import shown_values

MODE = "hhcw"
"""The commission's name for what was photographed at the polling station."""

_VOTERS = (
    ("pemilih_dpt", "dpt"),
    ("pengguna_dpt", "pengguna_dpt"),
    ("pengguna_dptb", "pengguna_dptb"),
    ("pengguna_non_dpt", "pengguna_dpk"),
    ("pengguna_total", "pengguna"),
)
ADMINISTRATION: Mapping[str, str] = {
    **{name: name for name in ("suara_sah", "suara_total", "suara_tidak_sah")},
    **{f"{theirs}_{column}": f"{ours}_{column}" for theirs, ours in _VOTERS for column in ("j", "l", "p")},
}
"""Our field by the commission's name."""

VOTES = ("suara_sah", "suara_tidak_sah", "suara_total")


def kpu_stations(session: Session, chosen: Selection) -> Iterator[tuple[str, KpuStation]]:
    """Yield the stations of a region that have a document, by code."""
    for place in districts_of(session, chosen.region):
        query = select(Document.id, Document.station).where(*filed(chosen.election.id, place))
        documents = {row.id: row.station for row in session.execute(query.order_by(Document.station))}
        numbers, images = _numbers(session, chosen, place), _images(session, chosen, place)
        changed = _changed(session, chosen, place)
        for document, station in documents.items():
            given = numbers.get(document, {})
            yield station, _station(chosen, given, images.get(document, []), changed.get(document))


def kpu_station(session: Session, chosen: Selection) -> KpuStation:
    """Return one station; one without a document has nothing in it, as in the commission's files."""
    found = [station for _, station in kpu_stations(session, chosen)]
    return found[0] if found else _station(chosen, {}, [], None)


def kpu_pieces(session: Session, chosen: Selection) -> Iterator[bytes]:
    """Yield one JSON object: the stations by code, one a line."""
    separator = "{"
    for code, station in kpu_stations(session, chosen):
        yield f"{separator}\n{json.dumps(code)}:{station.model_dump_json()}".encode()
        separator = ","
    yield b"{}\n" if separator == "{" else b"\n}\n"


def _numbers(session: Session, chosen: Selection, place: str) -> dict[str, dict[str, int | None]]:
    """Return by document and field what counts; None where nothing does."""
    query = select(Number).join(Document, Document.id == Number.document_id)
    found: dict[str, dict[str, int | None]] = {}
    for number in session.scalars(query.where(*filed(chosen.election.id, place))):
        found.setdefault(number.document_id, {})[number.field] = shown_values(number).value
    return found


def _images(session: Session, chosen: Selection, place: str) -> dict[str, list[str]]:
    query = select(Page.id, Page.document_id).join(Document, Document.id == Page.document_id)
    order = (Page.form_page, Page.uploaded_at, Page.number)
    found: dict[str, list[str]] = {}
    for row in session.execute(query.where(*filed(chosen.election.id, place)).order_by(*order)):
        found.setdefault(row.document_id, []).append(address_of(f"{API}/pages/{row.id}/image"))
    return found


def _changed(session: Session, chosen: Selection, place: str) -> dict[str, datetime]:
    """Return by document when it was last read or decided."""
    here = filed(chosen.election.id, place)
    readings = (
        select(Page.document_id, Reading.at)
        .join(Reading, Reading.page_id == Page.id)
        .join(Document, Document.id == Page.document_id)
    )
    decisions = select(Decision.document_id, Decision.at).join(Document, Document.id == Decision.document_id)
    found: dict[str, datetime] = {}
    for query in (readings, decisions):
        for document, at in session.execute(query.where(*here)):
            found[document] = max(at, found.get(document, at))
    return found


def _station(
    chosen: Selection, numbers: Mapping[str, int | None], images: Sequence[str], changed: datetime | None
) -> KpuStation:
    names = [field.name for page in chosen.form.pages for field in page.numbers] if chosen.form else list(numbers)
    pairs = [name for name in names if name.startswith(PAIR)]
    votes = [*pairs, *VOTES]
    voters = [ours for ours in ADMINISTRATION.values() if ours not in VOTES]
    return KpuStation(
        mode=MODE,
        chart={name.removeprefix(PAIR): numbers.get(name) for name in pairs} if numbers else None,
        images=list(images),
        administrasi={theirs: numbers.get(ours) for theirs, ours in ADMINISTRATION.items()} if numbers else None,
        psu=None,
        ts=changed.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S") if changed else None,
        status_suara=bool(pairs) and all(numbers.get(name) is not None for name in votes),
        status_adm=all(numbers.get(name) is not None for name in voters),
    )
