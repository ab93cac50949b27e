"""Simulated photographs of filled pages with the true place of every point."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import load_forms
from training.pages.fill import Pens, fill_page
from training.pages.geometry import Geometry
from training.pages.photograph import photograph
from training.pages.scenario import draw_scenario
from training.pages.sheet import PrintStyle, draw_sheet

FORM = load_forms()["c-hasil-ppwp-2024"]
_SCALE = 3.0


@dataclass(frozen=True, slots=True)
class Photographed:
    """A grey picture, uint8 (h, w), and where every point of its sheet lies."""

    grey: NDArray[np.uint8]
    geometry: Geometry
    page: int


@cache
def photographed(page: int, seed: int) -> Photographed:
    """Print, fill in and photograph one page."""
    rng = np.random.default_rng([seed, page])
    sheet = draw_sheet(FORM, page, _SCALE, PrintStyle.sample(rng))
    scenario = draw_scenario(FORM, rng, officer_errors=0.0, corrections=0.0, code="0001010001001")
    fill_page(sheet, scenario, page, Pens.sample(rng), _SCALE, rng)
    photo = photograph(sheet, rng, "medium", pixels_per_mm=_SCALE, long_side=2000)
    grey = np.asarray(cv2.cvtColor(photo.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    assert isinstance(photo.geometry, Geometry)  # nothing was done to the photograph afterwards
    return Photographed(grey, photo.geometry, page)
