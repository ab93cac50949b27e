"""Simulated places of numbers in words: drawn, lit, and cut to strips as the reader cuts them.

What is drawn is a place as the sheet has it, with its printed edge and what neighbours let hang into it; what comes out
has gone through the same steps as a photographed one.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.area import find_pen
from pipeline.recognition.words.lexicon import LETTERS, lexicon, spelt
from pipeline.recognition.words.lines import to_strip
from pipeline.recognition.words.scoring import OTHER
from pipeline.registration.geometry import Grey
from training.handwriting import Hand, Stroke, draw_strokes
from training.handwriting.curves import spline
from training.handwriting.letterforms import Script, write_letters

_STRANGE = ("SUARA", "TIDAK ADA", "NIHIL", "ORANG", "SAH", "TPS", "LEMBAR", "JUMLAH", "SALAH", "BATAL")


_SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.0, 0.5), (1.0, 0.5)),
    ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)),
    ((0.0, 1.0), (1.0, 0.0)),
    ((0.0, 0.3), (0.3, 0.8), (0.4, 0.1), (0.7, 0.9), (0.8, 0.2), (1.0, 0.6)),
)
"""A dash, a Z, a stroke and a scribble, in the unit cell."""


@dataclass(frozen=True, slots=True)
class Line:
    """A strip and what is written on it.

    Attributes:
        strip: Ink (32, width), float32, 0 to 1.
        text: Letters without spaces; `OTHER` for each mark that is none.

    """

    strip: NDArray[np.float32]
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place to write in, px: its size with margin, the margin, px per mm, the letters' height."""

    width: int
    height: int
    margin: int
    density: float
    letter: float


def simulate_line(rng: np.random.Generator) -> Line:
    """Draw one place with a number in words, or with something else, or with nothing."""
    words = _words(rng)
    hand, script = Hand.sample(rng), Script.sample(rng)
    hand = replace(hand, slant=float(np.clip(rng.normal(0.08, 0.14), -0.3, 0.5)))
    place, rows = _laid_out(words, rng)
    canvas = np.ones((place.height, place.width, 3), np.float32)
    _printed(canvas, place, rng)
    _written(canvas, rows, place, hand, script, rng)
    text = "".join(words)
    if rng.random() < 0.06:
        text += _struck(canvas, place, hand, rng, empty=not text)
    if rng.random() < 0.25:
        _neighbours(canvas, place, hand, script, rng)
    strip = to_strip(find_pen(_photographed(canvas, place, rng), place.density, place.margin))
    return Line(strip, text if strip.shape[1] else "")


def _words(rng: np.random.Generator) -> list[str]:
    """Return the words of a place, as spelt."""
    kind = rng.random()
    if kind < 0.035:
        return []
    if kind < 0.07:
        return [str(rng.choice(_STRANGE)).replace(" ", "")]
    if kind < 0.10:
        return ["".join(rng.choice(list(LETTERS), rng.integers(2, 10)))]
    number = int(rng.integers(0, 1000) if rng.random() < 0.6 else rng.integers(0, 100))
    words = spelt(number).split()
    if kind < 0.25:
        zero = "KOSONG" if rng.random() < 0.5 else "NOL"
        signs = str(number).zfill(int(rng.integers(1, 4)))
        words = [zero if sign == "0" else spelt(int(sign)) for sign in signs]
    elif kind < 0.29:
        words = [str(rng.choice(["NOL", "KOSONG", "NIHIL"]))]
    elif kind < 0.33:
        words = list(_of_lexicon(rng))
    return [_slip(word, rng) if rng.random() < 0.04 else word for word in words]


def _of_lexicon(rng: np.random.Generator) -> tuple[str, ...]:
    """Return some spelling of the grammar, rare ones as often as usual ones."""
    parts = lexicon(4).heads if rng.random() < 0.3 else lexicon(4).tails
    part = parts[rng.integers(len(parts))]
    spelling = part.spellings[rng.integers(len(part.spellings))]
    return (spelling.letters,) if spelling.letters else ("NOL",)


def _slip(word: str, rng: np.random.Generator) -> str:
    """Return a word with one letter left out, doubled or exchanged."""
    at = int(rng.integers(len(word)))
    other = str(rng.choice(list("AEIOU" if word[at] in "AEIOU" else LETTERS)))
    return word[:at] + ("", word[at] * 2, other)[int(rng.integers(3))] + word[at + 1 :]


def _laid_out(words: list[str], rng: np.random.Generator) -> tuple[Place, list[str]]:
    """Return a place of a usual shape, and the words by its rows."""
    kind = rng.choice(3, p=[0.45, 0.4, 0.15])
    if kind == 0:  # the narrow column of a wall sheet
        density = rng.uniform(1.7, 3.0)
        width, height, letter = 62.0, rng.uniform(35, 115), rng.uniform(5.0, 12.0)
    elif kind == 1:  # a wide line of it
        density = rng.uniform(1.5, 3.0)
        width, height, letter = rng.uniform(230, 345), rng.uniform(18, 60), rng.uniform(5.0, 14.0)
    else:  # a line of an A4 sheet
        density = rng.uniform(3.5, 6.0)
        width, height, letter = rng.uniform(105, 170), rng.uniform(7, 9), rng.uniform(2.6, 4.6)
    rows: list[str] = []
    room = width / (letter * 0.8)  # letters to a row
    for word in words:
        joins = rows and len(rows[-1]) + 1 + len(word) <= room and (kind != 0 or rng.random() < 0.35)
        if kind == 2 or (rows and joins) or (rows and height < (len(rows) + 1) * 1.5 * letter):
            rows[-1:] = [f"{rows[-1]} {word}" if rows else word]
        else:
            rows.append(word)
    letter = min(letter, height / (1.4 * max(len(rows), 1)))
    margin = round(density * float(np.clip(0.1 * height, 1.0, 5.0)))
    return Place(
        round(width * density) + 2 * margin, round(height * density) + 2 * margin, margin, density, letter * density
    ), rows


def _written(
    canvas: NDArray[np.float32],
    rows: list[str],
    place: Place,
    hand: Hand,
    script: Script,
    rng: np.random.Generator,
) -> None:
    """Write the rows, level or slanting, from somewhere near the top left."""
    pen = place.letter * float(np.clip(rng.lognormal(np.log(0.11), 0.35), 0.05, 0.24))
    hand = replace(hand, pen_mm=pen / place.density, darkness=rng.uniform(0.6, 0.97))
    units = [strokes for row in rows if (strokes := write_letters(row, hand, script, rng))]
    for strokes in set_in(units, place, rng):
        draw_strokes(canvas, strokes, hand, place.density, rng)


def set_in(units: list[list[Stroke]], place: Place, rng: np.random.Generator) -> list[list[Stroke]]:
    """Set written rows into their place: whoever fills a form in squeezes and levels his words so that they stay there.

    Args:
        units: By row, the strokes in units of a letter's height.
        place: The place.
        rng: Source of randomness.

    Returns:
        By row, the strokes in px of the canvas; every row stays on it, save a third of a letter below it.

    """
    if not units:
        return []
    left = place.margin + rng.uniform(0.0, 0.12) * place.width
    starts = [max(left + rng.normal(0.0, 0.02) * place.width, 1.0) for _ in units]
    longest = [max(float(stroke[:, 0].max()) for stroke in strokes) for strokes in units]
    room = [place.width - 0.3 * place.margin - start for start in starts]
    fits = min(1.0, *(free / (0.45 * long * place.letter) for free, long in zip(room, longest, strict=True)))
    size = place.letter * fits * rng.uniform(0.92, 1.08, len(units))
    wide = [min(place.letter * fits, free / long) for free, long in zip(room, longest, strict=True)]
    pitch = place.letter * fits * rng.uniform(1.3, 1.9, len(units))
    pitch *= min(1.0, (place.height - 2 * place.margin) / pitch.sum())
    tops = np.concatenate([[0.0], np.cumsum(pitch[:-1])])
    most = max(w * long for w, long in zip(wide, longest, strict=True))  # px, of the longest row
    free = max(place.height - 0.6 * place.margin - tops[-1] - 1.2 * float(size.max()), 0.0)
    slope = float(np.clip(rng.normal(-0.03, 0.07) if rng.random() < 0.9 else rng.normal(-0.25, 0.1), -0.45, 0.25))
    slope = float(np.clip(slope, -free / most, free / most))
    falls = slope * most
    top = 0.3 * place.margin + max(-falls, 0.0) + rng.uniform(0.0, 1.0) * (free - abs(falls))
    own = slope + rng.normal(0.0, 0.012, len(units)) * min(1.0, free / (0.03 * most))
    return [
        [_sloped(stroke * (w, h), turn) + np.array([start, top + y]) for stroke in strokes]
        for strokes, w, h, turn, start, y in zip(units, wide, size, own, starts, tops, strict=True)
    ]


def _sloped(stroke: Stroke, slope: float) -> Stroke:
    return np.column_stack([stroke[:, 0], stroke[:, 1] + slope * stroke[:, 0]])


def _struck(canvas: NDArray[np.float32], place: Place, hand: Hand, rng: np.random.Generator, *, empty: bool) -> str:
    """Draw a dash, a Z, a cross or a scribble into an empty place; return its text. Nothing into one that is not."""
    if not empty:
        return ""
    size = place.letter * rng.uniform(0.8, 3.0)
    shape = _SHAPES[int(rng.integers(len(_SHAPES)))]
    points = np.array(shape, np.float64) * np.array([size * rng.uniform(1, 3), size]) + rng.normal(
        0, 0.06 * size, (len(shape), 2)
    )
    at = rng.uniform(0.1, 0.5, 2) * (place.width, place.height)
    draw_strokes(canvas, [spline(points) + at], hand, place.density, rng)
    return OTHER


def _printed(canvas: NDArray[np.float32], place: Place, rng: np.random.Generator) -> None:
    """Draw printed lines along the edge of the place, as far off as a registration may be."""
    thick = max(1, round(place.density * rng.uniform(0.3, 0.9)))
    grey = rng.uniform(0.05, 0.5)
    edges = (place.margin, place.width - place.margin), (place.margin, place.height - place.margin)
    for axis, pair in enumerate(edges):
        for edge in pair:
            if rng.random() < 0.6:
                at = round(edge + rng.normal(0.0, 0.35 * place.margin))
                ends = ((at, 0), (at, place.height)) if axis == 0 else ((0, at), (place.width, at))
                cv2.line(canvas, ends[0], ends[1], (grey, grey, grey), thick, cv2.LINE_AA)


def _neighbours(
    canvas: NDArray[np.float32], place: Place, hand: Hand, script: Script, rng: np.random.Generator
) -> None:
    """Let strokes of a number above, or a cell beside, hang into the margin."""
    for _ in range(int(rng.integers(1, 4))):
        x = rng.uniform(0, place.width)
        y = rng.choice([-0.6, 1.0]) * place.letter + (place.height if rng.random() < 0.5 else 0.0)
        strokes = write_letters(str(rng.choice(list(LETTERS))), hand, script, rng)
        draw_strokes(canvas, [stroke * place.letter + (x, y) for stroke in strokes], hand, place.density, rng)


def _moire(place: Place, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the stripes (h, w) of a screen that was photographed, about 1."""
    y, x = np.mgrid[: place.height, : place.width].astype(np.float32)
    stripes = np.ones((place.height, place.width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        angle, period = rng.uniform(0, np.pi), rng.uniform(2.2, 9.0)
        stripes += rng.uniform(0.02, 0.12) * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    return stripes


def _photographed(canvas: NDArray[np.float32], place: Place, rng: np.random.Generator) -> Grey:
    """Return the place as a camera or scanner sees it, uint8 (h, w)."""
    grey: NDArray[np.float32] = canvas @ np.array([0.114, 0.587, 0.299], np.float32)
    blur = rng.uniform(0.2, 1.1) if rng.random() < 0.85 else rng.uniform(1.1, 2.0)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    low = rng.uniform(0.0, 0.35)
    grey = low + (1.0 - low) * grey
    across = np.linspace(-0.5, 0.5, place.width, dtype=np.float32) * rng.normal(0.0, 0.15)
    down = np.linspace(-0.5, 0.5, place.height, dtype=np.float32)[:, None] * rng.normal(0.0, 0.15)
    grey = grey * (1.0 + across + down) * rng.uniform(0.45, 1.0)
    if rng.random() < 0.08:
        grey = grey * _moire(place, rng)
    grain = rng.standard_normal(grey.shape, np.float32)
    if rng.random() < 0.5:
        grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.8) * 2.0, np.float32)
    grey = grey + grain * rng.uniform(0.0, 0.03)
    picture: Grey = np.clip(grey * 255.0, 0, 255).astype(np.uint8)
    if rng.random() < 0.1:  # a scan in black and white
        level = float(np.percentile(picture, 95)) * rng.uniform(0.6, 0.85)
        return np.asarray(np.where(picture > level, 255, 0), np.uint8)
    if rng.random() < 0.7:
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture
