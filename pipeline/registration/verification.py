"""How sure it is that a page lies where its map says, and each of its numbers: calibrated probabilities.

Only what the map was not fitted to counts: the print at its witnesses, the rings and lines beside the numbers, and how
well the frames of the numbers, each found by itself, agree with each other. A few such quantities are weighed by
logistic regression, fitted on real and on simulated pages by `chasil train pages`; `docs/reference/forms.md` has its
curve.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.evidence import PLACED
from pipeline.forms import NumberField
from pipeline.registration.alignment import Alignment
from pipeline.registration.blocks import Block
from pipeline.registration.frames import unit_mm
from pipeline.registration.geometry import Points
from pipeline.registration.prints.agreement import NOTHING, Agreement

CALIBRATION_FILE = Path(__file__).with_name("verification.json")

CERTAIN = 0.99
"""Probability of a page from which nothing else is looked for."""

FOUND = 0.5
"""Probability of a page, and of any number on it, from which it is read: likelier than not. What is accepted hangs on
its numbers' places."""

MIRRORED_ODDS = 0.01
"""Odds of a mirrored picture before it is looked at: none of the 640 real ones is. Grids and rings look the same in a
mirror."""

NEAREST = 8
"""Witnesses whose ranks say whether the print around a number is in its place."""

PARTS = (2, 3)
"""Parts of a sheet, across and down, of which each must show its print: what another form has of its own is mostly in
one of them, a headline over a table that both have."""

FEWEST_OF_A_PART = 4
"""Witnesses without which nothing is said of a part."""

_SUPPORT = 0.12

Blocks = Mapping[str, Block]

NO_BLOCKS: Blocks = {}
"""None was asked."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A page laid onto a picture, and how sure that is.

    Attributes:
        alignment: The page and its map.
        print: How much of its print is where it should be; None where that was not asked, or it has no print.
        probability: That the page is this one and lies there.
        places: That the boxes of each number lie within a quarter of a box of where the map says, by number.

    """

    alignment: Alignment
    print: Agreement | None
    probability: float
    places: Mapping[str, float]

    @property
    def box_mm(self) -> float:
        """Side of the smallest box of the page, mm."""
        return 20.0 * unit_mm(self.alignment.target.page.numbers)

    @property
    def outline(self) -> Points:
        """Corners of the sheet in the picture, px (4, 2)."""
        return self.alignment.refinement.sheet.outline(self.alignment.target.form.sheet)

    @property
    def found(self) -> bool:
        """Whether it is likelier than not that the page lies there, and any number of it."""
        return self.probability >= FOUND and max(self.places.values(), default=0.0) >= FOUND

    @property
    def settled(self) -> bool:
        """Whether nothing about the page or any of its numbers in view is in doubt."""
        return self.probability >= CERTAIN and all(place >= PLACED for place in self.places.values())

    @property
    def plain(self) -> bool:
        """Whether besides every frame in view was found and agrees with the others: nothing of the sheet is folded."""
        return self.settled and self.alignment.refinement.complete

    @property
    def print_found(self) -> int:
        """How many printed features lie where its map puts them."""
        return len(self.alignment.proposal.landmarks.points)

    @property
    def rank(self) -> tuple[int, float]:
        """What alignments of one picture are compared by: whether it is a page at all, then what is sure of it."""
        return int(self.found), self.probability + sum(self.places.values())


def verify(alignment: Alignment, print_: Agreement | None, blocks: Blocks = NO_BLOCKS) -> Verified:
    """Return how sure an alignment is.

    Args:
        alignment: The page laid onto the picture.
        print_: How much of its print is where it should be; None where that was not asked, or it has no print.
        blocks: What was found of the rings and lines beside the numbers, by number; of those that were asked.

    """
    weights = calibration()
    numbers = {field.name: field for field in alignment.target.page.numbers}
    page = page_quantities(alignment, print_, blocks)
    places = {
        name: probability(weights["number"], number_quantities(alignment, print_, blocks, numbers[name], page))
        for name in alignment.refinement.frames
    }
    chance = probability(weights["page"], page)
    if alignment.proposal.tag:
        # A number in its place is on its page. Without a tag walls of tiles show what passes for a number in its place.
        chance = max(chance, *places.values(), 0.0)
    if alignment.proposal.mirrored:
        chance = _in_a_mirror(chance)
    # Nor is a number in its place on a page that is not there.
    return Verified(alignment, print_, chance, {name: min(place, chance) for name, place in places.items()})


def _in_a_mirror(chance: float) -> float:
    """Return how probable a mirrored page is that would be as probable as `chance` if it were not."""
    return MIRRORED_ODDS * chance / (MIRRORED_ODDS * chance + 1.0 - chance)


def page_quantities(alignment: Alignment, print_: Agreement | None, blocks: Blocks) -> dict[str, float]:
    """Return what a page is judged by, each about 0 to 1; what was not looked at is 0."""
    refinement, lines = alignment.refinement, alignment.proposal.lines
    frames = [refinement.frames[name].score for name in refinement.agreeing]
    searched = max(1, refinement.searched)
    tag, there = float(alignment.proposal.tag), len(frames) / searched
    return {
        "tag": tag,
        "frames": there,
        # A tag may be on a poster, and frames may look like others: together they are more than each by itself.
        "tag_and_frames": tag * there,
        "frames_seen": float(np.log1p(len(frames))) / 4,
        "frame_score": float(np.mean(frames)) if frames else 0.0,
        **_of_print(alignment, NOTHING if print_ is None else print_),
        "matched_asked": float(alignment.proposal.matched is not None),
        "matched": alignment.proposal.matched or 0.0,
        "lines_asked": float(lines is not None),
        "lines": lines.score if lines else 0.0,
        "lines_weaker": lines.weaker if lines else 0.0,
        "lines_visible": lines.visible if lines else 0.0,
        "blocks_asked": float(bool(blocks)),
        "blocks": float(np.mean([block.agreeing for block in blocks.values()])) if blocks else 0.0,
    }


def number_quantities(
    alignment: Alignment, print_: Agreement | None, blocks: Blocks, field: NumberField, page: Mapping[str, float]
) -> dict[str, float]:
    """Return what the place of a number is judged by, each about 0 to 1; `page` is what its page is judged by."""
    refinement = alignment.refinement
    frame, side = refinement.frames[field.name], min(field.boxes.width, field.boxes.height)
    agrees = field.name in refinement.agreeing
    others = (len(refinement.agreeing) - agrees) / max(1, refinement.searched - 1)
    block = blocks.get(field.name)
    return {
        "tag": page["tag"],
        "agrees": float(agrees),
        "tag_and_others": page["tag"] * others if agrees else 0.0,
        "score": max(0.0, frame.score) if agrees else 0.0,
        "apart": min(1.0, refinement.apart[field.name] / side) if agrees else 0.0,
        "others": others,
        # Where its own frame is not to be seen, only print close by holds the surface.
        "support": 0.0 if agrees else float(np.log1p(_support(alignment, frame.centre))) / 4,
        "print_asked": page["print_asked"],
        "print": 2 * print_.near(frame.centre, NEAREST) - 1 if print_ is not None else 0.0,
        "print_sure": page["print_sure"],
        "lines": page["lines"] if agrees else 0.0,
        "block_asked": float(block is not None),
        "block": block.agreeing if block else 0.0,
        "block_score": block.agreeing * block.score if block else 0.0,
        "blocks_asked": page["blocks_asked"],
        "blocks": page["blocks"],
    }


def _of_print(alignment: Alignment, print_: Agreement) -> dict[str, float]:
    """Return what a page is judged by of its print."""
    return {
        "print_asked": float(print_.count > 0),
        "print_sure": min(print_.deviations, 12.0) / 12,
        "print_least": _least(alignment, print_),
        "print_of_parts": _least_of_parts(alignment, print_),
    }


def _least(alignment: Alignment, print_: Agreement) -> float:
    """Return the least agreement of the print around any number in view, -1 to 1."""
    frames = alignment.refinement.frames.values()
    return min((2 * print_.near(frame.centre, NEAREST) - 1 for frame in frames), default=0.0)


def _least_of_parts(alignment: Alignment, print_: Agreement) -> float:
    """Return the least agreement of the print in any part of the sheet that has enough of it in view, -1 to 1."""
    sheet = alignment.target.form.sheet
    places = np.floor(print_.points / (sheet.width, sheet.height) * PARTS)
    parts = [print_.ranks[(places == part).all(axis=1)] for part in np.unique(places, axis=0)]
    return min((2 * float(part.mean()) - 1 for part in parts if len(part) >= FEWEST_OF_A_PART), default=0.0)


def _support(alignment: Alignment, centre: Points) -> int:
    """Return how many printed points near a sheet point (2,) hold the surface there."""
    sheet = alignment.target.form.sheet
    reach = _SUPPORT * max(sheet.width, sheet.height)
    return int((np.hypot(*(alignment.proposal.landmarks.points - centre).T) < reach).sum())


def probability(weights: Mapping[str, float], quantities: Mapping[str, float]) -> float:
    """Return the probability of what was measured, 0 to 1, by logistic regression."""
    total = weights["constant"] + sum(weights[name] * value for name, value in quantities.items())
    return 1.0 / (1.0 + math.exp(-min(max(total, -40.0), 40.0)))


@cache
def calibration() -> Mapping[str, Mapping[str, float]]:
    """Return the weights of each quantity, of pages and of numbers."""
    loaded: dict[str, dict[str, float]] = json.loads(CALIBRATION_FILE.read_text(encoding="utf-8"))["weights"]
    return loaded
