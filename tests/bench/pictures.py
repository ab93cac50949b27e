"""Pages to upload to a service that is measured: drawn once, then each with bytes of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.forms import load_forms
from tests.support.processes import with_comment
from training.pages.simulate import Simulation, simulate_documents

FORM = "c-hasil-ppwp-2024"
PAGES_A_DOCUMENT = 3
STATIONS_A_VILLAGE = 900
FIRST_REGENCY, VILLAGES = 1101, 9999

SIZES: Mapping[str, int] = {"phone": 4032, "chat": 1600}
"""Long side in px: as a phone takes a photograph (12 megapixels), and as a chat program passes it on."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pages of some documents, to be uploaded again and again as pages of ever new stations.

    Attributes:
        jpegs: The pages, three a document.
        boxes: What is written in the boxes of each page, by field.

    """

    jpegs: Sequence[bytes]
    boxes: Sequence[Mapping[str, str]]

    def upload(self, index: int) -> tuple[str, bytes]:
        """Return name and bytes of one upload; no two have the same bytes."""
        document, page = divmod(index, PAGES_A_DOCUMENT)
        name = f"{station_of(document)}-p{page + 1}.jpg"
        return name, with_comment(self.jpegs[index % len(self.jpegs)], f"upload {index}")

    def written(self, station: str, page: int, field: str) -> str:
        """Return what is written in the boxes of a number, of a station that `upload` named; "" where nobody knows."""
        return self.boxes[(document_of(station) * PAGES_A_DOCUMENT + page - 1) % len(self.boxes)].get(field, "")

    @property
    def mean_bytes(self) -> float:
        """Mean size of a picture, in bytes."""
        return sum(map(len, self.jpegs)) / len(self.jpegs)


def drawn(size: str, documents: int, folder: Path, *, doubtful: bool = False) -> Pictures:
    """Return simulated photographs of so many documents, drawn into the folder unless they are there.

    Args:
        size: One of `SIZES`.
        documents: Each has three pages.
        folder: Keeps them for the next run.
        doubtful: Every twentieth number has a struck box, so that reviewers have work.

    """
    place = folder / (f"{size}-{documents}-doubtful" if doubtful else f"{size}-{documents}")
    if len(list(place.glob("*.jpg"))) < documents * PAGES_A_DOCUMENT:
        settings = Simulation(load_forms()[FORM], seed=1, long_side=SIZES[size])
        if doubtful:
            settings = replace(settings, corrections=0.05)
        simulate_documents(settings, documents, place, jobs=1)
    truths = [json.loads(line) for line in (place / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    by_file = {truth["file"]: truth["fields"] for truth in truths}
    paths = sorted(place.glob("*.jpg"))
    return Pictures([path.read_bytes() for path in paths], [by_file[path.name] for path in paths])


def station_of(document: int) -> str:
    """Return the polling station of a document that is uploaded."""
    village, station = divmod(document, STATIONS_A_VILLAGE)
    return f"{FIRST_REGENCY + village // VILLAGES}01{village % VILLAGES + 1:04d}{station + 1:03d}"


def document_of(station: str) -> int:
    """Return which document is uploaded as that of a station."""
    village = (int(station[:4]) - FIRST_REGENCY) * VILLAGES + int(station[6:10]) - 1
    return village * STATIONS_A_VILLAGE + int(station[10:]) - 1
