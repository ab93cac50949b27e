"""Find a page as the reader does."""

from pipeline.documents import Reduction
from pipeline.documents.source import Page
from pipeline.reader import ENOUGH_LONG_SIDE, ENOUGH_PIXELS_PER_MM
from pipeline.registration import Registration, register
from pipeline.registration.geometry import Grey
from pipeline.registration.tags import TagFinder

_REDUCTIONS: tuple[Reduction, ...] = (8, 4, 2, 1)


def find(page: Page, finder: TagFinder) -> tuple[Grey, Registration] | None:
    """Find a page as the reader does: at the strongest reduction that leaves enough pixels."""
    long_side = max(page.source.width, page.source.height)
    for reduction in (step for step in _REDUCTIONS if step == 1 or long_side >= step * ENOUGH_LONG_SIDE):
        grey = page.grey(reduction)
        found = register(grey, finder)
        if isinstance(found, Registration) and (reduction == 1 or found.pixels_per_mm >= ENOUGH_PIXELS_PER_MM):
            return grey, found
    return None
