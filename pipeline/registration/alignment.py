"""Lay a page onto a picture: from a first map of it to where each of its numbers really lies."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.forms import TaggedPage
from pipeline.forms.template import Boxes
from pipeline.registration.frames import MIN_SCORE, Refinement, refine
from pipeline.registration.picture import Picture
from pipeline.registration.proposal import Proposal, Reach

LIKE_THE_BEST = 0.6
"""Share of the best frame's score from which another is one. Where no frame is printed, corners of the table around
reached 0.56 of it on a drawn sheet."""


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
    One that bends away counts as there; table lines look a little like a frame, so it must not look much less like one
    than the best.
    """
    far = proposal.reach is not Reach.NEAR
    laid = [
        Alignment(proposal, target, refine(picture.grey, proposal.matrix, target, proposal.landmarks, far=far))
        for target in distinct(proposal.candidates)
    ]
    best = max((frame.score for one in laid for frame in one.refinement.frames.values()), default=0.0)
    return max(laid, key=lambda one: 2 * _there(one.refinement, best) - one.refinement.searched)


def distinct(candidates: Sequence[TaggedPage]) -> list[TaggedPage]:
    """Return the first of each page that several variants of a form have alike."""
    found: dict[tuple[tuple[str, Boxes], ...], TaggedPage] = {}
    for candidate in candidates:
        found.setdefault(candidate.page.frames, candidate)
    return list(found.values())


def _there(refinement: Refinement, best: float) -> int:
    """Return how many frames are on the paper, where the best of all looks so much like one."""
    least = max(MIN_SCORE, LIKE_THE_BEST * best)
    return sum(frame.score >= least for frame in refinement.frames.values())
