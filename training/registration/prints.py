"""The prints of the forms, and the basis of them all: principal components and vocabulary of what forms are made of.

    chasil forms prints SHARED [--only PATTERN] [--basis] [--out FOLDER]

SHARED holds the official blanks and the sets of real pages, of which those for training and calibration are used.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting import open_blank
from pipeline.drafting.filled_print import Flat, common_print, flattened
from pipeline.drafting.print_features import blank_features, density, features_of, page_print, usable
from pipeline.forms import Forms, FormTemplate, InstalledForm, PageTemplate, TaggedPage, load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.alignment import align
from pipeline.registration.geometry import Grey, fit_homography
from pipeline.registration.picture import Picture
from pipeline.registration.prints.basis import BASIS_FILE, KEPT, Basis, load_basis, packed
from pipeline.registration.prints.descriptors import Features
from pipeline.registration.prints.page_print import DRAWN, PRINTS, print_path, save_print
from pipeline.registration.proposal import Landmarks, Proposal, Reach
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import RealPage, opened, real_pages, reduced
from training.pages.sheet import draw_sheet

BLANKS = {"c-hasil-ppwp-2024": "C.HASIL-PPWP.pdf", "c-hasil-salinan-ppwp-2024": "C.HASIL SALINAN-PPWP.pdf"}
"""Official blanks, by family: page n of the file is page n of the form."""

MOST_SHEETS = 24
"""Filled sheets of which the median is taken: with more, nothing changed."""

KINDS, WORDS = 128, 64
"""Kinds of words, and words of each kind: 8,192 in all. With half of them one real page in thirty fell behind a wrong
one."""

_ROUNDS = 14


def learn_basis(descriptors: Sequence[NDArray[np.float32]], seed: int = 0) -> Basis:
    """Learn a basis from the descriptors (n, 128) of the pages of many forms."""
    # Every page has the same say, however much is printed on it.
    least = min(len(page) for page in descriptors)
    even = np.vstack([page[:: max(1, len(page) // least)] for page in descriptors])
    mean = even.mean(axis=0)
    components = np.linalg.svd(even - mean, full_matrices=False)[2][:KEPT]
    empty = np.zeros((0, KEPT), np.float32)
    small = Basis(mean, components, empty, empty[None]).reduced(np.vstack(list(descriptors)))
    rng = np.random.default_rng(seed)
    kinds = _clusters(small, KINDS, rng)
    nearest = (small @ kinds.T).argmax(axis=1)
    # A kind that nothing is nearest to is its own word.
    members = [small[nearest == kind] if (nearest == kind).any() else kinds[kind : kind + 1] for kind in range(KINDS)]
    words = np.stack([_clusters(some, WORDS, rng) for some in members])
    return Basis(mean, components, kinds, words)


def save_basis(path: Path, basis: Basis) -> None:
    """Write a basis."""
    np.savez_compressed(
        path,
        mean=basis.mean.astype(np.float16),
        components=basis.components.astype(np.float16),
        kinds=packed(basis.kinds),
        words=packed(basis.words),
    )


def _clusters(small: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the middles (count, 64), unit vectors, of clusters: spherical k-means (Dhillon and Modha, 2001)."""
    middles = small[rng.choice(len(small), count, replace=len(small) < count)]
    for _ in range(_ROUNDS):
        nearest = (small @ middles.T).argmax(axis=1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, small)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), middles)
    return np.asarray(middles, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the print of a form's page comes from: a blank, or filled sheets.

    Attributes:
        form: The template whose geometry the sheets are laid flat by.
        page: Its printed page number.
        name: Of the file: the form's id, or its family's where all variants share the print.
        blank: Page of an official PDF, and which one; None where filled sheets are laid on each other.
        drawn: Whether it is drawn after a layout that nobody has confirmed.

    """

    form: FormTemplate
    page: int
    name: str
    blank: tuple[Path, int] | None
    drawn: bool = False

    def path(self, folder: Path) -> Path:
        """Return where it lies beside the templates of a folder."""
        return folder / PRINTS / f"{self.name}{DRAWN}.npz" if self.drawn else print_path(folder, self.name, self.page)


def print_of(source: Source, pages: Sequence[RealPage]) -> Features | None:
    """Return what is printed on a page, as features in mm; None where no sheet of it is at hand."""
    sheet, page = source.form.sheet, source.form.page(source.page)
    if source.drawn:
        found = blank_features(_drawn(source.form, source.page), (sheet.width, sheet.height))
    elif source.blank is not None:
        paper = open_blank([source.blank[0]], [source.blank[1]])[0].paper.grey
        found = blank_features(paper, (sheet.width, sheet.height))
    else:
        flat = [one for one in (_flat(source.form, source.page, real) for real in pages) if one is not None]
        if not flat:
            return None
        found = features_of(common_print(flat), density(sheet.width, sheet.height))
    return found.kept(usable(found, page, filled=source.blank is None and not source.drawn))


def _drawn(form: FormTemplate, number: int) -> Grey:
    """Return a page as our own press prints it."""
    sheet = draw_sheet(form, number, density(form.sheet.width, form.sheet.height))
    return np.asarray(cv2.cvtColor((255 * sheet).astype(np.uint8), cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _flat(form: FormTemplate, number: int, real: RealPage) -> Flat | None:
    """Lay a photographed sheet flat: by its measured markers where somebody gave them, else as the finder finds it."""
    grey, step = opened(real.path)
    picture = Picture(grey)
    corners, marked = form.page(number).corners, real.truth.get("corners")
    if corners is not None and marked:
        names = list(corners.points)
        printed = np.array([corners.points[name] for name in names])
        seen = reduced(np.array([(marked[name]["x"], marked[name]["y"]) for name in names]), step)
        matrix = fit_homography(printed, seen)
        if matrix is None:
            return None
        target = TaggedPage(form, form.page(number))
        proposal = Proposal((target,), matrix, "corners", Reach.FAR, Landmarks.exact(printed))
        return flattened(grey, align(picture, proposal).refinement.sheet, form.sheet)
    found = SheetFinder({form.id: form}).find(grey)
    right = isinstance(found, Registration) and found.target.page.number == number
    return flattened(grey, found.sheet, form.sheet) if isinstance(found, Registration) and right else None


def sources(forms: Forms, shared: Path) -> Iterator[tuple[Source, list[RealPage]]]:
    """Yield what prints can be made of what is in the folder of the real pages and of the official blanks."""
    real = [page for page in real_pages(shared) if page.part in LEARNT_FROM and page.page is not None]
    for family, variants in forms.families.items():
        known = [forms.installed[form] for form in variants if forms.installed[form].confirmed]
        for variant in known:
            form = forms[variant.id]
            for page in form.pages:
                name = family if len(variants) == 1 else form.id
                blank = BLANKS.get(family)
                own = [one for one in real if one.form in (form.id, family) and one.page == page.number]
                pdf = (shared / "forms" / blank, page.number) if blank else None
                if pdf or own:
                    yield Source(form, page.number, name, pdf), own[:MOST_SHEETS]


def drawn_sources(forms: Forms, only: str = "*") -> Iterator[Source]:
    """Yield the prints that pages share of which nobody has confirmed any: of each the fullest page is drawn.

    Args:
        forms: The forms; templates are made only of those that may have such a page.
        only: Pattern of the names of the prints.

    """
    known: dict[str, tuple[FormTemplate, PageTemplate]] = {}
    confirmed = set()
    for form in (forms[one.id] for one in forms.installed.values() if _may_share(one, only)):
        for page in form.pages:
            if page.shared_print is not None and fnmatch(page.shared_print, only):
                confirmed |= {page.shared_print} if form.confirmed and page.confirmed else set()
                fullest = known.get(page.shared_print)
                if fullest is None or len(page.numbers) > len(fullest[1].numbers):
                    known[page.shared_print] = form, page
    for name, (form, page) in known.items():
        if name not in confirmed:
            yield Source(form, page.number, name, None, drawn=True)


def _may_share(form: InstalledForm, only: str) -> bool:
    """Tell, without making the template, whether a form may have a page with a shared print of such a name."""
    pages = form.template.pages if form.source is None and form.template else ()
    names = [page.shared_print for page in (form.source.family.pages if form.source else pages)]
    return any(name is not None and fnmatch(name, only) for name in names)


def make(shared: Path, out: Path, only: str, *, basis: bool, log: Callable[[str], None]) -> None:
    """Make the prints of all forms whose sheets are at hand; the basis too, if that is wanted.

    Args:
        shared: Folder of the sets of real pages and of the official blanks.
        out: Folder of the templates.
        only: Pattern of the names of forms, as of files.
        basis: Whether the basis is learnt anew; every print is then made anew.
        log: Takes a line of progress.

    """
    made = []
    forms = load_forms()
    drawn = ((source, list[RealPage]()) for source in drawn_sources(forms, "*" if basis else only))
    for source, pages in itertools.chain(sources(forms, shared), drawn):
        if basis or fnmatch(source.name, only):
            features = print_of(source, pages)
            log(f"{source.name} page {source.page}: {0 if features is None else len(features.points)} features")
            made += [] if features is None else [(source, features)]
    if basis:
        save_basis(BASIS_FILE, learn_basis([features.descriptors for _, features in made]))
        load_basis.cache_clear()
    for source, features in made:
        page = page_print(features, source.form.page(source.page), load_basis())
        save_print(source.path(out), page)
