"""The sheet is not flat: curl, sag and folds as a height above the wall or table, in mm."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_SOFT = 2.0  # half width of a fold's rounded edge, mm


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold across the whole sheet.

    Attributes:
        along: 0: an upright fold at x = `at`; 1: a level one at y = `at`.
        at: Place in mm.
        rise: Change of slope across the fold, in mm of height per mm; negative for a valley.

    """

    along: int
    at: float
    rise: float


@dataclass(frozen=True, slots=True)
class Relief:
    """Height of the sheet as a sum of smooth waves and folds.

    Attributes:
        size: Width and height of the sheet in mm.
        waves: Rows (amplitude mm, half waves across, half waves down, phase across, phase down).
        folds: The folds.

    """

    size: tuple[float, float]
    waves: tuple[tuple[float, float, float, float, float], ...] = ()
    folds: tuple[Fold, ...] = ()

    def height(self, points: Points) -> Points:
        """Return the height in mm at points (..., 2) in mm of the sheet."""
        across, down = points[..., 0] / self.size[0], points[..., 1] / self.size[1]
        z = np.zeros(points.shape[:-1])
        for amplitude, kx, ky, px, py in self.waves:
            z += amplitude * np.cos(np.pi * (kx * across + px)) * np.cos(np.pi * (ky * down + py))
        for fold in self.folds:
            away = points[..., fold.along] - fold.at
            z += 0.5 * fold.rise * (np.sqrt(away**2 + _SOFT**2) - _SOFT)
        return np.asarray(z)

    def shading(self, columns: int, rows: int, light: tuple[float, float]) -> NDArray[np.float32]:
        """Return how much light falls on each cell of a raster over the sheet, 1 where it is flat.

        Args:
            columns: Cells across.
            rows: Cells down.
            light: Horizontal part of the direction to the light over its vertical part (x, y).

        """
        x = (np.arange(columns) + 0.5) / columns * self.size[0]
        y = (np.arange(rows) + 0.5) / rows * self.size[1]
        z = self.height(np.stack(np.meshgrid(x, y), axis=-1))
        down, across = np.gradient(z, y, x)
        return np.asarray(1.0 - light[0] * across - light[1] * down, dtype=np.float32)

    @staticmethod
    def sample(
        size: tuple[float, float], bow: float, folds: float, rng: np.random.Generator, short: float = 0.0
    ) -> "Relief":
        """Draw a relief.

        Args:
            size: Width and height of the sheet in mm.
            bow: Largest height of the smooth part in mm.
            folds: Largest change of slope at a fold, in mm per mm.
            rng: The only source of chance.
            short: Largest height of short waves, as of paper that was wet, in mm; half of the sheets have some.

        """
        waves = [
            (rng.normal(), rng.uniform(0.3, 1.6), rng.uniform(0.3, 2.2), rng.uniform(0.0, 2.0), rng.uniform(0.0, 2.0))
            for _ in range(3)
        ]
        # One wave only across or only down: the curl of a rolled sheet.
        k = rng.uniform(0.5, 1.5)
        across = rng.random() < 0.5
        waves.append((2.0 * rng.normal(), k if across else 0.0, 0.0 if across else k, rng.uniform(0.0, 2.0), 0.0))
        smooth = Relief(size, tuple(waves))
        grid = np.stack(np.meshgrid(np.linspace(0, size[0], 13), np.linspace(0, size[1], 13)), axis=-1)
        reach = max(float(np.ptp(smooth.height(grid))), 1e-6)
        scale = rng.uniform(0.2, 1.0) * bow / reach
        ripples = _sample_ripples(size, short, rng) if short else ()
        return Relief(
            size,
            (*((scale * a, *rest) for a, *rest in waves), *ripples),  # type: ignore[arg-type]
            _sample_folds(size, folds, rng),
        )


def _sample_ripples(
    size: tuple[float, float], height: float, rng: np.random.Generator
) -> tuple[tuple[float, float, float, float, float], ...]:
    """Return some short waves, 120 to 300 mm long, askew to the sheet."""
    if rng.random() < 0.5:
        return ()
    count = int(rng.integers(1, 4))
    waves = []
    for _ in range(count):
        amplitude = float(rng.uniform(0.2, 1.0) * height / count)
        across, down = (float(2 * side / rng.uniform(120, 300)) for side in size)
        first, second = (float(phase) for phase in rng.uniform(0.0, 2.0, 2))
        waves.append((amplitude, across, down, first, second))
    return tuple(waves)


def _sample_folds(size: tuple[float, float], rise: float, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Fold a sheet as people do: in half, in half again, or rolled and not folded at all."""
    shares = {
        0: [(), (0.5,), (0.5,), (0.25, 0.5, 0.75), (1 / 3, 2 / 3)],
        1: [(), (0.5,), (0.25, 0.5, 0.75), (1 / 3, 2 / 3)],
    }
    if rise <= 0.0 or rng.random() < 0.3:
        return ()
    return tuple(
        Fold(along, share * size[along] + rng.normal(0.0, 4.0), float(rng.uniform(-1.0, 1.0) * rise))
        for along, choices in shares.items()
        for share in choices[rng.integers(len(choices))]
    )
