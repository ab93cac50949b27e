"""Find the sheet in a picture: proposals, each laid onto it and verified, until one is sure."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial

import cv2
import numpy as np

from pipeline.forms import Forms, FormTemplate, TaggedPage, known_forms, tagged_pages
from pipeline.reasons import ADVICE, Reason
from pipeline.registration.alignment import Alignment, align, distinct
from pipeline.registration.blocks import find_blocks
from pipeline.registration.drawing import draw_ruling, draw_tags, draw_verified
from pipeline.registration.found import LEAST_BOX_PIXELS, Registration, registration_of, rotation_of, unfit
from pipeline.registration.geometry import Grey, Points, project, translation
from pipeline.registration.hand import BY_HAND, PROVED_BY_PRINT, propose_by_hand
from pipeline.registration.lines.layout import Layout, layouts_of
from pipeline.registration.lines.proposals import propose_by_lines
from pipeline.registration.picture import Picture
from pipeline.registration.placing import Placer
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.prints.proposals import propose_by_print
from pipeline.registration.proposal import Proposal
from pipeline.registration.refusal import refusal
from pipeline.registration.rivals import displacements, share_of_odds
from pipeline.registration.several import several_sheets
from pipeline.registration.tags.detection import FoundTag, TagFinder
from pipeline.registration.tags.proposals import propose_by_tag
from pipeline.registration.variants import Variants
from pipeline.registration.verification import CERTAIN, Verified, verify
from pipeline.trace import OFF, Trace

LEAST_SIDE = 48
"""Pixels of the shorter side from which a picture is looked at: below it a sheet has less than one in 4 mm, and the
copies in which sheets are sought have none left."""

PROVED = 7.0
"""Standard deviations above chance from which a page's print is surely where a map says. Right maps of the samples have
8.4 to 11.3, wrong ones up to 3.5, and those that fit the boxes alone, and bend the rest, up to 5.7."""

NEAR = 0.15
"""How far a marked corner may be from the sheet's own, in parts of the sheet's diagonal."""

GLANCE = 0.53
"""Detail of the view in which print is looked for first: a quarter of the work. Of 26 real photographs that print leads
to 24 were settled there."""

SQUEEZES = (0.8, 1.25)
"""Of pictures in which nothing is found: features are known up to a stretch of 1.2, so these reach from 0.67 to 1.5."""

Closer = Callable[[], Sequence[FoundTag]]
"""A closer look at a picture for tags, which costs more than most other ways of looking."""


class SheetFinder:
    """Finds the pages of a set of forms. Made once; safe to share between threads.

    Args:
        forms: The templates by id; nothing else is found.
        prints: What is printed on their pages; by default what lies beside the templates.

    Attributes:
        placer: What lays their pages onto a picture.

    """

    def __init__(self, forms: Mapping[str, FormTemplate], prints: PrintLibrary | None = None) -> None:
        self._forms = forms
        self._tags = TagFinder(tagged_pages(forms if isinstance(forms, Forms) else forms.values()))
        self._prints = PrintLibrary(forms) if prints is None else prints
        self.placer = Placer(self._prints)
        self._variants = Variants(forms, self.placer)

    def find(self, grey: Grey, trace: Trace = OFF, *, stretched: bool = True) -> Registration | Reason:
        """Find the sheet in a picture.

        Args:
            grey: The picture, uint8 (height, width), upright or not.
            trace: Keeps what each stage saw.
            stretched: Whether an application may have stretched it, so that it is looked at squeezed as well.

        Returns:
            The registration, or the reason why no sheet is found, with what to do.

        """
        if min(grey.shape) < LEAST_SIDE:
            return Reason("no_ruled_sheet")
        picture = Picture(grey, trace)
        tags = self._tags.glance(picture.grey)
        picture, best = self._likeliest(picture, tags)
        best = None if best is None else self.placer.unfolded(picture, best)
        if stretched and (best is None or not best.found or _glimpsed(picture, best)):
            picture, best = self._stretched(picture, best)
        unsure = best is None or not best.found or best.alignment.proposal.mirrored
        if unsure and not tags and (turned := self._turned_over(picture.grey)) is not None:
            return turned
        if best is None or not best.found:
            return refusal(picture, best)
        best = self._variants.of_its_own(picture, self.placer.laid_best(picture, best))
        doubts = (*self._of_another_election(best), *self._tags_elsewhere(picture, tags, best))
        doubts += self._variants.doubts(picture, best)
        doubts += several_sheets(picture, best, self._prints, self.placer)
        return _result(picture, self._among_rivals(picture, best), doubts)

    def find_by_hand(
        self, grey: Grey, target: TaggedPage, outline: Points, trace: Trace = OFF
    ) -> Registration | Reason:
        """Take the sheet where a person has marked its corners, if its own print says so too.

        The person tells where to look, and for which page; the print tells whether it lies there, and how. Where no
        print is left at all, the boxes of all its numbers must be in their places, and nobody but people reads them.

        Args:
            grey: The picture, uint8 (height, width).
            target: Form and page that lies there.
            outline: The sheet's corners, px (4, 2), clockwise from the one that is upper left on the sheet.
            trace: Keeps what each stage saw.

        Returns:
            The registration, or the reason why the page does not lie there.

        """
        if min(grey.shape) < LEAST_SIDE:
            return Reason("no_ruled_sheet")
        picture = Picture(grey, trace)
        proposal = propose_by_hand(target, outline, picture.size)
        if isinstance(proposal, Reason):
            return proposal
        alignment = align(picture, proposal)
        proved = self._proved(picture, alignment)
        doubt = (Reason("corners_by_hand"),)
        if proved is not None:
            if not _near(outline, proved.outline):
                return Reason("corners_not_on_print")
            found = _result_of_hand(picture, proved, doubt)
            return replace(found, method=PROVED_BY_PRINT) if isinstance(found, Registration) else found
        # The person sees the page where nothing but its boxes is left of it.
        bare, refinement = verify(alignment, None), alignment.refinement
        if not bare.found or len(refinement.agreeing) < max(2, refinement.searched):
            return Reason("corners_not_on_print")
        return _result_of_hand(picture, bare, doubt)

    def _proved(self, picture: Picture, alignment: Alignment) -> Verified | None:
        """Return where a page lies by its print: from the map of a hand on, else anywhere in the picture."""
        target = alignment.target
        here = verify(alignment, self.placer.agreement(picture, alignment), find_blocks(picture.grey, alignment))
        laid = self.placer.laid_again(picture, here, alignment.refinement.sheet.matrix)
        known = self._prints.guides([target])
        elsewhere = () if known is None else itertools.chain.from_iterable(propose_by_print(picture, known))
        tried = (self.placer.verified(picture, other) for other in elsewhere)
        for one in itertools.chain([here] if laid is None else [laid, here], tried):
            print_ = self.placer.agreement(picture, one.alignment)
            if one.found and print_ is not None and print_.deviations >= PROVED:
                return one
        return None

    def _turned_over(self, grey: Grey) -> Registration | None:
        """Find a sheet whose tag is only to be seen in the mirror; its map is that into the picture as it is."""
        over = np.asarray(cv2.flip(grey, 1), np.uint8)
        found = self.find(over) if self._tags.glance(over) else None
        if not isinstance(found, Registration):
            return None
        back = np.array([[-1.0, 0.0, grey.shape[1] - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        sheet = replace(found.sheet, matrix=back @ found.sheet.matrix)
        rotation = rotation_of(found.target, sheet.matrix)
        return replace(found, sheet=sheet, rotation=rotation, withheld=(Reason("mirrored"), *found.withheld))

    def proposals(self, picture: Picture) -> Iterator[Sequence[Proposal]]:
        """Yield where sheets may lie, what costs least first; the next is worked out when the ones before do not do."""
        closer = partial(self._tags.look_closer, picture.grey)
        stages = self._stages(picture, self._tags.glance(picture.grey), closer)
        return itertools.chain.from_iterable(stage for _, stage in stages)

    def _stages(
        self, picture: Picture, tags: Sequence[FoundTag], closer: Closer
    ) -> Iterator[tuple[Picture, Iterator[Sequence[Proposal]]]]:
        """Yield one way of looking after the other, and the view it takes; `tags` are those that a glance shows."""
        picture.trace.saw("tags", lambda: draw_tags(picture.grey, tags))
        if tags:
            yield picture, self._by_tag(picture, tags)
        picture.trace.saw("lines", lambda: draw_ruling(picture.grey, picture.ruling))
        yield picture, iter([propose_by_lines(picture, self._layouts)])
        if (known := self._prints.index()) is not None:
            glance = picture.seen(detail=GLANCE)
            yield glance, itertools.islice(propose_by_print(glance, known), 1)
        if not tags and (tags := closer()):
            yield picture, self._by_tag(picture, tags)
        if known is not None:
            yield picture, propose_by_print(picture, known)
            yield picture, propose_by_print(picture, known, mirrored=True)

    def _by_tag(self, picture: Picture, tags: Sequence[FoundTag]) -> Iterator[Sequence[Proposal]]:
        """Yield what tag and markers say, then where the tag's page lies by its print, and by its lines."""
        proposal = propose_by_tag(picture.grey, tags)
        yield [proposal]
        if (known := self._prints.guides(tags[0].candidates)) is not None:
            for laid in propose_by_print(picture, known):
                yield _under_tag(self.placer.as_evidence(laid), proposal)
        yield _under_tag(propose_by_lines(picture, layouts_of(distinct(tags[0].candidates))), proposal)

    def _likeliest(self, picture: Picture, tags: Sequence[FoundTag]) -> tuple[Picture, Verified | None]:
        """Return the page that most likely lies there, and the view that showed it.

        It is looked no further than it takes to be certain. What a glance shows counts only where it is plain, since
        there is a closer look, or where that shows nothing: print that is coarse and dark is better seen from afar.
        """
        best: Verified | None = None
        seen = picture
        glimpse: tuple[Picture, Verified] | None = None
        closer = cache(partial(self._tags.look_closer, picture.grey))
        for view, stage in self._stages(picture, tags, closer):
            for proposal in itertools.chain.from_iterable(stage):
                verified = self.placer.verified(view, proposal)
                if _glimpsed(view, verified):
                    glimpse = max(glimpse or (view, verified), (view, verified), key=lambda one: one[1].probability)
                    continue
                if best is None or verified.probability > best.probability:
                    seen, best = view, verified
                if best.probability >= CERTAIN and not self._variants.inferred(best):
                    tagged = None if tags else self._under_its_tag(picture, best, closer)
                    return (seen, best) if tagged is None else (picture, tagged)
            # Which page it is, no other way of looking knows better than its tag.
            if best is not None and best.alignment.proposal.tag and best.found:
                return seen, best
        if glimpse is not None and (best is None or (not best.found and glimpse[1].probability > best.probability)):
            return glimpse
        return seen, best

    def _under_its_tag(self, picture: Picture, best: Verified, closer: Closer) -> Verified | None:
        """Return a page whose print others share under its tag, if a closer look shows that.

        Which election's it is, nothing else says.
        """
        if best.alignment.proposal.tag or best.alignment.target.page.shared_print is None:
            return None
        stages = self._by_tag(picture, tags) if (tags := closer()) else iter(())
        tried = (self.placer.verified(picture, one) for one in itertools.chain.from_iterable(stages))
        return next((one for one in tried if one.found), None)

    def _stretched(self, picture: Picture, best: Verified | None) -> tuple[Picture, Verified | None]:
        """Look for print in a picture that an application has stretched; return the view in which it was found.

        Few are, and stretched enough one form's print looks like another's: it is read where nothing of it is in doubt.
        """
        known = self._prints.index()
        if known is None or picture.ruling is None:  # along which it would be stretched
            return picture, best
        for detail, squeeze in itertools.product((GLANCE, 1.0), SQUEEZES):
            view = picture.seen(squeeze=squeeze, detail=detail)
            for proposal in itertools.chain.from_iterable(propose_by_print(view, known)):
                verified = self.placer.verified(view, proposal)
                if verified.plain if detail < 1.0 else verified.settled:
                    return view, verified
        return picture, best

    def _among_rivals(self, picture: Picture, best: Verified) -> Verified:
        """Return the page in the likeliest of its places, each number as sure as that place is among all.

        Of places that may all be it, the one where most of the print is found. A tag is in one place only.
        """
        target = best.alignment.target
        if best.alignment.proposal.tag or len(best.places) == len(target.page.numbers):
            return best
        matrix = best.alignment.refinement.sheet.matrix
        moved = (matrix @ translation(step) for step in displacements(target.page))
        places = [best, *filter(None, (self.placer.laid_again(picture, best, start) for start in moved))]
        apart = _apart(picture, places)
        first = max(apart, key=lambda one: (one.found, one.print_found, one.probability))
        share = share_of_odds(first.probability, [one.probability for one in apart if one is not first])
        return replace(first, places={name: share * place for name, place in first.places.items()})

    def _of_another_election(self, best: Verified) -> tuple[Reason, ...]:
        """Return that the page may be that of another election, where all have the same print and no tag is seen."""
        alignment, target = best.alignment, best.alignment.target
        shared = target.page.shared_print
        if shared is None or alignment.proposal.tag:
            return ()
        families = dict.fromkeys([target.form.family, *self._sharing.get(shared, ())])
        return (Reason("form_ambiguous", {"candidates": ", ".join(families)}),) if len(families) > 1 else ()

    def _tags_elsewhere(self, picture: Picture, tags: Sequence[FoundTag], best: Verified) -> tuple[Reason, ...]:
        """Return what tags on the sheet say that did not lead to it: one that no template knows, or of another page."""
        if best.alignment.proposal.tag:
            return ()
        outline, target = best.outline, best.alignment.target
        for tag in tags:
            pages = {(page.form.family, page.page.number) for page in tag.candidates}
            if _inside(tag.corners.mean(axis=0), outline) and (target.form.family, target.page.number) not in pages:
                return (Reason("tag_of_another_page", {"form": tag.page.form.id, "page": tag.page.page.number}),)
        strangers = [tag for tag in self._tags.strangers(picture.grey) if _inside(tag.middle, outline)]
        return tuple(Reason("tag_unknown", {"family": tag.family, "tag": tag.id}) for tag in strangers[:1])

    @cached_property
    def _layouts(self) -> tuple[Layout, ...]:
        """The ruled lines of every page, made when the first sheet without a tag comes.

        A form with tags whose layout nobody has confirmed is found by its tags alone: its lines are a guess, and the
        variants of such families have a thousand pages between them.
        """
        known = known_forms(self._forms)
        drawn = [self._forms[form.id] for form in known if form.confirmed or not form.tags]
        return layouts_of(TaggedPage(form, page) for form in drawn for page in form.pages if page.confirmed)

    @cached_property
    def _sharing(self) -> Mapping[str, Sequence[str]]:
        """The families whose pages have a print in common, by what it is called."""
        found: dict[str, list[str]] = {}
        # The last variant has all pages that the others have.
        for known in {one.family: one for one in known_forms(self._forms)}.values():
            for shared in {page.shared_print for page in self._forms[known.id].pages if page.shared_print}:
                found.setdefault(shared, []).append(known.family)
        return found


def _glimpsed(view: Picture, verified: Verified) -> bool:
    """Return whether a page was seen at a glance, and something of it is in doubt."""
    return view.detail < 1.0 and not verified.plain


def _under_tag(laid: Sequence[Proposal], tagged: Proposal) -> list[Proposal]:
    """Return proposals of the page that a tag names as proposals by that tag."""
    return [replace(one, method="tag", tag=True, advice=tagged.advice) for one in laid]


def _result(picture: Picture, best: Verified, doubts: tuple[Reason, ...]) -> Registration | Reason:
    picture.trace.saw("map", lambda: draw_verified(picture.grey, best))
    found = registration_of(picture.grey, best)
    if found.box_pixels < LEAST_BOX_PIXELS:
        return unfit(found)[0]
    mirrored = (Reason("mirrored"),) if best.alignment.proposal.mirrored else ()
    said = (*mirrored, *doubts, *unfit(found))
    advice = tuple(reason for reason in said if reason.code in ADVICE)
    withheld = tuple(reason for reason in said if reason.code not in ADVICE)
    return replace(found, notes=(*found.notes, *advice), withheld=withheld)


def _result_of_hand(picture: Picture, best: Verified, doubt: tuple[Reason, ...]) -> Registration | Reason:
    """Return what a person has marked: it is read, and none of its numbers is accepted without people."""
    found = _result(picture, best, doubt)
    if isinstance(found, Reason):
        return found
    return replace(found, method=BY_HAND, notes=tuple(note for note in found.notes if note not in doubt))


def _near(marked: Points, found: Points) -> bool:
    """Tell whether a sheet lies about where a person has marked it, corner by corner, px (4, 2) each."""
    size = float(np.hypot(*(found[2] - found[0])))
    return float(np.hypot(*(marked - found).T).max()) <= NEAR * size


def _inside(point: Points, outline: Points) -> bool:
    """Return whether a point (2,) lies within a quadrilateral (4, 2)."""
    return cv2.pointPolygonTest(outline.astype(np.float32), (float(point[0]), float(point[1])), False) >= 0


def _apart(picture: Picture, places: Sequence[Verified]) -> list[Verified]:
    """Return the likeliest of places that are the same within a few boxes."""
    kept: list[Verified] = []
    for place in sorted(places, key=lambda one: -one.probability):
        middle = _middle(picture, place)
        if all(np.hypot(*(middle - _middle(picture, other))) > 0.5 * place.box_mm for other in kept):
            kept.append(place)
    return kept


def _middle(picture: Picture, place: Verified) -> Points:
    """Return which sheet point (2,), mm, lies in the middle of the picture."""
    matrix = np.linalg.inv(place.alignment.refinement.sheet.matrix)
    return np.asarray(project(matrix, np.array([picture.size]) / 2)[0])
