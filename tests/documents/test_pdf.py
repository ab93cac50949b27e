"""PDFs: a page that is nothing but a JPEG gives that JPEG; everything else is rendered under limits."""

import io
import subprocess
import zlib

import cv2
import numpy as np
import pdf2image.pdf2image
import pytest
from pypdf import PdfWriter

from pipeline.documents import Limits, Page, open_documents, poppler
from pipeline.errors import DocumentError
from tests.documents import samples

FULL = b"q 640 0 0 480 0 0 cm /Im Do Q"


def opened(data: bytes, limits: Limits | None = None) -> Page:
    return samples.only_page(list(open_documents([("a.pdf", data)], limits or Limits())))


def scan(content: bytes = FULL, **options: str) -> bytes:
    """Return a PDF page of 640 x 480 points with a JPEG of as many pixels."""
    body = samples.image_object(samples.jpeg(640, 480), 640, 480)
    return samples.pdf((content, {"Im": body}), box=options.pop("box", "0 0 640 480"), **options)


def test_full_page_jpeg_is_taken_out_unchanged() -> None:
    page = opened(scan())
    assert page.encoded() == samples.jpeg(640, 480)
    assert (page.source.width, page.source.height) == (640, 480)
    jpeg = samples.only_page(list(open_documents([("a.jpg", samples.jpeg(640, 480))])))
    assert np.array_equal(page.grey(), jpeg.grey())
    assert np.array_equal(page.colour(2), jpeg.colour(2))


def test_exif_inside_a_pdf_is_not_heeded_as_viewers_do_not() -> None:
    data = samples.jpeg(640, 480, exif=samples.exif(6))
    page = opened(samples.scan_pdf(data, 640, 480))
    assert page.encoded() == data
    assert page.grey().shape == (480, 640)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(FULL + b" 0 0 0 RG 3 w 300 200 m 340 260 l S", id="ink drawn over it"),
        pytest.param(FULL + b" 1 1 1 rg 100 100 60 40 re f", id="correction painted over it"),
        pytest.param(b"q -640 0 0 480 640 0 cm /Im Do Q", id="mirrored"),
        pytest.param(b"q 640 0 0 -480 0 480 cm /Im Do Q", id="upside down"),
        pytest.param(b"q 640 0 0 480 60 0 cm /Im Do Q", id="moved"),
        pytest.param(b"q 100 100 200 200 re W n 640 0 0 480 0 0 cm /Im Do Q", id="clipped"),
        pytest.param(b"q 320 0 0 240 0 0 cm /Im Do Q", id="on a part of the page"),
        pytest.param(FULL + FULL, id="drawn twice"),
    ],
)
def test_page_that_shows_anything_but_the_jpeg_is_rendered(content: bytes) -> None:
    page = opened(scan(content))
    assert page.encoded() is None
    assert page.grey().shape == (page.source.height, page.source.width)


def test_ink_drawn_over_a_scan_is_seen() -> None:
    page = opened(scan(FULL + b" 0 0 0 rg 300 200 40 60 re f"))
    assert page.grey()[480 - 230, 320] == 0
    assert page.source.width == 640


def test_turned_page_is_rendered_upright() -> None:
    page = opened(scan(page_extra="/Rotate 90"))
    assert page.encoded() is None
    assert page.source.height > page.source.width
    assert page.grey().shape == (page.source.height, page.source.width)
    expected = np.rot90(samples.grey_of(samples.picture(640, 480)), -1)
    small = cv2.resize(page.grey(), (48, 64), interpolation=cv2.INTER_AREA)
    target = cv2.resize(np.ascontiguousarray(expected), (48, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - target.astype(int)).max() < 12


def test_scan_that_is_no_jpeg_is_rendered_at_its_own_resolution() -> None:
    pixels = samples.picture(640, 480)
    body = samples.image_object(zlib.compress(pixels.tobytes()), 640, 480, "/FlateDecode")
    page = opened(samples.pdf((b"q 320 0 0 240 0 0 cm /Im Do Q", {"Im": body}), box="0 0 320 240"))
    assert (page.source.width, page.source.height) == (640, 480)
    assert np.abs(page.colour().astype(int) - pixels[..., ::-1]).max() <= 4


@pytest.mark.parametrize("reduction", [1, 2, 4, 8])
def test_drawn_page_is_rendered_no_larger_than_allowed(reduction: int) -> None:
    # A sheet of 600 x 900 mm, as C.Hasil is printed.
    page = opened(samples.pdf((b"0 0 1 rg 0 0 850 1275 re f", {}), box="0 0 1700.79 2551.18"))
    assert (page.source.width, page.source.height) == (2667, 4000)
    pixels = page.colour(reduction)  # type: ignore[arg-type]
    assert pixels.shape == (-(-4000 // reduction), -(-2667 // reduction), 3)
    assert pixels[-1, 0].tolist() == [255, 0, 0]
    assert pixels[0, -1].tolist() == [255, 255, 255]


def test_small_drawn_page_has_the_usual_resolution() -> None:
    page = opened(samples.pdf((b"", {}), box="0 0 595 842"))
    assert (page.source.width, page.source.height) == (1653, 2339)


def test_giant_page_is_rendered_small() -> None:
    page = opened(samples.pdf((b"", {}), box="0 0 14400000 14400000"))
    assert page.grey(8).shape == (500, 500)


def test_only_the_crop_box_is_shown() -> None:
    page = opened(samples.pdf((b"0 g 0 0 100 100 re f", {}), box="0 0 640 480", page_extra="/CropBox [0 0 100 100]"))
    assert page.source.width == page.source.height
    assert page.grey(4).max() == 0


def test_pages_come_in_order_and_a_bad_one_costs_only_itself() -> None:
    good = samples.image_object(samples.jpeg(640, 480), 640, 480)
    giant = samples.image_object(zlib.compress(b"x"), 50_000, 50_000, "/FlateDecode", "/DeviceGray")
    data = samples.pdf((FULL, {"Im": good}), (FULL, {"Im": giant}), (b"", {}), box="0 0 640 480")
    (document,) = open_documents([("a.pdf", data)])
    assert samples.codes(document) == [None, "image_side_too_long", None]
    assert [page.source.page for page in document.pages] == [1, 2, 3]


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128"])
def test_pdf_encrypted_with_an_empty_password_is_read(algorithm: str) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(scan()))
    writer.encrypt("", "owner", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    page = opened(buffer.getvalue())
    assert page.encoded() == samples.jpeg(640, 480)


def test_lines_before_the_header_do_no_harm() -> None:
    assert opened(b"sent by mail\n" + samples.pdf((b"", {}))).grey(8).ndim == 2


def test_slow_poppler_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def sleeping(command: list[str], **options: object) -> object:
        renders = command[0] == "pdftoppm" and "-r" in command
        return real(["sleep", "60"] if renders else command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(pdf2image.pdf2image, "Popen", sleeping)
    with pytest.raises(DocumentError) as caught:
        poppler.render(scan(), "a.pdf", 1, (8, 8), Limits(poppler_seconds=1), turned=False, colour=False)
    assert caught.value.code == "pdf_too_slow"


def test_slow_listing_of_a_pdf_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def sleeping(_: list[str], **options: object) -> object:
        return real(["sleep", "60"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", sleeping)
    with pytest.raises(DocumentError) as caught:
        poppler.page_table(b"", "a.pdf", Limits(poppler_seconds=1))
    assert caught.value.code == "pdf_too_slow"


def test_missing_poppler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (document,) = open_documents([("a.pdf", scan())])
    assert samples.codes(document) == ["poppler_missing"]
