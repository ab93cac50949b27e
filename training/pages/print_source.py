"""What the print of a practice page is drawn from: the blank that is kept beside its template, else the template.

A template says where the tables are, and as many words as a program could read; the blank has every word and emblem,
as real sheets have. Of a blank that was recovered from filled sheets only what lies around the places for writing is
taken: inside of them is what people wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.drafting.kept_blank import blank_path, kept_blank
from pipeline.drafting.paper import ink_of
from pipeline.drafting.print_features import written_areas
from pipeline.forms import FormTemplate
from pipeline.forms.template import Sheet
from pipeline.reasons import Reason
from training.pages.sheet import BlankSheet

_SHAPE = 0.01
"""How far the sides of a blank may be from the shape of the template's sheet."""


@dataclass(frozen=True, slots=True)
class PrintSource:
    """What one page is drawn from.

    Attributes:
        name: `blank`, `recovered` for a blank recovered from filled sheets, or `template`.
        blank: The blank; None where the template is drawn.
        why_not: Why no blank is taken; None where one is.

    """

    name: str
    blank: BlankSheet | None
    why_not: Reason | None = None

    @property
    def stated(self) -> dict[str, str]:
        """What a line of truth says of it."""
        without = {"no_blank": self.why_not.code} if self.why_not else {}
        return {"printed_from": self.name, **without}


def print_source(form: FormTemplate, page: int, folders: Sequence[Path]) -> PrintSource:
    """Return what a page is drawn from.

    Args:
        form: The template.
        page: Page number, from 1.
        folders: Where templates come from; the blank lies beside its own.

    Raises:
        FormError: `form_blank_damaged`.

    """
    for folder in folders:
        for recovered in (False, True):
            path = blank_path(folder, form.id, page, recovered=recovered)
            if path.is_file():
                return _from_blank(form, page, path, recovered=recovered)
    return PrintSource("template", None, Reason("practice_without_blank", {"form": form.id, "page": page}))


def _from_blank(form: FormTemplate, page: int, path: Path, *, recovered: bool) -> PrintSource:
    grey = kept_blank(path)
    if not _same_shape(grey.shape, form.sheet):
        return PrintSource("template", None, Reason("practice_blank_shape", {"path": path.name, "page": page}))
    around = written_areas(form.page(page)) if recovered else ()
    ink = ink_of(grey, grey.shape[0] / form.sheet.height)
    return PrintSource("recovered" if recovered else "blank", BlankSheet(ink, around))


def _same_shape(shape: tuple[int, ...], sheet: Sheet) -> bool:
    """Return whether a picture (height, width) has the shape of a sheet: somebody may have changed its size since."""
    return abs(shape[1] / shape[0] * sheet.height / sheet.width - 1) <= _SHAPE
