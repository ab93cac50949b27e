"""Find the sheet in a picture: which page of which form it is, and where each of its millimetres lies.

Several ways of looking say where which page may lie; each proposal is laid onto the picture in one way, and what it was
not fitted to decides how sure the page and each of its numbers are.

finder        proposals, what costs least first; each aligned and verified, until one is certain
tags          proposals by AprilTags and the corner markers around them
lines         proposals by the ruled lines
prints        proposals by the rest of the print; and whether it is there
placing       proposals laid onto the picture, how sure each is, and better ones from there
unfolding     a page that was found in part, followed over the folds of the paper
hand          a proposal from four corners that a person has marked
proposal      what they all give: a page, and a first map of it
picture       a picture, with what several ways of looking need
light_print   light printed lines, cut off at the level of print, and drawn
alignment     a proposal laid onto the picture, the likest variant of its form
frames        the printed frames of the numbers, which the map is refined on
surface       how the paper bends: a smooth displacement through frames and print
blocks        rings and lines beside the numbers, which no map is fitted to
verification  how sure a page and each of its numbers are: calibrated weights (`verification.json`)
variants      the variant of its form whose rows are all on the paper, and whether more may follow
windows       where in a large picture a small sheet may lie
rivals        other places where the same page might lie
several       whether there is another sheet beside it
sheet         the map from sheet mm to picture px; `geometry` is its arithmetic
sharpness     how wide a printed edge is
found         what comes out, and whether it is fit to be read
least         how large a picture must be at least, before anything is known of it
refusal       why none is found
drawing       pictures of what each stage saw
"""

from pipeline.registration.finder import SheetFinder
from pipeline.registration.found import Registration, refine_again

__all__ = ["Registration", "SheetFinder", "refine_again"]
