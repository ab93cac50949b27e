"""What opening a file gives: documents of pages, each of which knows where it comes from."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.reasons import Reason

Reduction = Literal[1, 2, 4, 8]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page comes from.

    Attributes:
        name: File name as given; inside an archive "a.zip/inner.jpg". Control characters are written as escapes.
        page: 1-based page inside that file.
        sha256: Hex digest of the file's own bytes (of the member's bytes inside an archive); "" when it was not read.
        width: Pixels of the upright page at full size; 0 when unknown.
        height: Pixels of the upright page at full size; 0 when unknown.

    """

    name: str
    page: int = 1
    sha256: str = ""
    width: int = 0
    height: int = 0


class Pixels(Protocol):
    """How the pixels of one page are had: from an image file or from a PDF."""

    def decode(self, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        """Return the upright pixels, (height, width) grey or (height, width, 3) BGR, divided by `reduction`."""
        ...

    def encoded(self) -> bytes | None:
        """Return the file that holds just this page unchanged, or None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page that can be read. It holds no open file and no pixels, may be shared by threads and can be pickled.

    Attributes:
        source: Where it comes from.
        document: Name of the document to which it belongs.
        pixels: How its pixels are had; use `grey` and `colour`.

    """

    source: Source
    document: str
    pixels: Pixels

    def grey(self, reduction: Reduction = 1) -> NDArray[np.uint8]:
        """Decode the page, upright, in grey.

        Args:
            reduction: Divides both sides (rounded up); 2, 4 and 8 are faster than 1.

        Returns:
            uint8, shape (ceil(height / reduction), ceil(width / reduction)), 0 is black.

        Raises:
            DocumentError: The file is damaged, or has changed since it was opened.

        """
        return self.pixels.decode(reduction, colour=False)

    def colour(self, reduction: Reduction = 1) -> NDArray[np.uint8]:
        """Decode the page, upright, in colour.

        Args:
            reduction: Divides both sides (rounded up).

        Returns:
            uint8 BGR, shape (ceil(height / reduction), ceil(width / reduction), 3).

        Raises:
            DocumentError: The file is damaged, or has changed since it was opened.

        """
        return self.pixels.decode(reduction, colour=True)

    def encoded(self) -> bytes | None:
        """Return the bytes of the file that holds just this page, unchanged; None if it is one page of several.

        For a page of a PDF that is nothing but an embedded JPEG, these are the bytes of that JPEG.

        Raises:
            DocumentError: The file has gone or changed since it was opened.

        """
        return self.pixels.encoded()


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """A page, or a whole file, that cannot be opened.

    Attributes:
        source: Where it comes from, as far as known.
        document: Name of the document to which it would belong.
        reason: Why it cannot be opened.

    """

    source: Source
    document: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Document:
    """The pages of one form of one polling station, in order.

    Attributes:
        name: Unique among the documents of one call.
        pages: What can be read and what cannot, by page number.

    """

    name: str
    pages: tuple[Page | RejectedPage, ...]
