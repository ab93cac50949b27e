"""The chain by which a sheet is found: tag and markers, then the ruled lines."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from pipeline.forms import Forms, FormTemplate, TaggedPage, known_forms, tagged_pages
from pipeline.reasons import Reason
from pipeline.registration.by_lines import register_by_lines
from pipeline.registration.by_tag import register_by_tag
from pipeline.registration.found import Registration
from pipeline.registration.geometry import Grey
from pipeline.registration.layout import Layout, layouts_of
from pipeline.registration.tags import TagFinder


class SheetFinder:
    """Finds the pages of a set of forms. Made once; safe to share between threads.

    Args:
        forms: The templates by id; nothing else is found.

    """

    def __init__(self, forms: Mapping[str, FormTemplate]) -> None:
        self._forms = forms
        self._tags = TagFinder(tagged_pages(forms if isinstance(forms, Forms) else forms.values()))

    @cached_property
    def _layouts(self) -> tuple[Layout, ...]:
        """The ruled lines of every page, made when the first sheet without a tag comes.

        A form with tags whose layout nobody has confirmed is found by its tags alone: its lines are a guess, and the
        variants of such families have a thousand pages between them.
        """
        known = known_forms(self._forms)
        drawn = [self._forms[form.id] for form in known if form.confirmed or not form.tags]
        return layouts_of(TaggedPage(form, page) for form in drawn for page in form.pages)

    def find(self, grey: Grey) -> Registration | Reason:
        """Find the sheet in a picture.

        Args:
            grey: The picture, uint8 (height, width), upright or not.

        Returns:
            The registration, or the reason why the sheet is not found or not fit to be read, with what to do. Where a
            tag was seen the reason is about its sheet, even if the lines were tried after it.

        """
        glanced = self._tags.glance(grey)
        by_tag = register_by_tag(grey, glanced) if glanced else None
        if isinstance(by_tag, Registration):
            return by_tag
        by_lines = register_by_lines(grey, self._layouts)
        if isinstance(by_lines, Registration) and by_lines.target.page.tag is None:
            return by_lines
        # A sheet that should have a tag, or none that is known: now the tag is worth a longer look.
        if by_tag is None and (tags := self._tags.look_closer(grey)):
            by_tag = register_by_tag(grey, tags)
        return _together(by_lines, by_tag)


def _together(by_lines: Registration | Reason, by_tag: Registration | Reason | None) -> Registration | Reason:
    """Return what the tag found, or else what the lines did, with what was wrong about the tag's sheet."""
    if by_tag is None or isinstance(by_tag, Registration):
        return by_lines if by_tag is None else by_tag
    return replace(by_lines, notes=(by_tag,)) if isinstance(by_lines, Registration) else by_tag
