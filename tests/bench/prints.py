"""What a part of a page costs that shows neither tag nor corners: two megapixels, every form installed."""

import resource
import statistics
import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.documents import Page, open_documents
from pipeline.forms import load_forms
from training.pages.simulate import Simulation, simulate_document

SIZE = (1633, 1225)
"""Height and width of two megapixels, px."""


@dataclass(frozen=True, slots=True)
class PrintCost:
    """Decodes in full colour that the page costs, milliseconds of one, and MiB more than a page with a tag needed."""

    ratio: float
    colour_ms: float
    megabytes: float


def tagged_and_cut() -> tuple[bytes, bytes]:
    """Return one simulated photograph of page 2, and the part around the numbers of one without its tag, JPEG both."""
    form = load_forms()["c-hasil-ppwp-2024"]
    bare = form.model_copy(update={"pages": tuple(page.model_copy(update={"tag": None}) for page in form.pages)})
    whole, untagged = (
        simulate_document(Simulation(one, seed=12, long_side=4032, page=2), 0)[0] for one in (form, bare)
    )
    places = np.array(list(untagged.truth["number_boxes_px"].values())).reshape(-1, 2)
    reach = 0.4 * np.ptp(places, axis=0).max()
    low = np.maximum(places.min(axis=0) - reach, 0).astype(int)
    high = (places.max(axis=0) + reach).astype(int)
    part = _picture(untagged.jpeg)[low[1] : high[1], low[0] : high[0]]
    return _jpeg(_picture(whole.jpeg)), _jpeg(part)


def print_cost(rounds: int = 8) -> PrintCost:
    """Read the part in turn with decoding it; OpenCV works on one core for both."""
    cv2.setNumThreads(1)
    tagged, cut = tagged_and_cut()
    reader, encoded = Reader(), np.frombuffer(cut, np.uint8)
    _read(reader, tagged)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = _read(reader, cut)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    colours, ours = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        colours.append(1000 * (time.perf_counter() - start))
        reading = reader.read_page(page)
        assert reading.registration is not None, reading.reasons
        assert reading.registration.method != "tag"
        ours.append(sum(reading.timing_ms.values()))
    ratios = [one / colour for one, colour in zip(ours, colours, strict=True)]
    return PrintCost(statistics.median(ratios), statistics.median(colours), more)


def _picture(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    scale = (SIZE[0] * SIZE[1] / (picture.shape[0] * picture.shape[1])) ** 0.5
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return cv2.imencode(".jpg", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))[1].tobytes()


def _read(reader: Reader, jpeg: bytes) -> Page:
    page = next(iter(open_documents([("photograph.jpg", jpeg)]))).pages[0]
    assert isinstance(page, Page)
    reader.read_page(page)
    return page
