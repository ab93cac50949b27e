"""Polling stations that a service knows of, because a list of them was imported."""

import tempfile
from pathlib import Path

from api.db import Database
from api.regions.codes import chain_of
from api.regions.import_list import import_regions
from tests import SAMPLES

EXAMPLE = SAMPLES / "regions.csv"
"""The list of the sample files."""


def list_stations(database: Database, *stations: str, name: str = "DESA") -> None:
    """Import a list of these polling stations and of what they lie in."""
    codes = sorted({code for station in stations for code in chain_of(station)}, key=lambda code: (len(code), code))
    lines = [f"{code},{name} {code}" for code in codes]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "regions.csv"
        file.write_text("\n".join(["code,name", *lines]), encoding="utf-8")
        import_regions(database, file, "local")
