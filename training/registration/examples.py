"""Examples: what is measured of an alignment or of a number in it, and whether it is right."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.forms import Forms
from pipeline.registration.alignment import Alignment, align
from pipeline.registration.blocks import Block, find_blocks
from pipeline.registration.finder import SheetFinder
from pipeline.registration.geometry import Points, corners, translation
from pipeline.registration.picture import Picture
from pipeline.registration.prints.agreement import Agreement
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.proposal import Proposal, Reach
from pipeline.registration.verification import number_quantities, page_quantities, verify
from training.registration.offsets import off_in_boxes
from training.registration.pictures import PictureWithTruth

NEAR_ENOUGH = 0.25
"""A number lies in its place if its boxes are off by no more than this share of a box."""

FAR_OFF = 1.0
"""A page whose numbers are mostly off by more than this share of a box lies elsewhere."""

DISTURBED = 2
"""Disturbed alignments of every page."""

AGREED = 0.7
"""Share of frames, and agreement of print, from which a page that nobody has measured lies where it seems to."""

NUMBERS_ELSEWHERE = 3
"""Numbers, about, of every page that is not there."""

_TRIED = 3  # proposals of each way of looking


@dataclass(frozen=True, slots=True)
class Example:
    """What was measured of an alignment or of a number in it, and whether it is right."""

    picture: str
    real: bool
    held: bool
    quantities: Mapping[str, float]
    right: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """An alignment, what its print and the blocks beside its numbers say, and what its page is judged by."""

    alignment: Alignment
    print: Agreement | None
    blocks: Mapping[str, Block]
    page: Mapping[str, float]


def examples_of(
    picture: PictureWithTruth, finders: "Finders", rng: np.random.Generator
) -> tuple[list[Example], list[Example]]:
    """Return the examples of pages and of numbers that one picture gives."""
    looked_at = Picture(picture.grey)
    own, strangers = finders.of(picture)
    tried = [] if own is None else _tried(own, looked_at)
    if not picture.places:
        picture = replace(picture, places=_agreed(tried, picture))
    right = [one for one in tried if _is_right(one.alignment, picture)]
    if own is not None and right:
        moved = (align(looked_at, _disturbed(right[0].alignment, rng)) for _ in range(DISTURBED))
        disturbed = [_measured(own, looked_at, one) for one in moved]
    else:
        disturbed = []
    others = _tried(strangers, looked_at)
    pages = [_page(one, picture) for one in (*tried, *disturbed, *others)]
    numbers = [_numbers(one, picture) for one in (*right, *disturbed)]
    numbers += [_numbers_elsewhere(one, picture) for one in others]
    return [page for page in pages if page is not None], [number for some in numbers for number in some]


class Finders:
    """Those that know a picture's own form alone, and those that know all others; each made once.

    Args:
        forms: The templates.

    """

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self._made: dict[tuple[str, bool], tuple[SheetFinder | None, SheetFinder]] = {}

    def of(self, picture: PictureWithTruth) -> tuple[SheetFinder | None, SheetFinder]:
        """Return the finder of a picture's own form, None where it is not installed, and that of the others."""
        key = (picture.form, picture.printed)
        if key not in self._made:
            installed = self.forms.installed
            own = {form: known for form, known in installed.items() if picture.form in (form, known.family)}
            others = {form: known for form, known in installed.items() if form not in own}
            made = [
                SheetFinder(some, None if picture.printed else PrintLibrary(some, ()))
                for some in (Forms(own, self.forms.folders), Forms(others, self.forms.folders))
            ]
            self._made[key] = (made[0] if own else None, made[1])
        return self._made[key]


def _tried(finder: SheetFinder, picture: Picture) -> list[Measured]:
    """Return what the finder would try, and the likeliest of it laid better, on its print and over folds."""
    tried = [_measured(finder, picture, one) for one in _alignments(picture, finder)]
    if not tried:
        return []
    judged = (verify(one.alignment, one.print, one.blocks) for one in tried)
    likeliest = max(judged, key=lambda one: one.probability)
    better = finder.placer.laid_best(picture, finder.placer.unfolded(picture, likeliest))
    return tried if better is likeliest else [*tried, _measured(finder, picture, better.alignment)]


def _alignments(picture: Picture, finder: SheetFinder) -> Iterator[Alignment]:
    """Yield what the finder would try on a picture that is not mirrored, whatever it thinks of what came before."""
    for proposals in finder.proposals(picture):
        for proposal in itertools.islice(proposals, _TRIED):
            if proposal.mirrored:
                return
            yield align(picture, proposal)


def _measured(finder: SheetFinder, picture: Picture, alignment: Alignment) -> Measured:
    """Return an alignment with what print and blocks say."""
    print_, blocks = finder.placer.agreement(picture, alignment), find_blocks(picture.grey, alignment)
    return Measured(alignment, print_, blocks, page_quantities(alignment, print_, blocks))


def _agreed(tried: Sequence[Measured], picture: PictureWithTruth) -> Mapping[str, Points]:
    """Return where the numbers of a page lie that nobody has measured: where frames and print agree; else nowhere."""
    for one in tried:
        both = one.page["frames"] >= AGREED and one.page["print_sure"] >= AGREED
        if both and _is_of(one.alignment, picture):
            sheet, numbers = one.alignment.refinement.sheet, one.alignment.target.page.numbers
            return {field.name: sheet.to_picture(corners(field.boxes.bounds), field.name) for field in numbers}
    return {}


def _is_of(alignment: Alignment, picture: PictureWithTruth) -> bool:
    """Return whether an alignment is of the form and page that a picture shows."""
    form = alignment.target.form
    same = picture.form in (form.id, form.family) and alignment.target.page.number == picture.page
    return same and not alignment.proposal.mirrored


def _shares_print(alignment: Alignment, picture: PictureWithTruth) -> bool:
    return picture.shared_print is not None and alignment.target.page.shared_print == picture.shared_print


def _offs(alignment: Alignment, picture: PictureWithTruth) -> dict[str, float]:
    """Return how far off the numbers in view are, in parts of a box."""
    fields = {field.name: field for field in alignment.target.page.numbers}
    sheet, frames = alignment.refinement.sheet, alignment.refinement.frames
    known = {name: place for name, place in picture.places.items() if name in fields and name in frames}
    return {name: off_in_boxes(fields[name], sheet, place) for name, place in known.items()}


def _is_right(alignment: Alignment, picture: PictureWithTruth) -> bool | None:
    """Return whether a page is the one that is there and lies where it is; None where it is near."""
    if not _is_of(alignment, picture):
        # Pages with the same print are told apart by other means.
        return None if _shares_print(alignment, picture) else False
    offs = list(_offs(alignment, picture).values())
    if not offs:
        return None
    off = float(np.median(offs))
    # Some pages were measured with their numbers named from below.
    turned = off >= FAR_OFF and min(offs) <= NEAR_ENOUGH
    return None if turned or NEAR_ENOUGH < off < FAR_OFF else off <= NEAR_ENOUGH


def _page(one: Measured, picture: PictureWithTruth) -> Example | None:
    right = _is_right(one.alignment, picture)
    return None if right is None else Example(picture.name, picture.real, picture.held, one.page, right)


def _numbers(one: Measured, picture: PictureWithTruth) -> list[Example]:
    offs = _offs(one.alignment, picture)
    return [_number(one, name, picture, right=off <= NEAR_ENOUGH) for name, off in offs.items()]


def _numbers_elsewhere(one: Measured, picture: PictureWithTruth) -> list[Example]:
    """Return examples of numbers of a page that is not there: wherever they seem to lie, it is wrong."""
    if _is_right(one.alignment, picture) is not False:
        return []
    shown = [field.name for field in one.alignment.target.page.numbers if field.name in one.alignment.refinement.frames]
    some = shown[:: max(1, len(shown) // NUMBERS_ELSEWHERE)]
    return [_number(one, name, picture, right=False) for name in some]


def _number(one: Measured, name: str, picture: PictureWithTruth, *, right: bool) -> Example:
    field = next(field for field in one.alignment.target.page.numbers if field.name == name)
    quantities = number_quantities(one.alignment, one.print, one.blocks, field, one.page)
    return Example(picture.name, picture.real, picture.held, quantities, right)


def _disturbed(alignment: Alignment, rng: np.random.Generator) -> Proposal:
    """Return a right alignment moved by a third of a box to a box and a half, in any direction."""
    boxes = alignment.target.page.numbers[0].boxes
    away, angle = rng.uniform(0.3, 1.5) * min(boxes.width, boxes.height), rng.uniform(0, 2 * np.pi)
    moved = translation(away * np.array([np.cos(angle), np.sin(angle)]))
    proposal = alignment.proposal
    matrix = alignment.refinement.sheet.matrix @ moved
    # What led to the right place says nothing of where it was moved to.
    away_from = replace(proposal, candidates=(alignment.target,), matrix=matrix, reach=Reach.NEAR)
    return replace(away_from, tag=False, lines=None, matched=None)
