"""Find a page as the reader does."""

from pipeline.documents import Reduction
from pipeline.documents.source import Page
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey
from pipeline.search import ENOUGH_BOX_PIXELS, ENOUGH_LONG_SIDE

_REDUCTIONS: tuple[Reduction, ...] = (8, 4, 2, 1)


def find(page: Page, finder: SheetFinder) -> tuple[Grey, Registration] | None:
    """Find a page as the reader does: at the strongest reduction that leaves enough pixels."""
    long_side = max(page.source.width, page.source.height)
    for reduction in (step for step in _REDUCTIONS if step == 1 or long_side >= step * ENOUGH_LONG_SIDE):
        grey = page.grey(reduction)
        found = finder.find(grey)
        if isinstance(found, Registration) and (reduction == 1 or found.box_pixels >= ENOUGH_BOX_PIXELS):
            return grey, found
    return None
