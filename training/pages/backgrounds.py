"""What the sheet lies on or hangs at: walls, wood, tiles, cloth, and the things around it."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

MARGIN = 700.0  # mm of surface around the sheet
SCALE = 0.8  # pixels per mm of the surface: it is out of focus anyway


def draw_surface(sheet: tuple[float, float], clutter: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the plane behind the sheet, with things around it and the shadow of the sheet.

    Args:
        sheet: Width and height of the sheet in mm; its upper left corner lies `MARGIN` mm from both edges.
        clutter: Most things that lie around.
        rng: The only source of chance.

    Returns:
        Reflectance times 255, (height, width, 3) BGR, `SCALE` pixels per mm.

    """
    size = (round((sheet[1] + 2 * MARGIN) * SCALE), round((sheet[0] + 2 * MARGIN) * SCALE))
    makers: tuple[Callable[[tuple[int, int], np.random.Generator], Picture], ...] = (
        _wall,
        _wood,
        _tiles,
        _cloth,
        _board,
    )
    painted = makers[rng.choice(len(makers), p=[0.38, 0.24, 0.16, 0.1, 0.12])](size, rng)
    surface = np.asarray(np.clip(painted * 255.0, 0, 255), dtype=np.uint8)  # only 8 bits are drawn on with smooth edges
    for _ in range(rng.integers(0, clutter + 1) if clutter else 0):
        _thing(surface, sheet, rng)
    _cast_shadow(surface, sheet, rng)
    return surface


def cloud(size: tuple[int, int], cells: float, rng: np.random.Generator, *, octaves: int = 4) -> Picture:
    """Return smooth noise (height, width) of mean 0 and deviation about 1, `cells` blobs along the longer side."""
    total = np.zeros(size, dtype=np.float32)
    weight = 1.0
    for octave in range(octaves):
        step = max(size) / (cells * 2**octave)
        small = (max(2, int(size[1] / step) + 2), max(2, int(size[0] / step) + 2))
        noise = rng.standard_normal(small[::-1], dtype=np.float32)
        total += np.float32(weight) * cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC)
        weight *= 0.6
    return total


def _coloured(grey: Picture, colour: NDArray[np.floating] | tuple[float, float, float]) -> Picture:
    """Return grey (height, width) in a colour (blue, green, red)."""
    return np.asarray(grey[..., None] * np.asarray(colour, dtype=np.float32), dtype=np.float32)


def _wall(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A painted wall: pale, spotted, with the grain of the plaster."""
    paints = ((0.82, 0.88, 0.9), (0.72, 0.85, 0.78), (0.85, 0.8, 0.68), (0.6, 0.75, 0.85), (0.75, 0.75, 0.75))
    tint = np.array(paints[rng.integers(len(paints))]) * rng.uniform(0.65, 1.05)
    grey = 1.0 + 0.03 * cloud(size, 6, rng) + 0.02 * rng.standard_normal(size, dtype=np.float32)
    return _coloured(grey, tint)


def _wood(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A wooden table: rings stretched along the boards, joints between them."""
    tints = ((0.16, 0.3, 0.48), (0.3, 0.5, 0.68), (0.1, 0.17, 0.28), (0.22, 0.4, 0.62))
    tint = tints[rng.integers(len(tints))]
    stretched = cloud((size[0], max(size[1] // 12, 8)), 14, rng, octaves=5)
    grain = cv2.resize(stretched, size[::-1], interpolation=cv2.INTER_CUBIC)
    grey = 1.0 + 0.10 * np.sin(2.5 * grain) + 0.06 * grain
    board = int(rng.uniform(90, 260) * SCALE)
    for y in range(int(rng.integers(board)), size[0], board):
        grey[y : y + board] *= rng.uniform(0.85, 1.1)
        grey[y : y + 2] *= 0.45
    picture = _coloured(grey.astype(np.float32), tint)
    return np.ascontiguousarray(picture if rng.random() < 0.5 else cv2.resize(np.rot90(picture), size[::-1]))


def _tiles(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A tiled floor: pale squares with joints."""
    tint = np.array([0.82, 0.86, 0.88]) * rng.uniform(0.6, 1.0) * rng.uniform(0.92, 1.05, 3)
    side = int(rng.choice([300, 400, 600]) * SCALE)
    grey = 1.0 + 0.03 * cloud(size, 20, rng)
    joint = rng.uniform(0.4, 0.8)
    for y in range(int(rng.integers(side)), size[0], side):
        grey[y : y + 3] *= joint
    for x in range(int(rng.integers(side)), size[1], side):
        grey[:, x : x + 3] *= joint
    return _coloured(grey, tint)


def _cloth(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A table cloth: a strong colour with woven lines and soft creases."""
    tint = rng.uniform(0.1, 0.8, 3)
    weave = 0.05 * np.sin(np.arange(size[1]) * rng.uniform(0.7, 1.4))[None, :]
    grey = 1.0 + 0.12 * cloud(size, 5, rng, octaves=2) + weave
    return _coloured(grey.astype(np.float32), tint)


def _board(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A plywood board or a sheet of plastic foam on an easel, darker room around it."""
    tint = np.array(((0.55, 0.7, 0.8), (0.85, 0.85, 0.85), (0.3, 0.3, 0.3))[rng.integers(3)])
    picture = _coloured(1.0 + 0.05 * cloud(size, 4, rng), tint)
    edge = int((MARGIN - rng.uniform(60, 350)) * SCALE)
    room = _coloured(0.4 + 0.15 * cloud(size, 5, rng, octaves=3), rng.uniform(0.4, 1.0, 3))
    picture[:, :edge] = room[:, :edge]
    picture[:, size[1] - edge :] = room[:, size[1] - edge :]
    return picture


def _thing(surface: NDArray[np.uint8], sheet: tuple[float, float], rng: np.random.Generator) -> None:
    """Lay a thing beside the sheet: a paper, a phone, a pen, a cup, or the edge of another form."""
    angle = rng.uniform(0, 2 * np.pi)
    reach = np.array(sheet) * rng.uniform(0.55, 0.85)
    centre = (MARGIN + np.array(sheet) / 2 + reach * (np.cos(angle), np.sin(angle))) * SCALE
    kind = rng.choice(["paper", "form", "phone", "pen", "cup"], p=[0.3, 0.25, 0.15, 0.2, 0.1])
    sizes = {"paper": (210, 297), "form": (600, 900), "phone": (75, 160), "pen": (9, 140), "cup": (80, 80)}
    size = np.array(sizes[str(kind)]) * SCALE * rng.uniform(0.9, 1.1)
    turn = float(rng.uniform(-180, 180)) if kind != "form" else float(rng.normal(0, 5))
    colour = rng.uniform(0.02, 0.3, 3) if kind in ("phone", "pen") else rng.uniform(0.75, 0.95) * np.ones(3)
    at = (float(centre[0]), float(centre[1]))
    shape = cv2.boxPoints((at, (float(size[0]), float(size[1])), turn))
    if kind == "cup":
        cv2.circle(
            surface,
            (int(at[0]), int(at[1])),
            int(size[0] / 2),
            tuple(255.0 * rng.uniform(0.2, 0.9, 3)),
            -1,
            cv2.LINE_AA,
        )
        return
    cv2.fillConvexPoly(surface, (shape * 16).astype(np.int32), tuple(255.0 * colour), cv2.LINE_AA, 4)
    if kind in ("paper", "form"):
        _print_lines(surface, np.asarray(shape, dtype=np.float32), rng)


def _print_lines(surface: NDArray[np.uint8], shape: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Print rows of text on a loose paper with these corners."""
    for t in np.linspace(0.08, 0.92, int(rng.integers(6, 22))):
        end = rng.uniform(0.5, 0.92)
        left, right = shape[0] + t * (shape[1] - shape[0]), shape[3] + t * (shape[2] - shape[3])
        a, b = left + 0.08 * (right - left), left + end * (right - left)
        ends = [(round(float(p[0])), round(float(p[1]))) for p in (a, b)]
        cv2.line(surface, ends[0], ends[1], (90.0, 90.0, 90.0), 1, cv2.LINE_AA)


def _cast_shadow(surface: NDArray[np.uint8], sheet: tuple[float, float], rng: np.random.Generator) -> None:
    """Darken the surface beside the sheet, on the side away from the light."""
    x0, y0 = (MARGIN + rng.normal(0, 3, 2)) * SCALE
    mask = np.zeros(surface.shape[:2], dtype=np.uint8)
    corners = (round(x0), round(y0)), (round(x0 + sheet[0] * SCALE), round(y0 + sheet[1] * SCALE))
    cv2.rectangle(mask, corners[0], corners[1], (255,), -1)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1.5, 5.0))
    factor = 1.0 - np.float32(rng.uniform(0.2, 0.6) / 255.0) * soft.astype(np.float32)
    np.multiply(surface, factor[..., None], out=surface, casting="unsafe")
