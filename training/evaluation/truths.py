"""Real pages with their truth, as the shared folders hold them: what is written, and where the numbers lie.

A folder has `images/` and `truth.jsonl`, one page a line: file, form, page, fields {name: boxes}, values {name: number
or null}, `uncertain` {name: why} for what no person can tell, and where somebody has measured them `number_boxes_px`
{name: four points, or x, y, width, height} and `corners` {name: {point}}.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.registration.geometry import Grey, Points, corners
from pipeline.search import first_reduction
from training.evaluation.split import Part, split


@dataclass(frozen=True, slots=True)
class RealPage:
    """One photographed or scanned page.

    Attributes:
        path: Its file.
        form: The form's id or its family's.
        page: Its printed page number; None where it has none.
        part: What it may be used for.
        truth: Everything that is known of it.

    """

    path: Path
    form: str
    page: int | None
    part: Part
    truth: Mapping[str, Any]

    @property
    def places(self) -> Mapping[str, Points]:
        """The corners of each number's boxes, px of the file (4, 2), where somebody has measured them."""
        return {name: _quad(place) for name, place in self.truth.get("number_boxes_px", {}).items()}


SETS = ("wild/ppwp-2024", "wild/dpd-2024", "wild/kwk-2024", "wild/ppwp-2024-votes", "wild/kwk-2020", "pages")
"""The folders of real pages, from the folder that holds them all."""


def real_pages(shared: Path, sets: Sequence[str] = SETS) -> Iterator[RealPage]:
    """Yield the pages of these sets; "." is the folder itself. Pages that nobody has split may only judge."""
    for name in sets:
        folder = shared / name
        for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            if line.strip():
                truth = json.loads(line)
                page = int(truth["page"]) if str(truth["page"]).isdigit() else None
                path = folder / "images" / truth["file"]
                yield RealPage(path, truth["form"], page, split().get(truth["file"], Part.TEST), truth)


def opened(given: Path | tuple[str, bytes]) -> tuple[Grey, int]:
    """Return the picture as the reader decodes it first, uint8 (height, width), and how many times smaller it is."""
    page = next(iter(open_documents([given]))).pages[0]
    assert isinstance(page, Page), given
    step = first_reduction(max(page.source.width, page.source.height))
    return page.grey(step), step


def reduced(points: Points, scale: int) -> Points:
    """Return points, px (n, 2), in a picture so many times smaller: pixel centres are half a pixel in."""
    return np.asarray((points + 0.5) / scale - 0.5)


def _quad(place: Sequence[Any]) -> Points:
    if len(place) == 4 and not isinstance(place[0], (list, tuple)):
        x, y, width, height = (float(value) for value in place)
        return corners((x, y, width, height))
    return np.array(place, dtype=np.float64).reshape(4, 2)
