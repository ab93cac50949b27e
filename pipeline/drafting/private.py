"""Where people write their names and sign: what must not leave with a public picture."""

import re
from collections.abc import Sequence

from pipeline.drafting.artwork import bounds, line_groups
from pipeline.drafting.grouping import FoundNumbers
from pipeline.drafting.labels import Phrase
from pipeline.drafting.paper import Paper
from pipeline.drafting.ruling import Ruled

_LEAST = 6.0  # units: height of a table that people could sign in
_SIGNED = re.compile(r"tanda ?tangan|nama dan|signature|ketua|saksi", re.I)

Area = tuple[float, float, float, float]


def private_areas(paper: Paper, lines: Sequence[Ruled], found: FoundNumbers, phrases: Sequence[Phrase]) -> list[Area]:
    """Return the tables without numbers that speak of signatures, or that stand below all numbers.

    Rather too much than too little: whoever edits the draft can take an area away.

    Args:
        paper: The page.
        lines: Its ruled lines.
        found: Its numbers.
        phrases: What is printed on it.

    Returns:
        Rectangles [x, y, width, height], mm.

    """
    last = max((number.boxes.bottom for number in found.numbers), default=paper.height)
    areas = []
    for group in line_groups(lines, paper.unit):
        left, top, right, bottom = bounds(group)
        if bottom - top < _LEAST * paper.unit or right - left < _LEAST * paper.unit:
            continue
        inside = [number.boxes for number in found.numbers]
        if any(left < boxes.x < right and top < boxes.y < bottom for boxes in inside):
            continue
        text = " ".join(p.text for p in phrases if left < p.middle[0] < right and top < p.middle[1] < bottom)
        if _SIGNED.search(text) or top > last:
            areas.append((left, top, right - left, bottom - top))
    return areas


def below_numbers(paper: Paper, lines: Sequence[Ruled], found: FoundNumbers) -> Area:
    """Return all that lies below the last table with numbers, [x, y, width, height] in mm.

    For a page of whose names nothing printed can be seen: they stand at the foot of the sheet.
    """
    last = max((number.boxes.bottom for number in found.numbers), default=0.0)
    tables = [bounds(group) for group in line_groups(lines, paper.unit)]
    foot = max((bottom for _, top, _, bottom in tables if top < last < bottom), default=last)
    top = min(foot + 0.5 * paper.unit, paper.height - paper.unit)
    return (0.0, top, paper.width, paper.height - top)
