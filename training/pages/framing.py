"""How the phone is held: tilt, turn, distance and the cut of the picture."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training.pages.difficulty import Difficulty
from training.pages.geometry import Geometry
from training.pages.relief import Relief


def frame_sheet(relief: Relief, long_side: int, level: Difficulty, rng: np.random.Generator) -> Geometry:
    """Place the camera so that the whole sheet lies in a picture of ratio 3:4.

    Args:
        relief: The sheet.
        long_side: Of the picture, in pixels.
        level: How badly the phone is held.
        rng: The only source of chance.

    """
    width, height = relief.size
    turn = int(rng.choice([0, 90, 180, 270], p=level.turns))
    distance = rng.uniform(0.95, 1.6) * max(width, height)
    matrix, camera = _pinhole(relief, distance, np.deg2rad(turn + level.jitter * _within(rng)), level.tilt, rng)
    upright = (turn % 180 == 0) == (height >= width)
    short_side = round(long_side * 3 / 4)
    size = (short_side, long_side) if upright else (long_side, short_side)
    geometry = Geometry(matrix, camera, relief, size, rotation=turn)
    return _cut(geometry, level.distortion * _within(rng), rng.uniform(*level.fill), rng)


def _within(rng: np.random.Generator) -> float:
    """Return a number from -1 to 1, small ones more often."""
    return float(np.clip(rng.normal(0.0, 0.45), -1.0, 1.0))


def _pinhole(
    relief: Relief, distance: float, roll: float, tilt: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], tuple[float, float, float]]:
    """Return the homography of the plane z = 0 (focal length 1000 px), and where the camera stands."""
    pitch, yaw = np.deg2rad(tilt) * _within(rng), np.deg2rad(tilt) * _within(rng)
    aim = np.array([*(np.array(relief.size) * (0.5 + rng.normal(0.0, 0.04, 2))), 0.0])
    # Camera axes in the sheet's frame; z of the sheet points to the camera, z of the camera to the sheet.
    look = np.array([np.sin(yaw), np.sin(pitch) * np.cos(yaw), -np.cos(pitch) * np.cos(yaw)])
    right = np.cross([0.0, 1.0, 0.0], -look)
    right /= np.linalg.norm(right)
    down = np.cross(right, -look) * -1.0
    down = down if down[1] > 0 else -down
    c, s = np.cos(roll), np.sin(roll)
    rotation = np.stack([c * right - s * down, s * right + c * down, look])
    place = aim - distance * look
    matrix = np.diag([1000.0, 1000.0, 1.0]) @ np.column_stack([rotation[:, 0], rotation[:, 1], -rotation @ place])
    return matrix, (float(place[0]), float(place[1]), float(place[2]))


def _cut(geometry: Geometry, distortion: float, fill: float, rng: np.random.Generator) -> Geometry:
    """Zoom and shift so that the sheet fills `fill` of the tighter side and lies wholly in the picture."""
    size = np.array(geometry.size, dtype=np.float64)
    geometry = replace(geometry, distortion=0.0)
    for _ in range(2):  # the distortion depends on the place in the picture: fit once without it, once with it
        outline = geometry.outline(20)
        low, high = outline.min(axis=0), outline.max(axis=0)
        scale = fill * float((size / (high - low)).min())
        room = size - scale * (high - low)
        start = room * np.clip(rng.normal(0.5, 0.17, 2), 0.1, 0.9)
        zoom = np.array(
            [[scale, 0.0, start[0] - scale * low[0]], [0.0, scale, start[1] - scale * low[1]], [0.0, 0.0, 1.0]]
        )
        geometry = replace(geometry, homography=zoom @ geometry.homography, distortion=distortion)
    return geometry
