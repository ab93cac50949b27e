"""What more templates cost: one scan without a tag read with its own form alone, and with every form installed."""

import statistics
import time

import cv2
import numpy as np

from pipeline import Reader
from pipeline.documents import Page, open_documents
from pipeline.forms import load_forms
from training.pages.sheet import draw_sheet

# Its template holds all that is printed; of most others the drawing has the lines and none of the words.
FORM, PAGE, PIXELS_PER_MM = "c-hasil-salinan-ppwp-2024", 2, 5.0


def blank_scan() -> bytes:
    """Return a blank page of a form without a tag, as a scanner gives it: a grey PNG of A4 at 127 dpi."""
    sheet = draw_sheet(load_forms()[FORM], PAGE, PIXELS_PER_MM)
    grey = np.pad(np.round(255 * sheet.mean(axis=2)).astype(np.uint8), 20, constant_values=235)
    return cv2.imencode(".png", grey)[1].tobytes()


def forms_cost(rounds: int = 20) -> tuple[int, float, float]:
    """Return how many pages are known by their lines, milliseconds a page with one form, and the ratio with all."""
    cv2.setNumThreads(1)
    page = next(iter(open_documents([("scan.png", blank_scan())]))).pages[0]
    assert isinstance(page, Page)
    alone, everything = Reader(FORM), Reader()
    pages = sum(len(form.pages) for form in load_forms().values() if form.confirmed)
    times: dict[Reader, list[float]] = {alone: [], everything: []}
    for _ in range(rounds):
        for reader, taken in times.items():
            start = time.perf_counter()
            reading = reader.read_page(page)
            taken.append(1000 * (time.perf_counter() - start))
            assert reading.form == FORM, reading.reasons
    ratios = [with_all / with_one for with_one, with_all in zip(times[alone], times[everything], strict=True)]
    return pages, statistics.median(times[alone]), statistics.median(ratios)
