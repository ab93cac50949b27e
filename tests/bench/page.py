"""What one page costs, by stage, against decoding the same photograph in full colour with OpenCV on one core.

Full colour is what a program does that opens the photograph to show it; in full grey OpenCV takes about half as long.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline import Reader
from pipeline.documents import Page, open_documents
from pipeline.forms import load_forms
from training.pages.simulate import Simulation, simulate_document

FORM = "c-hasil-ppwp-2024"

LONG_SIDE = 4032
"""A 12-megapixel phone photograph, 4032 x 3024 or less where the sheet was cut closer."""


@dataclass(frozen=True, slots=True)
class PageCost:
    """Medians of one page: size in px, the peers' milliseconds, ours by stage, and the ratio of the wholes to colour.

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
        colour_ms = _milliseconds(lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR))
        greys.append(_milliseconds(lambda: cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)))
        reading = reader.read_page(page)
        assert reading.fields, reading.reasons
        colours.append(colour_ms)
        ours.append(reading.timing_ms)
        ratios.append(sum(reading.timing_ms.values()) / colour_ms)
    stages = {stage: statistics.median(timing[stage] for timing in ours) for stage in ours[0]}
    size = (page.source.width, page.source.height)
    peers = statistics.median(colours), statistics.median(greys)
    return PageCost(*size, len(jpeg) // 1024, *peers, stages, statistics.median(ratios))


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)
