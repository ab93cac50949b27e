"""Stations whose numbers count, as they stand in the database."""

from api.db import open_database
from api.ledger.append import record_event
from tests.support.history import Given, counted_document

WHOLE = "1101012001001"
ABOVE = ("0", "11", "1101", "110101", "1101012001")
ALL: Given = {"paslon_1": ("accepted", 1549), "paslon_2": ("reviewed", 1883), "paslon_3": ("accepted", 1058)}
"""Of 4,490: 34.499 %, 41.938 % and 23.563 %."""


def fill(url: str, stations: dict[str, Given]) -> None:
    """Put down decided numbers of stations."""
    database = open_database(url)
    with database.writing() as session:
        for code, numbers in stations.items():
            counted_document(session, code, numbers)
        record_event(session, "document_decided", "program", "document:x", {})
    database.close()
