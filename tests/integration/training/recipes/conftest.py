"""Little work: pages are drawn once, everything runs in this process, and few boxes are drawn."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from training.datasets.sets import Boxes, Simulated, Split
from training.registration import gathering
from training.witnesses import real_samples, samples, trust
from training.words import real


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a page once, work in this process, and draw few boxes to select and to calibrate by."""
    monkeypatch.setattr(samples, "page_samples", _page_samples)
    for module in (real_samples, trust, gathering, real):
        monkeypatch.setattr(module, "processes", lambda _jobs: ThreadPoolExecutor(1))
    from training.digits import train as digits  # noqa: PLC0415  these need the extra `train`
    from training.packaging import export  # noqa: PLC0415

    monkeypatch.setattr(digits, "simulated_boxes", _few_boxes)
    monkeypatch.setattr(export, "STRUCK_BOXES", 40)
    monkeypatch.setattr(export, "NUMBERS", 500)


_page_samples = cache(samples.page_samples)


@cache
def _few_boxes(count: int, seed: int, split: Split) -> Boxes:
    return Simulated(min(count, 40), seed).boxes(split)
