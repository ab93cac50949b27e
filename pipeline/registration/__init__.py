"""Find the sheet in a picture: which page of which form it is, and where each of its millimetres lies.

finder      the chain: tag, then ruled lines; each link's result is checked, and named
tags        AprilTag: identity and direction
markers     the four corner markers around a tag
by_tag      both together: the homography
segments    straight edges in the picture
vanishing   the two directions of its ruling
view        the picture straightened along them, and its lines
layout      the ruled lines of a page, from its template
matching    where those may lie among the edges
fitting     those laid onto the edges
by_lines    all of that together, for sheets without a tag
by_hand     the same from four corners that a person has marked
frames      the printed frames of the numbers: check, and refinement where the sheet bows
sharpness   how wide a printed edge is
sheet       the map from sheet mm to picture px; `geometry` is its arithmetic
found       what comes out, and whether it is fit to be read
"""

from pipeline.registration.finder import SheetFinder
from pipeline.registration.found import Registration, refine_again

__all__ = ["Registration", "SheetFinder", "refine_again"]
