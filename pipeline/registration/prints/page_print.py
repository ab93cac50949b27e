"""What is printed on a page, as features: measured facts of the form, kept beside its template.

A template says where the numbers stand; the print says what the rest of the page looks like. It is taken from a blank
form, or from filled sheets laid on each other (`pipeline.drafting.print_features`), and holds neither what people write
nor what changes from place to place.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import FormError
from pipeline.registration.geometry import Points
from pipeline.registration.prints.basis import KEPT, packed, unpacked

PRINTS = "prints"
"""Folder, beside the templates, of their prints: `<form or family>-p<page>.npz`."""

DRAWN = "-drawn"
"""Ending of the name, `<shared print>-drawn.npz`, of a print drawn after a layout that nobody has confirmed."""

_PER_MM = 50.0
"""Places are kept to a fiftieth of a millimetre."""


@dataclass(frozen=True)
class PagePrint:
    """The print of one page; the features that tell it best come first.

    Attributes:
        points: Where its features are on the sheet, mm (n, 2).
        sizes: Their diameters, mm (n,).
        descriptors: Small descriptors, unit vectors (n, 64).
        words: The word of each (n,).
        witnesses: How many of the first ones are spread over the page and unlike each other.

    """

    points: Points
    sizes: Points
    descriptors: NDArray[np.float32]
    words: NDArray[np.intp]
    witnesses: int

    @cached_property
    def centre(self) -> Points:
        """The middle of its features, mm (2,)."""
        return np.asarray(self.points.mean(axis=0))


def print_path(folder: Path, form: str, page: int) -> Path:
    """Return where the print of a page lies beside the templates of a folder."""
    return folder / PRINTS / f"{form}-p{page}.npz"


def save_print(path: Path, page: PagePrint) -> None:
    """Write a print; the file is replaced as a whole."""
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as file:
        np.savez_compressed(
            file,
            points=np.round(page.points * _PER_MM).astype(np.uint16),
            sizes=np.round(page.sizes * _PER_MM).astype(np.uint16),
            descriptors=packed(page.descriptors),
            words=page.words.astype(np.uint16),
            witnesses=np.uint16(page.witnesses),
        )
    part.replace(path)


def load_print(path: Path) -> PagePrint:
    """Read a print.

    Raises:
        FormError: `form_print_damaged`.

    """
    try:
        # Opened here: numpy leaves a file that is no archive open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _checked(path, {name: file[name] for name in file.files})
    except (OSError, EOFError, TypeError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FormError("form_print_damaged", path=path.name) from error


def _checked(path: Path, parts: Mapping[str, NDArray[np.generic]]) -> PagePrint:
    points, sizes = parts["points"].astype(np.float64) / _PER_MM, parts["sizes"].astype(np.float64) / _PER_MM
    descriptors = unpacked(parts["descriptors"].astype(np.int8))
    words, count = parts["words"].astype(np.intp), len(points)
    shapes = (points.shape, sizes.shape, descriptors.shape, words.shape)
    if shapes != ((count, 2), (count,), (count, KEPT), (count,)) or not count:
        raise ValueError(f"{path.name}: {shapes}")
    return PagePrint(points, sizes, descriptors, words, int(parts["witnesses"]))
