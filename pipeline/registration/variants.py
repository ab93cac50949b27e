"""Which variant of its form a page is: one whose rows are all on the paper, and none that is not there.

Variants of a form differ in how many rows they have, and share their tags. Of a variant too short the votes of the last
rows would be lost, and nobody would know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from pipeline.evidence import PLACED
from pipeline.forms import FormTemplate, NumberField, TaggedPage, known_forms
from pipeline.reasons import Reason
from pipeline.registration.alignment import distinct
from pipeline.registration.blocks import find_block
from pipeline.registration.frames import unit_mm
from pipeline.registration.geometry import middle_of
from pipeline.registration.picture import Picture
from pipeline.registration.placing import Placer
from pipeline.registration.verification import Verified

ROW_SEEN = 0.5
"""Share of the rings and lines of a row from which it is on the paper."""


class Variants:
    """Tells variants of forms apart. Made once; safe to share between threads.

    Args:
        forms: The templates by id.
        placer: What lays their pages onto a picture.

    """

    def __init__(self, forms: Mapping[str, FormTemplate], placer: Placer) -> None:
        self._forms = forms
        self._placer = placer

    def of_its_own(self, picture: Picture, best: Verified) -> Verified:
        """Return the page of the variant whose rows and frames are there: lines and print may have led to another."""
        return self._with_all_frames(picture, self._with_all_rows(picture, best))

    def doubts(self, picture: Picture, best: Verified) -> tuple[Reason, ...]:
        """Return why a page may be another variant's."""
        values = {"form": best.alignment.target.form.id}
        held = {"variant_inferred": self.inferred(best), "rows_may_follow": self._rows_may_follow(picture, best)}
        return tuple(Reason(code, values) for code, holds in held.items() if holds)

    def inferred(self, best: Verified) -> bool:
        """Return whether a page is of a variant that nobody has seen, of a form of which one was seen, and has no tag.

        With two pairs on the template, two of the three pairs of a sheet may be taken for all of it.
        """
        target = best.alignment.target
        return not best.alignment.proposal.tag and not target.form.confirmed and target.form.family in self._seen

    def _with_all_rows(self, picture: Picture, best: Verified) -> Verified:
        """Return the page of the variant that has all rows whose rings and lines are on the paper.

        A shorter one explains the frames as well where the frame of the last row cannot be made out.
        """
        sheet, unit = best.alignment.refinement.sheet, unit_mm(best.alignment.target.page.numbers)
        longer = self._longer(best)
        blocks = {name: find_block(picture.grey, sheet, field, unit) for name, field in _more(longer, best).items()}
        seen = {name for name, block in blocks.items() if block is not None and block.agreeing >= ROW_SEEN}
        if not seen:
            return best
        right = tuple(one for one in longer if seen <= {name for name, _ in one.page.frames})
        return self._placer.verified(picture, replace(best.alignment.proposal, candidates=right)) if right else best

    def _with_all_frames(self, picture: Picture, best: Verified) -> Verified:
        """Return the page of the variant whose frames are there."""
        proposal, target = best.alignment.proposal, best.alignment.target
        variants = () if proposal.tag else self._of(target, confirmed=True)
        if len(variants) <= len(proposal.candidates):
            return best
        matrix = best.alignment.refinement.sheet.matrix
        again = self._placer.verified(picture, replace(proposal, candidates=variants, matrix=matrix))
        return best if again.alignment.target == target else again

    def _rows_may_follow(self, picture: Picture, best: Verified) -> bool:
        """Return whether a variant has a further row in view, and the row beside it is not surely placed.

        Where the paper bends away there, the frames of a row that is on it are not found either.
        """
        unsure = {name for name, place in best.places.items() if place < PLACED}
        if not unsure:
            return False
        fields = [field for field in best.alignment.target.page.numbers if field.name in best.places]
        middles = np.array([middle_of(field.boxes.bounds) for field in fields])
        for field in _more(self._longer(best), best).values():
            away = np.hypot(*(middles - middle_of(field.boxes.bounds)).T)
            if fields[int(away.argmin())].name in unsure and _in_view(picture, best, field):
                return True
        return False

    def _longer(self, best: Verified) -> list[TaggedPage]:
        """Return the pages of variants that have all frames of a page, and more."""
        proposal, target = best.alignment.proposal, best.alignment.target
        variants = proposal.candidates if proposal.tag else self._of(target, confirmed=False)
        return [one for one in distinct(variants) if set(target.page.frames) < set(one.page.frames)]

    def _of(self, target: TaggedPage, *, confirmed: bool) -> tuple[TaggedPage, ...]:
        """Return the same page of all variants of its form, or of those that somebody has confirmed."""
        form, number = target.form, target.page.number
        known = [one for one in known_forms(self._forms) if one.family == form.family]
        known = [one for one in known if one.confirmed or not confirmed]
        forms = (self._forms[one.id] for one in known)
        return tuple(TaggedPage(one, page) for one in forms for page in one.pages if page.number == number)

    @cached_property
    def _seen(self) -> frozenset[str]:
        """The families of which a variant is confirmed."""
        return frozenset(one.family for one in known_forms(self._forms) if one.confirmed)


def _more(longer: Sequence[TaggedPage], best: Verified) -> dict[str, NumberField]:
    """Return the numbers that longer pages have and a page has not, by name."""
    own = dict(best.alignment.target.page.frames)
    return {field.name: field for one in longer for field in one.page.numbers if field.name not in own}


def _in_view(picture: Picture, best: Verified, field: NumberField) -> bool:
    return best.alignment.refinement.sheet.shown(picture.grey, [field.boxes.bounds], [None])[0]
