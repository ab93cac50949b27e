"""Lay proposed pages onto a picture, tell how sure each is, and lay them better: on their print, and over folds."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.registration.alignment import Alignment, align, distinct
from pipeline.registration.blocks import find_blocks
from pipeline.registration.drawing import draw_proposal, draw_verified
from pipeline.registration.geometry import Points
from pipeline.registration.picture import Picture
from pipeline.registration.prints.agreement import Agreement, agreement
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.library import Printed, PrintLibrary
from pipeline.registration.prints.proposals import lay_by_print
from pipeline.registration.proposal import Proposal
from pipeline.registration.unfolding.unfold import unfold
from pipeline.registration.verification import Verified, verify

WITNESSES = 48
"""Printed features that are asked whether a page lies where it seems to."""

WORTH_UNFOLDING = 0.1
"""Probability of a page from which it may be there, but folded; the search takes as long as the rest of the finding."""


class Placer:
    """Places pages. Made once; safe to share between threads.

    Args:
        prints: What is printed on them.

    """

    def __init__(self, prints: PrintLibrary) -> None:
        self._prints = prints

    def agreement(self, picture: Picture, alignment: Alignment) -> Agreement | None:
        """Return how much of a page's print is where an alignment puts it; None where it has no print."""
        target, sheet = alignment.target, alignment.refinement.sheet
        page = self._prints.of(target.form, target.page.number)
        return None if page is None else agreement(picture.grey, page, sheet, load_basis(), WITNESSES)

    def as_evidence(self, laid: Sequence[Proposal]) -> list[Proposal]:
        """Return proposals by print that say how much of it was found only where the print is the page's own."""
        pages = (self._prints.of(one.candidates[0].form, one.candidates[0].page.number) for one in laid)
        return [one if page is not None else replace(one, matched=None) for one, page in zip(laid, pages, strict=True)]

    def verified(self, picture: Picture, proposal: Proposal) -> Verified:
        """Lay a proposed page onto the picture, and return how sure it is."""
        picture.trace.saw(f"proposal-{proposal.method}", lambda: draw_proposal(picture.grey, proposal))
        return self._judged(picture, align(picture, proposal))

    def _judged(self, picture: Picture, alignment: Alignment) -> Verified:
        """Return how sure an alignment is; print, rings and lines are asked only where the rest leaves a doubt."""
        verified = verify(alignment, None)
        if not verified.settled:
            verified = verify(alignment, self.agreement(picture, alignment), find_blocks(picture.grey, alignment))
        picture.trace.saw("verified", lambda: draw_verified(picture.grey, verified))
        return verified

    def laid_best(self, picture: Picture, best: Verified) -> Verified:
        """Lay the same page onto its print, where its frames alone leave a number in doubt."""
        again = None if best.settled else self.laid_again(picture, best, best.alignment.refinement.sheet.matrix)
        return best if again is None else max(best, again, key=lambda one: one.rank)

    def laid_again(self, picture: Picture, best: Verified, matrix: Points) -> Verified | None:
        """Lay a page onto its print, starting from another map (3, 3); None where it has no print or none is there."""
        proposal, target = best.alignment.proposal, best.alignment.target
        page = self._prints.guide(target) if proposal.tag else self._prints.of(target.form, target.page.number)
        laid = None if page is None else lay_by_print(picture, Printed((target,), page), matrix)
        if laid is None:
            return None
        (laid,) = self.as_evidence([laid])
        own = replace(proposal, candidates=(target,), matrix=laid.matrix, reach=laid.reach)
        return self.verified(picture, replace(own, landmarks=laid.landmarks, matched=laid.matched))

    def unfolded(self, picture: Picture, best: Verified) -> Verified:
        """Follow the paper over its folds, where some of a page was found and frames of the rest are astray."""
        candidates = best.alignment.proposal.candidates
        if best.probability < WORTH_UNFOLDING or best.alignment.refinement.complete:
            return best
        best = self.laid_best(picture, best)
        if best.alignment.refinement.complete:
            return best
        alignment = replace(best.alignment, proposal=replace(best.alignment.proposal, candidates=candidates))
        page = self._prints.guide(alignment.target)
        printed = None if page is None else Printed((alignment.target,), page)
        for proposal in unfold(picture, alignment, printed):
            (laid,) = self.as_evidence([proposal])
            best = max(best, self.verified(picture, laid), key=lambda one: one.rank)
            # Of a sheet that may have more rows, the next round may find them.
            if best.settled and len(distinct(candidates)) == 1:
                break
        return best
