"""Where a sheet may lie, as one way of looking at a picture says."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from pipeline.forms import TaggedPage
from pipeline.reasons import Reason
from pipeline.registration.geometry import Matrix, Points
from pipeline.registration.lines.fitting import Fit


class Reach(Enum):
    """How far the numbers may lie from where a proposal puts them."""

    NEAR = "near"
    """Less than a box: lines or print next to them were laid on the picture."""
    FAR = "far"
    """About half a box: the far corners of the sheet are known."""
    ROUGH = "rough"
    """A hand's breadth: one end of the sheet is known, the other is a guess."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Printed points that were found.

    Attributes:
        points: On the sheet, mm (n, 2).
        shifts: How far they lie from where the proposal's matrix puts them, mm on the sheet (n, 2).
        weights: How much they count against a number's frame (n,).

    """

    points: Points
    shifts: Points
    weights: Points

    @staticmethod
    def exact(points: Points) -> "Landmarks":
        """Return points, mm (n, 2), through which a matrix goes."""
        return Landmarks(points, np.zeros_like(points), np.ones(len(points)))

    def joined(self, other: "Landmarks") -> "Landmarks":
        """Return these landmarks and others, found under the same matrix."""
        return Landmarks(
            np.vstack([self.points, other.points]),
            np.vstack([self.shifts, other.shifts]),
            np.concatenate([self.weights, other.weights]),
        )


NONE = Landmarks.exact(np.zeros((0, 2)))
"""No landmarks at all."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A page, and a first map of it.

    Attributes:
        candidates: The page, or the same page of several variants of one form.
        matrix: Homography (3, 3) from sheet mm to picture px.
        method: `tag`, `lines`, `print` or `corners`.
        reach: How far off it may be.
        landmarks: What the matrix rests on.
        tag: Whether it is known which page it is: its own tag was read, or a person says so.
        mirrored: Whether the picture shows the sheet mirrored.
        advice: What an uploader could do better.
        lines: How its ruled lines lie on those of the picture; None where none were looked at.
        matched: Share of the print within the picture that was found where it should be; None where none was.

    """

    candidates: tuple[TaggedPage, ...]
    matrix: Matrix
    method: str
    reach: Reach
    landmarks: Landmarks
    tag: bool = False
    mirrored: bool = False
    advice: tuple[Reason, ...] = field(default=())
    lines: Fit | None = None
    matched: float | None = None
