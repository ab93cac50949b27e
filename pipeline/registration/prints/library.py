"""The prints of the installed forms, read when one is first needed."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.forms import FORMS_FOLDER, Forms, FormTemplate, TaggedPage
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.page_print import DRAWN, PRINTS, PagePrint, load_print
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
        forms: The templates by id. Those that somebody has confirmed are known by their print, and one that somebody
            has named, as `--form` does: a draft must not take the sheets of other forms, and where it is named there
            are no others.
        folders: Beside whose templates the prints lie; by default where the forms come from.

    """

    def __init__(self, forms: Mapping[str, FormTemplate], folders: Sequence[Path] | None = None) -> None:
        self._forms = forms
        self._named = isinstance(forms, Forms) and forms.named
        if folders is None:
            folders = forms.folders if isinstance(forms, Forms) else (FORMS_FOLDER,)
        self._files = {_key(file): file for folder in folders for file in sorted((folder / PRINTS).glob("*-p*.npz"))}
        drawn = (file for folder in folders for file in sorted((folder / PRINTS).glob(f"*{DRAWN}.npz")))
        self._drawn = {file.stem.removesuffix(DRAWN): file for file in drawn}
        self._lock = threading.Lock()
        self._read: dict[Path, PagePrint] = {}
        self._all: tuple[Sequence[Printed], PrintIndex] | None = None

    def of(self, form: FormTemplate, page: int) -> PagePrint | None:
        """Return the print of a page, or None where it has none."""
        if not (form.confirmed or self._named):
            return None
        file = self._files.get((form.id, page)) or self._files.get((form.family, page))
        return None if file is None else self._loaded(file)

    def guide(self, target: TaggedPage) -> PagePrint | None:
        """Return what may show where a page lies once its tag has said which it is; None where nothing may.

        Its own print; that of a page which shares it; or that of a layout that nobody has confirmed, as it is drawn,
        which is no evidence of the page.
        """
        own, shared = self.of(target.form, target.page.number), target.page.shared_print
        if own is not None or shared is None:
            return own
        if (other := self._sharing.get(shared)) is not None:
            return self.of(other.form, other.page.number)
        return self._loaded(self._drawn[shared]) if shared in self._drawn else None

    def index(self) -> tuple[Sequence[Printed], PrintIndex] | None:
        """Return the prints of all pages, ready to be voted for; None where there are none."""
        if self._all is None:
            found = _indexed(_printed(self._known(), lambda target: self.of(target.form, target.page.number)))
            with self._lock:
                self._all = self._all or found
        return self._all

    def guides(self, pages: Iterable[TaggedPage]) -> tuple[Sequence[Printed], PrintIndex] | None:
        """Return what may show where these pages lie, ready to be voted for; None where nothing may."""
        return _indexed(_printed(pages, self.guide))

    def _known(self) -> Iterator[TaggedPage]:
        """Yield the pages of all forms that may have a print."""
        forms = (self._forms[form] for form in self._forms if self._may_have_print(form))
        return (TaggedPage(form, page) for form in forms for page in form.pages)

    @cached_property
    def _sharing(self) -> Mapping[str, TaggedPage]:
        """A page with each print that pages share, by what it is called."""
        known = (one for one in self._known() if self.of(one.form, one.page.number) is not None)
        return {one.page.shared_print: one for one in known if one.page.shared_print is not None}

    def _loaded(self, file: Path) -> PagePrint:
        with self._lock:
            if file not in self._read:
                self._read[file] = load_print(file)
            return self._read[file]

    def _may_have_print(self, form: str) -> bool:
        """Whether a form has a print, as far as can be told without making its template."""
        names = {name for name, _ in self._files}
        known = self._forms.installed[form] if isinstance(self._forms, Forms) else self._forms[form]
        return (known.confirmed or self._named) and (form in names or known.family in names)


def _printed(pages: Iterable[TaggedPage], print_of: Callable[[TaggedPage], PagePrint | None]) -> list[Printed]:
    """Return pages by their print; those without one are left out."""
    by_print: dict[int, tuple[PagePrint, list[TaggedPage]]] = {}
    for target in pages:
        if (page := print_of(target)) is not None:
            by_print.setdefault(id(page), (page, []))[1].append(target)
    return [Printed(tuple(targets), page) for page, targets in by_print.values()]


def _key(file: Path) -> Key:
    name, page = file.stem.rsplit("-p", 1)
    return name, int(page)


def _indexed(printed: Sequence[Printed]) -> tuple[Sequence[Printed], PrintIndex] | None:
    return (printed, PrintIndex([one.page for one in printed], load_basis())) if printed else None
