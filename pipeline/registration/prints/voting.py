"""Where which page may lie in a straightened view: all of its features vote together.

Every feature of the picture says of every printed feature with the same word: if this is that, then the page is so
large and its middle lies there. Right matches agree, wrong ones scatter (Ballard, "Generalizing the Hough transform to
detect arbitrary shapes", 1981; Lowe 2004). Print that stands on a page a hundred times, such as the corners of a tally,
votes for all of its places and is a hundredth as sure of each; so grids, rings and boxes help where no words are to be
seen. All pages are asked at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points
from pipeline.registration.prints.basis import Basis
from pipeline.registration.prints.descriptors import Features
from pipeline.registration.prints.page_print import PagePrint

SMALLEST, LARGEST = 0.25, 3.6
"""The sheet's longer side as a share of the view's: smaller ones cannot be read, larger ones are hardly seen."""

SCALE_STEP = 0.09
"""Step of the scale, as a natural logarithm; votes count for neighbouring steps too."""

BIN = 0.032
"""Side of a cell of places, as a share of the view's longer side; votes of 2 x 2 cells are taken together."""

BEYOND = 0.7
"""How far outside the view the middle of the page may lie, as a share of the view's longer side."""

_NEIGHBOURS = (-2, -1, 0, 1, 2)
_LEAST_ALIKE = 0.5
_SOFTNESS = 0.15
_SHARED = 0.75


@dataclass(frozen=True, slots=True)
class Vote:
    """A place where a page may lie, as many features say.

    Attributes:
        page: Which of the pages asked.
        matrix: Map (3, 3) from sheet mm to the turned view, px.
        weight: How much was said for it.

    """

    page: int
    matrix: Matrix
    weight: float


class PrintIndex:
    """The features of many pages, by their words. Made once; safe to share between threads.

    Args:
        pages: Their prints.
        basis: What they were made small by.

    """

    def __init__(self, pages: Sequence[PagePrint], basis: Basis) -> None:
        self.pages = pages
        self.basis = basis
        longer = np.array([float(np.ptp(page.points, axis=0).max()) for page in pages])
        self._longer, self._centres = longer, [page.centre for page in pages]
        words = np.concatenate([page.words for page in pages])
        order = np.argsort(words, kind="stable")
        owner = np.repeat(np.arange(len(pages)), [len(page.words) for page in pages])
        places = np.vstack([(page.points - page.centre) / side for page, side in zip(pages, longer, strict=True)])
        sizes = np.concatenate([page.sizes / side for page, side in zip(pages, longer, strict=True)])
        self._owner, self._places, self._sizes = owner[order], places[order], np.log(sizes[order])
        self._start = np.searchsorted(words[order], np.arange(basis.count + 1))

    def votes(self, features: Features, small: NDArray[np.float32], view: tuple[int, int]) -> list[Vote]:
        """Return the best place of every page that is voted for, best first.

        Args:
            features: Of the turned view, px.
            small: Their small descriptors (n, 64).
            view: Width and height of the turned view, px.

        """
        side = float(max(view))
        seen, printed, weights = self._meetings(small)
        if not len(seen):
            return []
        at, ratio = features.points[seen] / side, np.log(features.sizes[seen] / side) - self._sizes[printed]
        cells = self._counted(at, ratio, printed, weights)
        found = (self._vote(page, votes, side) for page, votes in enumerate(cells))
        return sorted((vote for vote in found if vote.weight > 0), key=lambda vote: -vote.weight)

    def _meetings(self, small: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp], Points]:
        """Return which feature of the picture (m,) meets which printed one (m,), and how sure that is (m,)."""
        words, alike = self.basis.words_of(small)
        counts = self._start[words + 1] - self._start[words]
        counts[alike < _LEAST_ALIKE] = 0
        seen = np.repeat(np.arange(len(words)), counts)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        printed = np.repeat(self._start[words], counts) + np.arange(len(seen)) - before
        # Print that stands in many places is less sure of each.
        sure = np.exp((alike - 1.0) / _SOFTNESS) / np.maximum(counts, 1) ** _SHARED
        return seen, printed, sure[seen]

    def _counted(self, at: Points, ratio: Points, printed: NDArray[np.intp], weights: Points) -> NDArray[np.float32]:
        """Return the votes (pages, steps of scale, cells across, cells down)."""
        steps = int(np.ceil(np.log(LARGEST / SMALLEST) / SCALE_STEP)) + 1
        cells = int(np.ceil((1 + 2 * BEYOND) / BIN)) + 1
        nearest = np.round((ratio - np.log(SMALLEST)) / SCALE_STEP).astype(np.intp)
        scales = SMALLEST * np.exp(SCALE_STEP * np.arange(steps))
        (x, y), (place_x, place_y) = np.ascontiguousarray(at.T), np.ascontiguousarray(self._places[printed].T)
        first = self._owner[printed] * steps
        keys, counted = [], []
        for neighbour in _NEIGHBOURS:
            step = nearest + neighbour
            within = np.flatnonzero((step >= 0) & (step < steps))
            step = step[within]
            scale = scales[step]
            across = np.floor((x[within] - place_x[within] * scale + BEYOND) / BIN).astype(np.intp)
            down = np.floor((y[within] - place_y[within] * scale + BEYOND) / BIN).astype(np.intp)
            fits = (across >= 0) & (across < cells - 1) & (down >= 0) & (down < cells - 1)
            keys.append(((((first[within] + step) * cells + across) * cells) + down)[fits])
            counted.append(weights[within][fits])
        every = len(self.pages) * steps * cells**2
        total = np.bincount(np.concatenate(keys), np.concatenate(counted), every).astype(np.float32)
        grid = total.reshape(len(self.pages), steps, cells, cells)
        grid[:, :, :-1] += grid[:, :, 1:]
        grid[:, :, :, :-1] += grid[:, :, :, 1:]
        return grid

    def _vote(self, page: int, votes: NDArray[np.float32], side: float) -> Vote:
        """Return the peak of the votes (steps, cells, cells) for one page."""
        step, across, down = (int(index) for index in np.unravel_index(int(votes.argmax()), votes.shape))
        scale = SMALLEST * float(np.exp(SCALE_STEP * step)) * side / self._longer[page]
        middle = (np.array([across + 1, down + 1]) * BIN - BEYOND) * side
        shift = middle - scale * self._centres[page]
        matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]], [0.0, 0.0, 1.0]])
        return Vote(page, matrix, float(votes[step, across, down]))
