"""Lay a page onto a picture: from a first map of it to where each of its numbers really lies."""

from dataclasses import dataclass

from pipeline.forms import TaggedPage
from pipeline.forms.template import Boxes
from pipeline.registration.frames import Refinement, refine
from pipeline.registration.picture import Picture
from pipeline.registration.proposal import Proposal, Reach


@dataclass(frozen=True, slots=True)
class Alignment:
    """A page laid onto a picture.

    Attributes:
        proposal: Where it was looked for.
        target: The page; of variants of one form, the one whose frames are there.
        refinement: Its map, and the frames of its numbers.

    """

    proposal: Proposal
    target: TaggedPage
    refinement: Refinement


def align(picture: Picture, proposal: Proposal) -> Alignment:
    """Lay the page of a proposal onto a picture.

    A variant gains by every frame that is there and loses by every frame that is not: with three pairs on the sheet the
    variant of two explains less, and the variant of four misses one. Of variants with the same frames, the first.
    Bare paper never looks like a frame (0.13 at most, of frames 0.58 at least), so one that bends away counts as there.
    """
    distinct: dict[tuple[tuple[str, Boxes], ...], TaggedPage] = {}
    for target in proposal.candidates:
        distinct.setdefault(target.page.frames, target)
    far = proposal.reach is not Reach.NEAR
    laid = [
        Alignment(proposal, target, refine(picture.grey, proposal.matrix, target, proposal.landmarks, far=far))
        for target in distinct.values()
    ]
    return max(laid, key=lambda one: 2 * one.refinement.seen - one.refinement.searched)
