"""Pictures of what the stages of the geometry saw: the photograph in grey, what was found in colour."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import PLACED
from pipeline.registration.alignment import Alignment
from pipeline.registration.geometry import Grey, Points, corners, project
from pipeline.registration.lines.vanishing import Ruling
from pipeline.registration.prints.agreement import Agreement
from pipeline.registration.proposal import Proposal
from pipeline.registration.sheet import SheetMap
from pipeline.registration.tags.detection import FoundTag
from pipeline.registration.verification import Verified

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

LONG_SIDE = 1600
"""Long side of the pictures, px, at most."""

RED, GREEN, BLUE, AMBER = (40, 40, 220), (60, 160, 20), (210, 120, 30), (0, 150, 230)
_STEPS = 24


class Canvas:
    """A grey picture that is drawn on in its own pixels, shrunk where it is large.

    Args:
        grey: uint8 (height, width).

    """

    def __init__(self, grey: Grey) -> None:
        self._scale = min(1.0, LONG_SIDE / max(grey.shape))
        small = cv2.resize(grey, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        self.picture = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    def path(self, points: Points, colour: Colour, *, closed: bool = False, width: int = 2) -> None:
        """Draw a line through points, px (n, 2)."""
        cv2.polylines(self.picture, [self._at(points)], closed, colour, width, cv2.LINE_AA, 4)

    def dots(self, points: Points, colour: Colour, radius: int = 3) -> None:
        """Draw dots at points, px (n, 2)."""
        for x, y in self._at(points):
            cv2.circle(self.picture, (int(x), int(y)), 16 * radius, colour, -1, cv2.LINE_AA, 4)

    def write(self, text: str, at: Points, colour: Colour) -> None:
        """Write a few letters at a point, px (2,)."""
        x, y = self._at(at[None])[0] // 16
        cv2.putText(
            self.picture, text, (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 3, cv2.LINE_AA
        )
        cv2.putText(self.picture, text, (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)

    def _at(self, points: Points) -> NDArray[np.int32]:
        return np.asarray(np.round((np.clip(points, -1e5, 1e5) + 0.5) * self._scale * 16 - 8), dtype=np.int32)


def draw_tags(grey: Grey, tags: Sequence[FoundTag]) -> Picture:
    """Draw the tags that were read, each with its id."""
    canvas = Canvas(grey)
    for tag in tags:
        known = tag.page.page.tag
        canvas.path(tag.corners, GREEN, closed=True)
        canvas.write(str(known.id) if known else "?", tag.corners[0], GREEN)
    return canvas.picture


def draw_ruling(grey: Grey, ruling: Ruling | None) -> Picture:
    """Draw the edges that follow the two directions of the ruling: level ones blue, upright ones red."""
    canvas = Canvas(grey)
    for side, colour in zip(ruling.sides if ruling else (), (BLUE, RED), strict=False):
        for start, end in zip(side.starts, side.ends, strict=True):
            canvas.path(np.stack([start, end]), colour)
    return canvas.picture


def draw_proposal(grey: Grey, proposal: Proposal) -> Picture:
    """Draw where a page is proposed to lie: its outline, and the printed points that led there."""
    canvas = Canvas(grey)
    canvas.path(SheetMap(proposal.matrix).outline(proposal.candidates[0].form.sheet), AMBER, closed=True)
    landmarks = proposal.landmarks
    canvas.dots(project(proposal.matrix, landmarks.points + landmarks.shifts), GREEN)
    return canvas.picture


def draw_verified(grey: Grey, verified: Verified) -> Picture:
    """Draw a page as it was laid: a net over the sheet, each number's boxes, and the witnesses of its print.

    Boxes are green where their place is sure, amber where it is not; witnesses green where the print is there.
    """
    canvas = Canvas(grey)
    alignment = verified.alignment
    for line in _net(alignment):
        canvas.path(line, BLUE if verified.found else RED, width=1)
    for field in alignment.target.page.numbers:
        sure = verified.places.get(field.name, 0.0) >= PLACED
        seen = alignment.refinement.sheet.to_picture(corners(field.boxes.bounds), field.name)
        canvas.path(seen, GREEN if sure else AMBER, closed=True)
    if verified.print is not None:
        _draw_witnesses(canvas, alignment, verified.print)
    canvas.write(f"{alignment.target.form.id} {alignment.target.page.number}", np.array([20.0, 40.0]), RED)
    canvas.write(f"{verified.probability:.4f}", np.array([20.0, 80.0]), RED)
    return canvas.picture


def _draw_witnesses(canvas: Canvas, alignment: Alignment, print_: Agreement) -> None:
    if not print_.count:
        return
    seen = alignment.refinement.sheet.to_picture(print_.points)
    canvas.dots(seen[print_.ranks >= 0.9], GREEN, 5)
    canvas.dots(seen[print_.ranks < 0.9], RED, 5)


def _net(alignment: Alignment) -> Iterable[Points]:
    """Yield the lines of a net over the sheet, px (n, 2) each."""
    sheet = alignment.target.form.sheet
    along = np.linspace(0.0, 1.0, _STEPS)
    for share in np.linspace(0.0, 1.0, 9):
        level = np.column_stack([along * sheet.width, np.full(_STEPS, share * sheet.height)])
        upright = np.column_stack([np.full(_STEPS, share * sheet.width), along * sheet.height])
        for line in (level, upright):
            yield alignment.refinement.sheet.to_picture(line)
