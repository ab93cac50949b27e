"""What one page costs, by stage, against decoding the same photograph in full colour with OpenCV on one core.

Full colour is what a program does that opens the photograph to show it; in full grey OpenCV takes about half as long.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from pipeline import Reader
from pipeline.documents import Page, open_documents
from pipeline.forms import load_forms
from training.pages.simulate import Simulation, simulate_document

Result = TypeVar("Result")

FORM = "c-hasil-ppwp-2024"

LONG_SIDE = 4032
"""A 12-megapixel phone photograph, 4032 x 3024 or less where the sheet was cut closer."""


@dataclass(frozen=True, slots=True)
class PageCost:
    """Medians of one page: size in px, the peers' milliseconds of computing, ours by stage, and the ratio to colour.

    The ratio is the median over rounds of ours to the peer's in the same round, so that a slow moment of the machine
    counts for both.
    """

    width: int
    height: int
    kilobytes: int
    colour_ms: float
    grey_ms: float
    stages_ms: Mapping[str, float]
    ratio: float


def photograph(page: int, seed: int = 12) -> tuple[str, bytes]:
    """Return one simulated 12-megapixel photograph of this page of the form."""
    settings = Simulation(load_forms()[FORM], seed=seed, long_side=LONG_SIDE, page=page)
    simulated = simulate_document(settings, 0)[0]
    return simulated.name, simulated.jpeg


def page_cost(reader: Reader, name: str, jpeg: bytes, rounds: int = 20) -> PageCost:
    """Read one page `rounds` times in turn with the peer; OpenCV works on one core for both."""
    cv2.setNumThreads(1)
    document = next(iter(open_documents([(name, jpeg)])))
    page = document.pages[0]
    assert isinstance(page, Page)
    encoded = np.frombuffer(jpeg, np.uint8)
    reader.read_page(page)
    colours, greys, ours, ratios = [], [], [], []
    for _ in range(rounds):
        colour_ms, _picture = _computed(lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR))
        grey_ms, _picture = _computed(lambda: cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))
        page_ms, reading = _computed(lambda: reader.read_page(page))
        assert reading.fields, reading.reasons
        colours.append(colour_ms)
        greys.append(grey_ms)
        # The reader takes the time that passes, of which other work on the machine may have had its part.
        share = page_ms / sum(reading.timing_ms.values())
        ours.append({stage: share * passed for stage, passed in reading.timing_ms.items()})
        ratios.append(page_ms / colour_ms)
    stages = {stage: statistics.median(timing[stage] for timing in ours) for stage in ours[0]}
    size = (page.source.width, page.source.height)
    peers = statistics.median(colours), statistics.median(greys)
    return PageCost(*size, len(jpeg) // 1024, *peers, stages, statistics.median(ratios))


def _computed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Return the computing time of some work, ms, and what comes out of it."""
    start = time.process_time()
    done = work()
    return 1000 * (time.process_time() - start), done
