"""The pages of a PDF: an embedded full-page JPEG is taken out unchanged, everything else is rendered."""

import math
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.documents import poppler
from pipeline.documents.budget import Budget
from pipeline.documents.headers import Header, check_header, check_size, read_headers
from pipeline.documents.images import decode_image
from pipeline.documents.kinds import Kind
from pipeline.documents.limits import Limits
from pipeline.documents.orientation import UPRIGHT
from pipeline.documents.origins import File, Origin, read_unchanged
from pipeline.documents.source import Reduction
from pipeline.documents.verify import same_picture
from pipeline.errors import DocumentError

_POINTS_PER_INCH = 72
_SHOWN = ("image", "stencil")
_FEWEST_PIXELS = 300_000  # of a picture that may show a sheet: 640 x 480
_COVERS = 0.01  # of the page's side: how far a picture may miss its edges and still count as the full page


@dataclass(slots=True)
class PdfPixels:
    """The pixels of one page of a PDF.

    Attributes:
        origin: Where the PDF is.
        sha256: Digest of its bytes when it was opened.
        page: 1-based page number.
        size: (width, height) of the page in pixels at full size.
        turned: Whether it is turned by 90 or 270 degrees.
        jpeg: Whether the page may be nothing but a JPEG; True is a guess until it has been compared with the page.
        limits: What it may ask for.
        budget: Time that it may take, over all sizes in which it is rendered.

    """

    origin: Origin
    sha256: str
    page: int
    size: tuple[int, int]
    turned: bool
    jpeg: bool
    limits: Limits
    budget: Budget
    _compared: bool = field(default=False, init=False)

    def decode(self, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        """Return the upright pixels."""
        data = self._data()
        found = self._embedded(data)
        if found is not None:
            jpeg, header = found
            return decode_image(jpeg, header, self.origin.name, reduction, colour=colour)
        return self._render(data, reduction, colour=colour)

    def encoded(self) -> bytes | None:
        """Return the embedded JPEG if the page is nothing else."""
        found = self._embedded(self._data())
        return found[0] if found is not None else None

    def _data(self) -> bytes:
        return read_unchanged(self.origin, self.sha256, self.limits.max_file_bytes)

    def _render(self, data: bytes, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        width, height = (-(-side // reduction) for side in self.size)
        name, limits = self.origin.name, self.limits
        return poppler.render(
            data, name, self.page, (width, height), limits, self.budget, turned=self.turned, colour=colour
        )

    def _embedded(self, data: bytes) -> tuple[bytes, Header] | None:
        """Take the JPEG out, and make sure once that the page shows nothing else.

        The list of pictures tells neither where a picture lies nor what is drawn over it, such as ink of a tablet or a
        correction. So the page is rendered as large as the picture and compared; two threads may both do it, with the
        same result.
        """
        if not self.jpeg:
            return None
        found = self._extract(data)
        if found is not None and not self._compared:
            shown = self._render(data, 1, colour=False)
            if not same_picture(shown, decode_image(*found, self.origin.name, 1, colour=False)):
                found = None
        self._compared, self.jpeg = True, found is not None
        return found

    def _extract(self, data: bytes) -> tuple[bytes, Header] | None:
        """Take the JPEG out, if it is whole and of the size that the PDF claims."""
        name = self.origin.name
        try:
            jpeg = poppler.embedded_jpeg(data, name, self.page, self.limits, self.budget)
            if jpeg is None:
                return None
            (header,) = read_headers(Kind.JPEG, jpeg, name, self.limits)
            check_header(header, name, self.limits)
        except (DocumentError, OSError) as error:  # OSError: no place for a temporary file: rendering does without
            if isinstance(error, DocumentError) and error.code == "pdf_too_slow":
                raise
            return None
        # Viewers of PDF do not heed EXIF inside an embedded picture, so the page is the picture as stored.
        return (jpeg, replace(header, orientation=UPRIGHT)) if (header.width, header.height) == self.size else None


def open_pdf(file: File, limits: Limits) -> list[PdfPixels | DocumentError]:
    """Return the pixels of every page, or why it cannot be had; nothing is rendered yet.

    Raises:
        DocumentError: The PDF as a whole cannot be opened.

    """
    listing = Budget(limits.poppler_seconds, limits.budget)
    pages = poppler.page_table(file.data, file.name, limits, listing)
    try:
        images = poppler.image_table(file.data, file.name, len(pages), limits, listing)
    except DocumentError as error:  # damaged pictures; the pages may still be rendered
        if error.code == "pdf_too_slow":
            raise
        images = {}
    whole = Budget(limits.poppler_seconds + len(pages) * limits.poppler_page_seconds, limits.budget)
    opened: list[PdfPixels | DocumentError] = []
    for number, page in enumerate(pages, start=1):
        try:
            size, jpeg = _plan(page, images.get(number, []), file.name, limits)
            turned = page.rotation in (90, 270)
            budget = Budget(limits.poppler_seconds, whole)
            opened.append(PdfPixels(file.origin, file.sha256, number, size, turned, jpeg, limits, budget))
        except DocumentError as error:
            opened.append(error)
    return opened


def _plan(
    page: poppler.PdfPage, images: list[poppler.PdfImage], name: str, limits: Limits
) -> tuple[tuple[int, int], bool]:
    """Choose the size of a page in pixels, and whether to try to take its JPEG out."""
    for image in images:
        check_size(image.width, image.height, name, limits)  # poppler would unpack it at this size
    scan = images[0] if len(images) == 1 and _covers(images[0], page) else None
    if scan is not None and scan.encoding == "jpeg" and page.rotation == 0:
        return (scan.width, scan.height), True
    width, height = page.width, page.height
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise DocumentError("pdf_damaged", path=name, problem=f"a page measures {width:g} x {height:g} points")
    if page.rotation in (90, 270):
        width, height = height, width
    scale = _scale((width, height), images, scan, limits)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    check_size(*size, name, limits)
    return size, False


def _scale(
    page: tuple[float, float], images: list[poppler.PdfImage], scan: poppler.PdfImage | None, limits: Limits
) -> float:
    """Return the pixels a point at which a page is rendered.

    A picture is rendered at its own resolution, so that nothing is lost or made up; what is drawn, at the usual one.

    Args:
        page: Its width and height, points.
        images: The pictures on it.
        scan: The one that is the whole page, if any.
        limits: How large the page may become.

    """
    largest = limits.pdf_long_side / max(page)
    if scan is not None:
        return min(max(scan.x_ppi, scan.y_ppi) / _POINTS_PER_INCH, largest)
    usual = min(limits.pdf_dpi / _POINTS_PER_INCH, largest)
    finest = _finest(images)
    if finest is None:
        return usual
    # A photograph on a large page may have the pixels that it would have alone, and the page as many more.
    longest = _POINTS_PER_INCH * max(finest.width / finest.x_ppi, finest.height / finest.y_ppi)
    own = min(
        max(finest.x_ppi, finest.y_ppi) / _POINTS_PER_INCH,
        limits.pdf_long_side / min(longest, max(page)),
        limits.max_side / max(page),
        math.sqrt(limits.pdf_pixels / (page[0] * page[1])),
    )
    return max(usual, own)


def _finest(images: list[poppler.PdfImage]) -> poppler.PdfImage | None:
    """Return the picture with the most pixels an inch, of those that may show a sheet; None where there is none.

    A scan may be cut into strips, or its ink laid over a coarser ground: pictures of one resolution count together, and
    a logo counts for nothing.
    """
    pixels: Counter[int] = Counter()
    placed = [image for image in images if image.kind in _SHOWN and min(image.x_ppi, image.y_ppi) > 0]
    for image in placed:
        pixels[_ppi(image)] += image.width * image.height
    least = max(_FEWEST_PIXELS, max(pixels.values(), default=0) // 4)
    return max((image for image in placed if pixels[_ppi(image)] >= least), key=_ppi, default=None)


def _ppi(image: poppler.PdfImage) -> int:
    return round(max(image.x_ppi, image.y_ppi))


def _covers(image: poppler.PdfImage, page: poppler.PdfPage) -> bool:
    """Return whether a picture is as large as its page."""
    if image.kind != "image" or image.x_ppi <= 0 or image.y_ppi <= 0:
        return False
    width, height = image.width / image.x_ppi * _POINTS_PER_INCH, image.height / image.y_ppi * _POINTS_PER_INCH
    # The list rounds its pixels an inch to whole numbers, which at low resolutions is more than the margin.
    margin_x = _COVERS + 0.5 / image.x_ppi
    margin_y = _COVERS + 0.5 / image.y_ppi
    return abs(width / page.width - 1) <= margin_x and abs(height / page.height - 1) <= margin_y
