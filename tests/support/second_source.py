"""Stations with published figures beside them: one that agrees, one that differs, one that people still decide."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.core.context import Records
from api.db import Database
from api.db.published_tables import PublishedSnapshot
from api.db.tables import Number
from api.ledger.append import record_event
from api.publication.importing import Given, import_published
from api.publication.refreshing import refresh_all
from tests.support.history import FORM, counted_document, elect
from tests.support.stations import list_stations

AGREES, DIFFERS, HELD, UNSEEN = "1101012001001", "1101012001002", "1101012001003", "1201012001001"
VILLAGE = AGREES[:10]

WRITTEN: Mapping[str, Mapping[str, tuple[str, int | None]]] = {
    AGREES: {"paslon_1": ("accepted", 70), "paslon_2": ("accepted", 20)},
    DIFFERS: {"paslon_1": ("accepted", 68), "paslon_2": ("reviewed", 41), "paslon_3": ("unreadable", None)},
    HELD: {"paslon_1": ("accepted", 12), "paslon_2": ("review", 4711)},
}

PUBLISHED: Mapping[str, Mapping[str, int]] = {
    AGREES: {"1": 70, "2": 20},
    DIFFERS: {"1": 868, "2": 41, "3": 5},
    HELD: {"1": 9312, "2": 9311},
    UNSEEN: {"1": 55},
}
"""By pair; of the station that is held other figures than any page states, so that they can be looked for."""


def content(stations: Mapping[str, Mapping[str, int]] = PUBLISHED) -> dict[str, Any]:
    """Return stations as the commission publishes them."""
    return {code: {"chart": dict(chart), "ts": "2024-02-15 09:00:00"} for code, chart in stations.items()}


def published_file(folder: Path, stations: Mapping[str, Mapping[str, int]] = PUBLISHED) -> Path:
    """Write a published file."""
    path = folder / "published.json"
    path.write_text(json.dumps(content(stations)), encoding="utf-8")
    return path


def bring_in(
    records: Records, folder: Path, stations: Mapping[str, Mapping[str, int]] = PUBLISHED, **given: Any
) -> PublishedSnapshot:
    """Import a published file, and compare it."""
    told = Given("kpu.json", "local", "ppwp-2024", **given)
    snapshot, _ = import_published(records, published_file(folder, stations), told, folder)
    refresh_all(records)
    return snapshot


def write_down(database: Database) -> None:
    """Put what is written at the stations on record; nothing of it goes to the chain."""
    list_stations(database, AGREES, DIFFERS, HELD, UNSEEN)
    with database.writing() as session:
        elect(session)
        for station, numbers in WRITTEN.items():
            document = counted_document(session, station, numbers)
            document.form_id = FORM
            if station == DIFFERS:
                number = session.get_one(Number, (document.id, "paslon_1"))
                number.boxes = number.final_boxes = "X68"
        record_event(session, "document_decided", "program", "document:x", {})
