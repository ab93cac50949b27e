"""Practice pages: every mark that a witness reader must know, often, where real pages have it once in a hundred.

A practice page is simulated as any other, but its numbers say nothing: cells, bubbles and row sums are drawn each for
itself, and stray marks, smudges and correction fluid are added.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import FormTemplate, NumberField
from pipeline.forms.template import TallyGrid
from training.handwriting import BubbleStyle, Hand, TallyStyle, draw_strokes
from training.pages.fill import Pens
from training.pages.scenario import Officer, Scenario, Written, draw_scenario, tally_cells

Canvas = NDArray[np.float32]
_STYLES: tuple[BubbleStyle, ...] = ("filled", "half", "tick", "cross", "light", "dot")


def practice_scenario(form: FormTemplate, rng: np.random.Generator) -> Scenario:
    """Draw a page of practice for every number with bubbles or a tally; the other numbers as always."""
    scenario = draw_scenario(form, rng)
    officer = replace(scenario.officer, bundles=2 if rng.random() < 0.25 else 1)
    numbers = dict(scenario.numbers)
    for page in form.pages:
        for field in page.numbers:
            if field.tally or field.bubbles:
                numbers[field.name] = _practice(field, numbers[field.name], officer, rng)
    return replace(scenario, officer=officer, numbers=numbers)


def practice_pens(rng: np.random.Generator) -> Pens:
    """Draw writers with every way of marking a bubble or a bundle, and with pale pens."""
    pens = Pens.sample(rng)
    marks = pens.marks
    if rng.random() < 0.25:
        marks = replace(marks, darkness=float(rng.uniform(0.4, 0.8)))
    style = _STYLES[rng.choice(len(_STYLES), p=[0.4, 0.15, 0.12, 0.12, 0.12, 0.09])]
    return replace(pens, marks=marks, bubble=style, tally=TallyStyle.sample(rng, practice=True))


def stray_marks(canvas: Canvas, fields: list[NumberField], pixels_per_mm: float, rng: np.random.Generator) -> None:
    """Add dots, short strokes, smudges and correction fluid around bubbles and tallies, in place.

    Strokes keep off the middle of bubbles and out of tallies, where they would count.
    """
    hand = Hand.sample(rng)
    for field in fields:
        for _ in range(int(rng.poisson(2.5))):
            _smudge(canvas, _somewhere(field, rng), pixels_per_mm, rng)
        for _ in range(int(rng.poisson(2.0))):
            _stroke(canvas, field, hand, pixels_per_mm, rng)


def _practice(field: NumberField, written: Written, officer: Officer, rng: np.random.Generator) -> Written:
    """Draw marks for one number, each for itself."""
    if field.bubbles:
        signs = [_column(rng) for _ in range(field.bubbles.count)]
        text = "".join("?" if len(sign) > 1 else sign or "_" for sign in signs)
        written = replace(written, bubbles=text, doubled=tuple(sign for sign in signs if len(sign) > 1))
    if field.tally:
        cells = _cells(field.tally, officer.bundles, rng)
        written = replace(written, cells=cells, row_tally=tuple(sum(row) for row in cells), row_totals=())
        if field.row_sums and rng.random() < 0.9:
            most, count = field.row_sums.digits, field.row_sums.count
            totals = (str(int(rng.integers(0, 10 ** int(rng.integers(1, most + 1))))) for _ in cells)
            written = replace(written, row_totals=tuple(n.rjust(count, officer.row_leading) for n in totals))
    return written


def _column(rng: np.random.Generator) -> str:
    """Return the digits marked in one column: usually one, at times none or two."""
    count = int(rng.choice([0, 1, 2], p=[0.1, 0.82, 0.08]))
    return "".join(str(digit) for digit in sorted(rng.choice(10, count, replace=False)))


def _cells(tally: TallyGrid, bundles: int, rng: np.random.Generator) -> tuple[tuple[int, ...], ...]:
    """Return strokes for every cell of the used rows: as officers fill them but with more slips, or each for itself."""
    full = tally.strokes * bundles
    if rng.random() < 0.7:
        most = full * tally.columns * tally.rows
        return _slipped(tally_cells(int(rng.integers(0, min(most, 300) + 1)), tally, bundles), full, rng)
    rows = int(rng.integers(0, tally.rows + 1))
    if rows == 0:
        return ()
    counts = rng.integers(0, full + 1, (rows, tally.columns))
    counts[rng.random(counts.shape) < 0.1] = full
    counts[-1, int(rng.integers(1, tally.columns + 1)) :] = 0
    if not counts[-1].any():
        counts[-1, 0] = 1
    return tuple(tuple(int(n) for n in row) for row in counts)


def _slipped(cells: tuple[tuple[int, ...], ...], full: int, rng: np.random.Generator) -> tuple[tuple[int, ...], ...]:
    """Let up to half of the full cells hold another count, mostly one stroke less.

    What surrounds a cell shows how this officer draws a full one, so full ones stay the rule.
    """
    slips = float(rng.uniform(0.0, 0.5))

    def count(kept: int) -> int:
        if kept < full or rng.random() >= slips:
            return kept
        return full - 1 if rng.random() < 0.5 else int(rng.integers(1, full + 1))

    return tuple(tuple(count(kept) for kept in row) for row in cells)


def _somewhere(field: NumberField, rng: np.random.Generator) -> tuple[float, float]:
    """Return a point (x, y) in mm on the bubbles or the tally of a number."""
    bubbles, tally = field.bubbles, field.tally
    if bubbles and (not tally or rng.random() < 0.5):
        width, height = (bubbles.count - 1) * bubbles.pitch_x + 12.0, 9 * bubbles.pitch_y + 10.0
        return bubbles.x - 6.0 + rng.random() * width, bubbles.y - 5.0 + rng.random() * height
    assert tally is not None
    width, height = tally.columns * tally.cell_width, tally.rows * tally.cell_height
    return tally.x + rng.random() * width, tally.y + rng.random() * height


def _smudge(canvas: Canvas, at: tuple[float, float], scale: float, rng: np.random.Generator) -> None:
    """Darken a soft patch of 2 to 15 mm by up to a quarter; one in four times, pale it with correction fluid."""
    size = rng.uniform(2.0, 15.0, 2) * scale
    x0, y0 = (int(v * scale - s / 2) for v, s in zip(at, size, strict=True))
    part = canvas[max(y0, 0) : max(y0 + int(size[1]), 0), max(x0, 0) : max(x0 + int(size[0]), 0)]
    if part.size == 0:
        return
    height, width = part.shape[:2]
    if rng.random() < 0.25:
        # Fluid is whiter than the paper, and only a little print is left to see under it.
        part += (1.0 - part) * np.float32(rng.uniform(0.1, 0.3))
        return
    blob = np.zeros((height, width), np.float32)
    blob[height // 4 : -(-3 * height // 4), width // 4 : -(-3 * width // 4)] = rng.uniform(0.05, 0.25)
    soft = cv2.GaussianBlur(blob, (0, 0), max(0.5, 0.12 * min(height, width)))
    part *= np.float32(1.0) - np.asarray(soft)[..., None]


def _stroke(canvas: Canvas, field: NumberField, hand: Hand, scale: float, rng: np.random.Generator) -> None:
    """Draw a dot anywhere, or a short stroke where it counts for nothing."""
    start = np.array(_somewhere(field, rng))
    length = float(rng.uniform(0.2, 0.8) if rng.random() < 0.5 else rng.uniform(2.0, 9.0))
    angle = rng.uniform(0.0, np.pi)
    line = np.stack([start, start + length * np.array([np.cos(angle), np.sin(angle)])])
    if length > 1.0 and _counts(field, line):
        return
    pen = replace(hand, pen_mm=min(hand.pen_mm, 0.9))
    draw_strokes(canvas, [line * scale], pen, scale, rng)


def _counts(field: NumberField, line: NDArray[np.float64]) -> bool:
    """Whether a stroke would pass for a tally stroke or for the mark of a bubble."""
    points = line[0] + np.linspace(0.0, 1.0, 20)[:, None] * (line[1] - line[0])
    if field.tally:
        tally = field.tally
        inside = (points - (tally.x, tally.y)) / (
            tally.columns * tally.cell_width,
            tally.rows * tally.cell_height,
        )
        if ((inside > 0) & (inside < 1)).all(axis=1).any():
            return True
    if field.bubbles is None:
        return False
    steps = (points - (field.bubbles.x, field.bubbles.y)) / (field.bubbles.pitch_x, field.bubbles.pitch_y)
    away = (steps - np.round(steps)) * (field.bubbles.pitch_x, field.bubbles.pitch_y)
    return bool((np.hypot(*away.T) < 0.45 * field.bubbles.diameter).any())
