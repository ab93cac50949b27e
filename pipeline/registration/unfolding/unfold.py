"""Lay a page onto a sheet that is folded or curled: its boxes lead to its print, and its print to more of its boxes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.forms import TaggedPage
from pipeline.registration.alignment import Alignment, distinct
from pipeline.registration.picture import Picture
from pipeline.registration.prints.library import Printed
from pipeline.registration.prints.proposals import lay_by_print
from pipeline.registration.proposal import Proposal, Reach
from pipeline.registration.unfolding.follow import follow_boxes

ROUNDS = 3
"""How often boxes and print are looked for in turn: over two folds one after the other."""


def unfold(picture: Picture, alignment: Alignment, printed: Printed | None) -> Iterator[Proposal]:
    """Yield ever better maps of a page that was found in part.

    Args:
        picture: The picture.
        alignment: The page laid onto the part that lies flat.
        printed: What is printed on it; None where that is not known: then its boxes alone are followed.

    """
    proposal = replace(alignment.proposal, reach=Reach.NEAR)
    # Pages of variants that a sheet does not tell apart begin alike: the longest has the numbers of all.
    variants = distinct(proposal.candidates)
    numbers = max((target.page.numbers for target in variants), key=len)
    for _ in range(ROUNDS):
        found = follow_boxes(picture.grey, proposal.matrix, numbers, proposal.landmarks)
        held = proposal.landmarks.joined(found.landmarks)
        yield replace(proposal, candidates=_with(variants, found.names), landmarks=held)
        laid = None if printed is None else lay_by_print(picture, printed, proposal.matrix, held, found.landmarks)
        if laid is None:
            return
        proposal = replace(proposal, matrix=laid.matrix, landmarks=laid.landmarks, matched=laid.matched)


def _with(variants: Sequence[TaggedPage], numbers: frozenset[str]) -> tuple[TaggedPage, ...]:
    """Return the variants that have all these numbers: of a sheet on which they were seen, no shorter one is told."""
    return tuple(one for one in variants if numbers <= {field.name for field in one.page.numbers})
