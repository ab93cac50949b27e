"""One line of truth about one simulated page, as the scorer reads it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Rectangle
from training.pages.geometry import Geometry
from training.pages.processing import Processed
from training.pages.scenario import Scenario, Written


def truth_line(
    scenario: Scenario,
    page: int,
    *,
    file: str,
    capture: str,
    geometry: Geometry | Processed,
    difficulty: str,
    seed: tuple[int, int],
) -> dict[str, Any]:
    """Return what is true of one page.

    Args:
        scenario: What was written.
        page: Page number, from 1.
        file: Name of the picture.
        capture: "photo" or "scan".
        geometry: Where the sheet lies in it.
        difficulty: The level it was drawn from.
        seed: Seed of the run and number of the document in it.

    Returns:
        The scorer's keys `file`, `form`, `page`, `fields`, `values`, and beside them what else was written, and
        `sheet_px`: the corners of the sheet in the picture, clockwise from the sheet's top left, and `number_boxes_px`:
        the same of all boxes of each number.

    """
    written = {field.name: scenario.numbers[field.name] for field in scenario.form.page(page).numbers}
    width, height = geometry.relief.size
    corners = geometry.to_photo(np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]))
    line: dict[str, Any] = {
        "file": file,
        "form": scenario.form.id,
        "page": page,
        "capture": capture,
        "rotation_deg": geometry.rotation,
        **_by_number(written),
        "corrections": {name: "one box struck out" for name in scenario.corrections if name in written},
        "arith_errors": scenario.errors_on(page),
        "sheet_px": np.round(corners, 1).tolist(),
        "number_boxes_px": {
            field.name: np.round(geometry.to_photo(_corners(field.boxes.bounds)), 1).tolist()
            for field in scenario.form.page(page).numbers
        },
        "difficulty": difficulty,
        "seed": list(seed),
        "notes": "Simulated: no real polling station.",
    }
    return {key: value for key, value in line.items() if value not in ({}, [])}


def _by_number(written: Mapping[str, Written]) -> dict[str, Any]:
    """Return what was written of each number, by what it is and the number's name."""
    return {
        "fields": {name: number.boxes for name, number in written.items()},
        "values": {name: number.value for name, number in written.items()},
        "bubbles": {name: number.bubbles for name, number in written.items() if number.bubbles is not None},
        "row_totals": {name: list(number.row_totals) for name, number in written.items() if number.row_totals},
        "row_grand_total": {name: number.grand_total for name, number in written.items() if number.grand_total},
        "row_tally": {name: list(number.row_tally) for name, number in written.items() if number.row_tally},
        "tally_cells": {name: [list(row) for row in number.cells] for name, number in written.items() if number.cells},
        "doubled": {name: list(number.doubled) for name, number in written.items() if number.doubled},
        "words": {name: number.words for name, number in written.items() if number.words},
    }


def _corners(bounds: Rectangle) -> NDArray[np.float64]:
    x, y, width, height = bounds
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
