"""How hard a simulated picture is to read: the ranges that everything is drawn from."""

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["easy", "medium", "hard", "wild", "scan"]
LEVELS: tuple[str, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Ranges of one level. Ranges are (low, high), drawn evenly; single numbers are the most that occurs.

    Attributes:
        tilt: Of the camera, degrees either way.
        jitter: Of the turn, degrees.
        turns: Probabilities of 0, 90, 180 and 270 degrees.
        fill: Part of the tighter side of the picture that the sheet fills.
        distortion: Radial distortion at half the diagonal.
        bow: Height of the curl in mm.
        fold: Change of slope at folds, mm per mm.
        long_sides: Sizes of the picture that occur, long side in pixels.
        shadow: Depth of shadows, 0..1.
        uneven: Light lost from side to side, 0..1.
        cast: Colour cast, relative.
        blur: Defocus, sigma in pixels of a picture of 4000 px.
        motion: Motion blur, length in the same pixels.
        noise: Standard deviation of the sensor's noise, 0..1.
        quality: Of the JPEG.
        clutter: Things that lie around the sheet, at most.
        tape: Probability that tape holds the corners of the sheet.
        covered: Probability that the tape lies on the corner markers.
        waves: Height of short waves, as of paper that was wet, in mm.
        crossing: Hard shadows that cross the sheet, at most.
        processed: Whether it goes through apps and chats before it is uploaded (`processing`).

    """

    tilt: float
    jitter: float
    turns: tuple[float, float, float, float]
    fill: tuple[float, float]
    distortion: float
    bow: float
    fold: float
    long_sides: tuple[int, ...]
    shadow: float
    uneven: float
    cast: float
    blur: tuple[float, float]
    motion: float
    noise: tuple[float, float]
    quality: tuple[int, int]
    clutter: int
    tape: float
    covered: float = 0.0
    waves: float = 0.0
    crossing: int = 0
    processed: bool = False


EASY = Difficulty(
    tilt=6.0,
    jitter=2.0,
    turns=(0.94, 0.02, 0.02, 0.02),
    fill=(0.9, 0.98),
    distortion=0.004,
    bow=6.0,
    fold=0.01,
    long_sides=(3264, 4032),
    shadow=0.12,
    uneven=0.1,
    cast=0.03,
    blur=(0.3, 0.9),
    motion=0.0,
    noise=(0.002, 0.008),
    quality=(85, 95),
    clutter=0,
    tape=0.0,
)
MEDIUM = Difficulty(
    tilt=20.0,
    jitter=6.0,
    turns=(0.7, 0.12, 0.08, 0.1),
    fill=(0.86, 0.985),
    distortion=0.012,
    bow=24.0,
    fold=0.05,
    long_sides=(2016, 2560, 3264, 4000, 4032),
    shadow=0.4,
    uneven=0.3,
    cast=0.1,
    blur=(0.4, 1.8),
    motion=4.0,
    noise=(0.004, 0.018),
    quality=(60, 92),
    clutter=6,
    tape=0.3,
)
HARD = Difficulty(
    tilt=30.0,
    jitter=12.0,
    turns=(0.5, 0.2, 0.15, 0.15),
    fill=(0.65, 0.98),
    distortion=0.02,
    bow=45.0,
    fold=0.1,
    long_sides=(1280, 1600, 2016, 3264, 4032),
    shadow=0.6,
    uneven=0.5,
    cast=0.2,
    blur=(0.8, 4.0),
    motion=10.0,
    noise=(0.01, 0.04),
    quality=(35, 80),
    clutter=12,
    tape=0.4,
)


WILD = Difficulty(
    tilt=34.0,
    jitter=10.0,
    turns=(0.85, 0.05, 0.05, 0.05),
    fill=(0.78, 1.0),
    distortion=0.02,
    bow=50.0,
    fold=0.16,
    long_sides=(2016, 2560, 3264, 4032),
    shadow=0.6,
    uneven=0.6,
    cast=0.25,
    blur=(0.8, 5.0),
    motion=9.0,
    noise=(0.008, 0.04),
    quality=(40, 88),
    clutter=10,
    tape=0.5,
    covered=0.35,
    waves=9.0,
    crossing=3,
    processed=True,
)


def difficulty(level: str) -> Difficulty:
    """Return the ranges of a level of photographs: "easy", "medium", "hard" or "wild".

    Raises:
        KeyError: There is no such level, or it is "scan", which has no camera.

    """
    return {"easy": EASY, "medium": MEDIUM, "hard": HARD, "wild": WILD}[level]
