"""The tally reader: a picture and where the sheet lies in it, in; evidence of every number with a tally, out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.package import ModelPackage
from pipeline.forms import NumberField
from pipeline.recognition.network import Contract, Network
from pipeline.recognition.tallies.cut import CELL_PIXELS, INK_RANGE, blank_cells, cut_cells, level_cells
from pipeline.recognition.tallies.evidence import MOST, TallyEvidence, tally_evidences
from pipeline.recognition.tallies.grid import Located, locate
from pipeline.registration.geometry import Grey
from pipeline.registration.sheet import SheetMap

TALLY_CLASSES = "0123456789Tz"
"""Strokes in a cell, T for ten; z where only a cancelling stroke runs."""

CONTRACT = Contract("tallies", TALLY_CLASSES, CELL_PIXELS, INK_RANGE, "tally-level-2")


BLANK_DOUBT = 1e-4
"""Likelihood of any strokes where a cell is blank, against that of none; see `BLANK_INK`."""


@dataclass(frozen=True, slots=True)
class ReadTally:
    """The evidence of one tally, and where its grid lies: its row sums are cut by the same place."""

    evidence: TallyEvidence
    grid: Located
    resolution: float


class TallyReader:
    """Reads tallies. Made once; safe to share between threads.

    Args:
        package: A package of the kind "tallies".

    Raises:
        ModelError: The package does not fit this program.

    """

    def __init__(self, package: ModelPackage) -> None:
        self._network = Network(package, CONTRACT, batch=None)

    def read(self, grey: Grey, sheet: SheetMap, fields: Sequence[NumberField]) -> dict[str, ReadTally]:
        """Return the evidence of every field with a tally, by name; one run of the network for all."""
        found, inks = [], []
        for field in fields:
            if field.tally is None:
                continue
            tally = field.tally
            resolution = sheet.resolution(np.array([tally.x + tally.columns * tally.cell_width / 2, tally.y]))
            grid = locate(grey, sheet, tally, field.row_sums, field.name)
            inks.append(level_cells(cut_cells(grey, grid.place, tally, resolution)))
            found.append((field.name, tally, grid, resolution))
        if not found:
            return {}
        probabilities = self._probabilities(np.concatenate([ink.reshape(-1, *ink.shape[2:]) for ink in inks]))
        ends = np.cumsum([tally.rows * tally.columns for _, tally, _, _ in found])
        cells = np.split(probabilities, ends[:-1])
        alike: dict[tuple[int, int, int], list[int]] = {}
        for place, (_, tally, _, _) in enumerate(found):
            alike.setdefault((tally.rows, tally.columns, tally.strokes), []).append(place)
        read: dict[int, ReadTally] = {}
        for (rows, columns, strokes), places in alike.items():
            located = [found[place][2].located for place in places]
            evidences = _evidences(np.stack([cells[place] for place in places]), rows, columns, strokes, located)
            read |= {at: ReadTally(one, *found[at][2:]) for at, one in zip(places, evidences, strict=True)}
        return {name: read[place] for place, (name, *_) in enumerate(found)}

    def _probabilities(self, ink: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return probabilities (n, classes) of the cells (n, h, w) of a page; the network does not see blank ones."""
        blank = blank_cells(ink)
        found = np.full((len(ink), len(TALLY_CLASSES)), BLANK_DOUBT)
        found[:, 0] = 1.0 - BLANK_DOUBT * (len(TALLY_CLASSES) - 1)
        found[~blank] = self._network.read(ink[~blank])
        return found


def _evidences(
    cells: NDArray[np.float64], rows: int, columns: int, full: int, located: Sequence[bool]
) -> list[TallyEvidence]:
    """Return what grids of one shape say, whose cells (n, rows * columns, classes) were read."""
    strokes = cells.reshape(len(cells), rows, columns, -1)
    likelihood, cancelled = strokes[..., : MOST + 1].copy(), strokes[..., MOST + 1]
    likelihood[..., 0] += cancelled
    return tally_evidences(likelihood, cancelled, located, full)
