"""The prints of the installed forms, read when one is first needed."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.forms import FORMS_FOLDER, Forms, FormTemplate, TaggedPage
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.page_print import PRINTS, PagePrint, load_print
from pipeline.registration.prints.voting import PrintIndex

Key = tuple[str, int]
"""Id of a form, and one of its printed page numbers."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A page that is known by its print: its variants with the same print, and what is printed there."""

    candidates: tuple[TaggedPage, ...]
    page: PagePrint


class PrintLibrary:
    """The prints of a set of forms. Made once; safe to share between threads.

    Args:
        forms: The templates by id. Only those that somebody has confirmed, and that have a print, are known by it.
        folders: Beside whose templates the prints lie; by default where the forms come from.

    """

    def __init__(self, forms: Mapping[str, FormTemplate], folders: Sequence[Path] | None = None) -> None:
        self._forms = forms
        if folders is None:
            folders = forms.folders if isinstance(forms, Forms) else (FORMS_FOLDER,)
        self._files = {_key(file): file for folder in folders for file in sorted((folder / PRINTS).glob("*-p*.npz"))}
        self._lock = threading.Lock()
        self._read: dict[Path, PagePrint] = {}
        self._all: tuple[Sequence[Printed], PrintIndex] | None = None

    def of(self, form: FormTemplate, page: int) -> PagePrint | None:
        """Return the print of a page, or None where it has none."""
        if not form.confirmed:
            return None
        file = self._files.get((form.id, page)) or self._files.get((form.family, page))
        if file is None:
            return None
        with self._lock:
            if file not in self._read:
                self._read[file] = load_print(file)
            return self._read[file]

    def index(self, pages: Iterable[TaggedPage] | None = None) -> tuple[Sequence[Printed], PrintIndex] | None:
        """Return the prints of these pages, or of all, ready to be voted for; None where there are none."""
        if pages is not None:
            return _indexed(self._printed(pages))
        if self._all is None:
            forms = (self._forms[form] for form in self._forms if self._may_have_print(form))
            found = _indexed(self._printed(TaggedPage(form, page) for form in forms for page in form.pages))
            with self._lock:
                self._all = self._all or found
        return self._all

    def _printed(self, pages: Iterable[TaggedPage]) -> list[Printed]:
        by_print: dict[int, tuple[PagePrint, list[TaggedPage]]] = {}
        for target in pages:
            if (page := self.of(target.form, target.page.number)) is not None:
                by_print.setdefault(id(page), (page, []))[1].append(target)
        return [Printed(tuple(targets), page) for page, targets in by_print.values()]

    def _may_have_print(self, form: str) -> bool:
        """Whether a form has a print, as far as can be told without making its template."""
        names = {name for name, _ in self._files}
        known = self._forms.installed[form] if isinstance(self._forms, Forms) else self._forms[form]
        return known.confirmed and (form in names or known.family in names)


def _key(file: Path) -> Key:
    name, page = file.stem.rsplit("-p", 1)
    return name, int(page)


def _indexed(printed: Sequence[Printed]) -> tuple[Sequence[Printed], PrintIndex] | None:
    return (printed, PrintIndex([one.page for one in printed], load_basis())) if printed else None
