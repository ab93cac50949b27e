"""How paper bows, folds and curls: a smooth displacement within the plane of the sheet.

A surface of cubic B-splines on an even net over the sheet, held smooth by the second differences of its coefficients
(P-splines: Eilers and Marx, Statistical Science 1996). Where nothing was measured it runs on straight; where much was,
it follows waves as short as two meshes.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Points

MESHES = (8, 12)
"""Meshes of the net along the shorter and the longer side of the sheet: 75 mm of a wall sheet."""

_DEGREE = 3
_STEPS = np.arange(_DEGREE + 1)
_SPLINES = np.array([[1.0, 4.0, 1.0, 0.0], [-3.0, 0.0, 3.0, 0.0], [3.0, -6.0, 3.0, 0.0], [-1.0, 3.0, -3.0, 1.0]]) / 6
"""The four cubic B-splines of a mesh, and below how steep they are, by the powers of the place within it."""
_SLOPES = np.array([[-1.0, 0.0, 1.0, 0.0], [2.0, -4.0, 2.0, 0.0], [-1.0, 3.0, -3.0, 1.0], [0.0, 0.0, 0.0, 0.0]]) / 2

_LEAST = 1e-7
"""Pull of every coefficient to 0, by the stiffness: something is to be said where nothing was measured. Ten times as
much drew a slanted sheet back by 0.07 mm, 60 mm beyond its edge."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A displacement of sheet points, mm.

    Attributes:
        size: Width and height of the sheet, mm.
        coefficients: Of the splines, (across, down, 2), mm.

    """

    size: tuple[float, float]
    coefficients: Points

    def at(self, points: Points) -> Points:
        """Return the displacement (n, 2), mm, at sheet points (n, 2), mm."""
        columns, rows, _ = self.coefficients.shape
        mesh, shares = _shares(points / self.size, np.array((columns - _DEGREE, rows - _DEGREE)))
        near = (mesh[:, 0] * rows + mesh[:, 1])[:, None] + (_STEPS[:, None] * rows + _STEPS).ravel()
        weights = _products(shares[:, 0], shares[:, 1])
        return np.asarray((weights[:, None] @ self.coefficients.reshape(-1, 2).take(near, axis=0))[:, 0])


def fit_surface(
    size: tuple[float, float], points: Points, shifts: Points, weights: Points, stiffness: float
) -> Surface:
    """Fit a surface by weighted least squares.

    Args:
        size: Width and height of the sheet, mm.
        points: Where displacements were measured, mm (n, 2).
        shifts: The displacements, mm (n, 2).
        weights: Of the measurements (n,).
        stiffness: What a bend costs against a miss: the variance of a measurement of weight 1 over that of the second
            difference of neighbouring coefficients.

    """
    across, down = MESHES if size[0] <= size[1] else MESHES[::-1]
    basis_x, basis_y = _basis(points[:, 0] / size[0], across), _basis(points[:, 1] / size[1], down)
    root = np.sqrt(weights)[:, None]
    net = (across + _DEGREE, down + _DEGREE)
    solved = _solved(root * _products(basis_x, basis_y), root * shifts, net, stiffness)
    return Surface(size, solved.reshape(*net, 2))


def fit_robustly(
    size: tuple[float, float],
    points: Points,
    shifts: Points,
    weights: Points,
    stiffness: float,
    tolerance: float,
    rounds: int = 6,
) -> tuple[Surface, Points]:
    """Fit a surface to measurements of which many may be wrong (Geman and McClure's weights, loosened at first).

    Args:
        size: Width and height of the sheet, mm.
        points: Where displacements were measured, mm (n, 2).
        shifts: The displacements, mm (n, 2).
        weights: Of the measurements (n,).
        stiffness: As of `fit_surface`.
        tolerance: How far off, mm, a right measurement may lie.
        rounds: How often it is fitted.

    Returns:
        The surface, and how far each measurement lies from it, mm (n,).

    """
    trust: Points = np.ones(len(points))
    for step in range(rounds):
        surface = fit_surface(size, points, shifts, weights * trust, stiffness)
        misses = np.hypot(*(shifts - surface.at(points)).T)
        reach = tolerance * max(1.0, 4.0 * 0.5**step)
        trust = trust_of(misses / reach)
    return surface, misses


def trust_of(misses: Points) -> Points:
    """Return Geman and McClure's weights of measurements (n,) that miss by so many times what right ones may."""
    return np.asarray(1.0 / (1.0 + misses**2) ** 2)


def _basis(values: Points, meshes: int) -> NDArray[np.float64]:
    """Return cubic B-splines (n, meshes + 3) of values (n,) that lie from 0 to 1; beyond, they run on straight."""
    mesh, shares = _shares(values, np.array(meshes))
    basis = np.zeros((len(values), meshes + _DEGREE))
    np.put_along_axis(basis, mesh[:, None] + _STEPS, shares, axis=1)
    return basis


def _shares(values: Points, meshes: NDArray[np.intp]) -> tuple[NDArray[np.intp], Points]:
    """Return in which mesh each value (...) lies, and the shares (..., 4) of the four splines that reach into it."""
    inside = np.minimum(np.maximum(values, 0.0), 1.0) * meshes
    mesh = np.minimum(inside.astype(np.intp), meshes - 1)
    powers = _powers(np.ravel(inside - mesh))
    shares = powers @ _SPLINES
    beyond = (values * meshes - inside).ravel()
    if beyond.any():
        shares += beyond[:, None] * (powers @ _SLOPES)
    return mesh, shares.reshape(*values.shape, _DEGREE + 1)


def _powers(parts: Points) -> Points:
    """Return 1 and the first three powers (n, 4) of places within a mesh (n,)."""
    powers = np.ones((_DEGREE + 1, len(parts)))
    powers[1] = parts
    np.multiply(parts, parts, out=powers[2])
    np.multiply(powers[2], parts, out=powers[3])
    return powers.T


def _products(across: Points, down: Points) -> Points:
    """Return the products (n, a * d) of two bases (n, a) and (n, d)."""
    return (across[:, :, None] * down[:, None, :]).reshape(len(across), across.shape[1] * down.shape[1])


def _solved(design: Points, measured: Points, net: tuple[int, int], stiffness: float) -> Points:
    """Return the coefficients (c, 2) of least squares: `design` (n, c) times them is `measured` (n, 2), held smooth.

    With fewer measurements than coefficients as many equations do as there are measurements (Woodbury's identity).
    """
    if len(design) >= design.shape[1]:
        return np.asarray(np.linalg.solve(design.T @ design + _penalty(*net, stiffness), design.T @ measured))
    spread = _looseness(*net, stiffness) @ design.T
    return np.asarray(spread @ np.linalg.solve(design @ spread + np.eye(len(design)), measured))


@lru_cache(maxsize=8)
def _looseness(across: int, down: int, stiffness: float) -> NDArray[np.float64]:
    """Return the inverse of the penalty: how coefficients vary together before anything is measured."""
    return np.asarray(np.linalg.inv(_penalty(across, down, stiffness)))


@lru_cache(maxsize=8)
def _penalty(across: int, down: int, stiffness: float) -> NDArray[np.float64]:
    """Return what bends of a net of coefficients cost; without measurements a flat sheet is as good as any."""
    count = across * down
    return stiffness * _roughness(across, down) + _LEAST * (1.0 + stiffness) * np.eye(count)


@lru_cache(maxsize=8)
def _roughness(across: int, down: int) -> NDArray[np.float64]:
    """Return the sum of squared second differences of a net of coefficients, as a matrix."""
    along = np.kron(_difference(across, 2), np.eye(down))
    beside = np.kron(np.eye(across), _difference(down, 2))
    askew = np.kron(_difference(across, 1), _difference(down, 1))
    return np.asarray(along.T @ along + beside.T @ beside + 2.0 * askew.T @ askew, dtype=np.float64)


def _difference(count: int, order: int) -> NDArray[np.float64]:
    return np.asarray(np.diff(np.eye(count), n=order, axis=0))
