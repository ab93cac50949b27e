"""From cells to rows and totals: exact sums over all ways in which a grid may have been filled.

Officers fill cells from left to right and from top to bottom: full cells, one that may hold less, then nothing. That
is a chain of cells with two phases, *filling* and *ended*; slips (a short bundle among full ones, a cell left out, a
stroke after the end) have a stated weight. Some officers cross out what is left of the last row cell by cell, and a
small X is easily taken for a bundle, in every cell of a writer alike: so there is a third phase, *crossing*, which
lasts to the end of its row, in which marks are no strokes. Counting strokes along the chain is a product of 3 x 3
matrices of polynomials in z, one matrix a cell, in which the power of z counts strokes; it is carried out exactly, by
the discrete Fourier transform. Both conventions, one bundle of five a cell or two, are weighed by what the cells say.

A third convention cannot be weighed so: who puts one vote into a cell marks it as he likes, and a cross in every cell
looks like a bundle in every cell. Its share is kept whatever the strokes look like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Statement

MOST = 10
"""Strokes that a cell may hold: two bundles of five."""

CROSS_STROKES = 2
"""Strokes of the X that crosses a cell out."""


@dataclass(frozen=True, slots=True)
class FillPrior:
    """Weights of what officers do, against 1 for the orderly way; every orderly total above 0 is as likely beforehand.

    Estimates: no public data count tallies. A real slip in a tally is usually a vote missed, which leaves it orderly.

    Attributes:
        empty: A grid without strokes: no vote, or no tally kept. One grid in twenty, where each total is one in 300.
        double: Share of officers who put two bundles into a cell.
        single: Share of officers who put one vote into a cell: 2 of 336 on the real pages that may be learnt from.
        short: A cell among full ones holds less, for every number of strokes less.
        crowded: A cell holds more than the convention.
        skipped: An empty cell among full ones.
        late: Strokes in a cell after the end.
        cancels: Share of grids with a cancelling stroke.
        touched: Share of the cells without tally strokes that such a stroke runs through.
        crossed: Share of grids in which the rest of the last row is crossed out cell by cell, by marks that are taken
            for strokes, for every place where that may begin.

    """

    empty: float = 15.0
    double: float = 0.05
    single: float = 0.006
    short: float = 6e-3
    crowded: float = 1e-4
    skipped: float = 1e-3
    late: float = 1e-4
    cancels: float = 0.5
    touched: float = 0.25
    crossed: float = 1e-3


DEFAULT_PRIOR = FillPrior()

_Masses = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Of n grids: every count of every row (n, rows, 10 * columns + 1), and every total (n, 10 * columns * rows + 1)."""


@dataclass(frozen=True, slots=True)
class TallyEvidence:
    """What the tally of one number says.

    Attributes:
        rows: One distribution over 0, 1, 2... strokes a row, (10 * columns + 1,), under the fill prior.
        total: Distribution over the strokes of the grid, (10 * columns * rows + 1,).
        cancelled: Probability of a cancelling stroke in the grid.
        located: Whether the grid's lines were found; if not, the cells may have been cut beside the strokes.

    """

    rows: tuple[NDArray[np.float64], ...]
    total: NDArray[np.float64]
    cancelled: float
    located: bool

    @property
    def used(self) -> bool:
        """Whether any stroke is counted."""
        return bool(self.total[0] < 0.5)

    @property
    def row_counts(self) -> tuple[int, ...]:
        """The likeliest count of every row up to the last that is used."""
        counts = [int(row.argmax()) for row in self.rows]
        last = max((i + 1 for i, count in enumerate(counts) if count), default=0)
        return tuple(counts[:last])

    def statement(self) -> Statement:
        """Return the evidence as the decision takes it.

        An empty grid states 0 only if it was cancelled; else the officer may not have kept a tally. A grid that was
        not located states nothing.
        """
        if not self.located:
            return Statement("tally", np.zeros_like(self.total), 1.0)
        values = self.total.copy()
        values[0] *= self.cancelled
        return Statement("tally", values, max(0.0, 1.0 - float(values.sum())))


def tally_evidence(
    strokes: NDArray[np.float64],
    cancelled: NDArray[np.float64],
    full: int = 5,
    prior: FillPrior = DEFAULT_PRIOR,
    *,
    located: bool = True,
) -> TallyEvidence:
    """Combine the cells of one grid, (rows, columns, 11) and (rows, columns); see `tally_evidences`."""
    return tally_evidences(strokes[None], cancelled[None], [located], full, prior)[0]


def tally_evidences(
    strokes: NDArray[np.float64],
    cancelled: NDArray[np.float64],
    located: Sequence[bool],
    full: int = 5,
    prior: FillPrior = DEFAULT_PRIOR,
) -> list[TallyEvidence]:
    """Combine the cells of n grids of one shape, each by itself.

    Args:
        strokes: (n, rows, columns, 11): likelihood of 0..10 strokes in every cell; 0 includes `cancelled`.
        cancelled: (n, rows, columns): likelihood that there is part of a cancelling stroke and no other, at that scale.
        located: Whether the cells of each were cut where the grid is.
        full: Strokes of one bundle.
        prior: How officers fill grids.

    """
    one = _chain(strokes, cancelled, min(full, MOST), prior)
    two = _chain(strokes, cancelled, min(2 * full, MOST), prior)
    bundles = _with_empty(*_mixed((1.0 - prior.double, one), (prior.double, two)), prior)
    single = _with_empty(*_chain(_marked(strokes), cancelled, 1, prior), prior)
    row_mass, total = _mixed((1.0 - prior.single, bundles), (prior.single, single))
    struck = _any_cancelled(strokes, cancelled, prior).tolist()
    found = zip(row_mass, total, struck, located, strict=True)
    return [TallyEvidence(tuple(rows), whole, chance, where) for rows, whole, chance, where in found]


def _mixed(first: tuple[float, _Masses], second: tuple[float, _Masses]) -> _Masses:
    """Return the sum of rows and of totals, each by its share."""
    (share, (rows, total)), (other_share, (other_rows, other_total)) = first, second
    return share * rows + other_share * other_rows, share * total + other_share * other_total


def _with_empty(row_mass: NDArray[np.float64], total: NDArray[np.float64], prior: FillPrior) -> _Masses:
    """Return the distributions of weights: a grid without strokes is likelier than the chain has it.

    In the total, and as much in every row.
    """
    extra = (prior.empty - 1.0) * total[:, 0] / total.sum(axis=1)
    rows = row_mass / row_mass.sum(axis=2, keepdims=True)
    rows[:, :, 0] += extra[:, None]
    whole = total.copy()
    whole[:, 0] *= prior.empty
    return rows / rows.sum(axis=2, keepdims=True), whole / whole.sum(axis=1, keepdims=True)


def _marked(strokes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the likelihoods (n, rows, columns, 11) of no stroke and of one where any mark is one."""
    found = np.zeros_like(strokes)
    found[..., 0] = strokes[..., 0]
    found[..., 1] = strokes[..., 1:].sum(axis=3)
    return found


def _any_cancelled(
    strokes: NDArray[np.float64], cancelled: NDArray[np.float64], prior: FillPrior
) -> NDArray[np.float64]:
    """Return the probability (n,) that a cancelling stroke runs through a grid: through some cells, or through none.

    A stroke from border to border touches many cells, so that a single cell that looks cancelled is no proof.
    """
    untouched = np.maximum(strokes.sum(axis=3) - cancelled, 1e-9)  # any count of strokes, or truly empty
    empty = np.clip(strokes[..., 0] - cancelled, 0.0, untouched)
    ratio = 1.0 + prior.touched * (cancelled - empty) / untouched
    odds = prior.cancels / (1.0 - prior.cancels) * np.exp(np.clip(np.log(ratio).sum(axis=(1, 2)), -50.0, 50.0))
    return np.asarray(odds / (1.0 + odds))


def transitions(full: int, prior: FillPrior) -> NDArray[np.float64]:
    """Return the weights (4, 11) of every count of strokes.

    Filling to filling, filling to ended, ended to ended, and filling to crossing behind a last cell that is not full.
    """
    counts = np.arange(MOST + 1)
    partial = (counts > 0) & (counts < full)
    filling = np.where(counts == full, 1.0, np.where(partial, prior.short, prior.crowded))
    filling[0] = prior.skipped
    ending = np.where(partial | (counts == 0), 1.0, 0.0)
    ended = np.where(counts == 0, 1.0, prior.late)
    return np.stack([filling, ending, ended, prior.crossed * partial])


def _chain(
    strokes: NDArray[np.float64], cancelled: NDArray[np.float64], full: int, prior: FillPrior
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of every count of every row (n, rows, 10 * columns + 1), and of the total, by one convention.

    No phase can be entered again, so the matrices are triangular: `a` filling to filling, `b` filling to ended, `c`
    ended to ended, `d` filling to crossing. Crossing ends with its row: what stands below has ended.
    """
    columns = strokes.shape[2]
    highest = np.maximum(strokes.max(axis=3, keepdims=True), 1e-300)
    scaled = strokes / highest
    # (n, rows, columns): that a cell holds an X, which is taken for two strokes, for a bundle, or for what it is.
    crosses = scaled[..., sorted({CROSS_STROKES, full})].sum(axis=3) + cancelled / highest[..., 0]
    count = MOST * columns + 1
    length = fast_length(count)
    spectra = (scaled @ _spectra(full, prior, length)).view(np.complex128)
    spectra = spectra.reshape(*scaled.shape[:3], 4, -1)  # (n, rows, columns, 4, frequencies)
    spectra[:, :, -1, 3] = 0.0  # nothing is left of its row to cross out
    # A row that is not used has ended, not crossed out.
    spectra[:, :, 1:, 3] += prior.crossed * crosses[:, :, 1:, None]
    a, b, c, d = (spectra[:, :, 0, kind] for kind in range(4))
    for column in range(1, columns):
        next_a, next_b, next_c, next_d = (spectra[:, :, column, kind] for kind in range(4))
        d = a * next_d + d * crosses[:, :, column, None]
        a, b, c = a * next_a, a * next_b + b * next_c, c * next_c
    rows = np.maximum(np.fft.irfft(np.stack([a, b + d, c]), length)[..., :count], 0.0)  # (3, n, rows, count)
    return _marginals(rows), _total(rows)


@lru_cache(maxsize=32)
def _spectra(full: int, prior: FillPrior, length: int) -> NDArray[np.float64]:
    """Return what turns the likelihoods (11,) of a cell into its transforms: (11, 4 * frequencies), as pairs of parts.

    A count becomes z ** n at the roots of unity, weighed by what it takes to go from phase to phase.
    """
    angles = -2j * np.pi / length * np.outer(np.arange(MOST + 1), np.arange(length // 2 + 1))
    weighed = transitions(full, prior).T[:, :, None] * np.exp(angles)[:, None]  # (11, 4, frequencies)
    return np.ascontiguousarray(weighed.reshape(MOST + 1, -1)).view(np.float64)


def _marginals(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of every count of every row: messages from the rows above and below, times its own."""
    a, b, c = rows
    masses = np.moveaxis(rows.sum(axis=3), 2, 0)  # (rows, 3, n)
    ones, none = np.ones(rows.shape[1]), np.zeros(rows.shape[1])
    above, below = [(ones, none)], [(ones, ones)]  # weight of filling, of ended
    for ma, mb, mc in masses[:-1]:
        filling, ended = above[-1]
        above.append((filling * ma, filling * mb + ended * mc))
    for ma, mb, mc in masses[:0:-1]:
        filling, ended = below[-1]
        below.append((ma * filling + mb * ended, mc * ended))
    up, down = (np.array(side)[..., None] for side in (above, below[::-1]))  # (rows, 2, n, 1)
    through = [
        up[row, 0] * (a[:, row] * down[row, 0] + b[:, row] * down[row, 1]) + up[row, 1] * c[:, row] * down[row, 1]
        for row in range(len(masses))
    ]
    return np.stack(through, axis=1)


def _total(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of every total (n, counts)."""
    count = rows.shape[2] * (rows.shape[3] - 1) + 1
    length = fast_length(count)
    a, b, c = np.fft.rfft(rows, length, axis=3)
    filling, ended = a[:, 0], b[:, 0]
    for row in range(1, rows.shape[2]):
        filling, ended = filling * a[:, row], filling * b[:, row] + ended * c[:, row]
    return np.asarray(np.maximum(np.fft.irfft(filling + ended, length)[:, :count], 0.0), dtype=np.float64)


def fast_length(count: int) -> int:
    """Return the first length from `count` on that has no prime factor above 5: transforms of it are quick.

    scipy has such a function; fetching scipy for it would take a fifth of the time in which `chasil read` starts.
    """
    length = count
    while not _divides_out(length):
        length += 1
    return length


def _divides_out(length: int) -> bool:
    """Return whether 2, 3 and 5 are the only prime factors."""
    for prime in (2, 3, 5):
        while length % prime == 0:
            length //= prime
    return length == 1
