"""PDFs: a page that is nothing but a JPEG gives that JPEG; everything else is rendered under limits."""

import io
import os
import subprocess
import threading
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfWriter

from pipeline.documents import Limits, Page, open_documents, poppler
from pipeline.documents.budget import Budget
from pipeline.errors import DocumentError
from tests.support import samples

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


def sharp_scan(width: int, height: int, levels: int, seed: int) -> NDArray[np.uint8]:
    """Return a scan, grey, full of what a renderer moves most: hair lines, small print, digits in boxes, specks."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width), 250, np.uint8)
    for at in range(9, min(width, height), 23):
        cv2.line(page, (4, at), (width - 5, at), 60, 1)
        cv2.line(page, (at, 4), (at, height - 5), 60, 1)
    for top in range(40, height - 20, 46):
        text = "".join(rng.choice(list("0123456789XWM"), width // 14))
        cv2.putText(page, text, (12, top), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 2)
        cv2.putText(page, text, (12, top + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.35, 90, 1)
    page[rng.random(page.shape) < 0.004] = 0
    page[-70:-10, 300:380] = 250  # a box that was left empty, beside a one
    cv2.line(page, (370, height - 60), (370, height - 20), 20, 3)
    return page if levels > 2 else np.where(page > 140, 255, 0).astype(np.uint8)


def as_pdf(pixels: NDArray[np.uint8], ppi: float, drawn: bytes = b"", stretched: float = 1.0) -> tuple[bytes, bytes]:
    """Return the JPEG of a grey scan, and a PDF whose page it is, with something drawn over it in px, y upwards."""
    height, width = pixels.shape
    jpeg = samples.encode("JPEG", pixels, quality=80)
    across, down = width * 72 / ppi * stretched, height * 72 / ppi
    content = b"q %.4f 0 0 %.4f 0 0 cm /Im Do Q %.6f 0 0 %.6f 0 0 cm " % (across, down, across / width, down / height)
    body = samples.image_object(jpeg, width, height, space="/DeviceGray")
    return jpeg, samples.pdf((content + drawn, {"Im": body}), box=f"0 0 {across:.4f} {down:.4f}")


@pytest.mark.parametrize("levels", [2, 256])
@pytest.mark.parametrize(
    ("width", "height", "ppi", "stretched"),
    [(707, 1000, 72, 1.0), (707, 1000, 300, 0.997), (1033, 1461, 150, 1.004), (1654, 2339, 200, 1.0)],
)
def test_sharp_scans_are_taken_out_unchanged(width: int, height: int, ppi: int, stretched: float, levels: int) -> None:
    jpeg, data = as_pdf(sharp_scan(width, height, levels, seed=ppi), ppi, stretched=stretched)
    assert opened(data).encoded() == jpeg


INK = {
    "hair line": b"0.2 G 1 w 331 60 m 331 30 l S",
    "stroke of a pen": b"0 0 0.6 RG 2 w 320 25 m 340 60 l S",
    "a seven made of a one": b"0 G 2 w 350 59 m 371 59 l S",
    "pale pencil": b"0.6 G 2 w 320 30 m 344 55 l S",
    "a digit painted over": b"1 g 362 15 18 50 re f",
    "small print painted over": b"1 g 60 676 120 16 re f",
}


@pytest.mark.parametrize("levels", [2, 256])
@pytest.mark.parametrize("ink", INK)
def test_no_stroke_of_ink_over_a_sharp_scan_is_lost(levels: int, ink: str) -> None:
    _, data = as_pdf(sharp_scan(707, 1000, levels, seed=1), 150, INK[ink])
    assert opened(data).encoded() is None


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


def photograph_on(page: bytes, width: int = 1200, height: int = 900, box: str = "0 0 595 842") -> Page:
    """Return a page of A4 on which a picture lies as `page` puts it."""
    body = samples.image_object(samples.jpeg(width, height), width, height)
    return opened(samples.pdf((page, {"Im": body}), box=box))


@pytest.mark.parametrize(
    ("content", "ppi"),
    [
        pytest.param(b"q 144 0 0 108 200 400 cm /Im Do Q", 600, id="small"),
        pytest.param(b"q 288 0 0 216 200 400 cm /Im Do Q", 300, id="larger"),
        pytest.param(b"q 0 144 -108 0 300 400 cm /Im Do Q", 600, id="turned by the matrix"),
        pytest.param(b"q 144 0 0 108 20 20 cm /Im Do Q 0 g 0 0 300 8 re f", 600, id="beside a footer"),
        pytest.param(b"q 590 0 0 442 2 2 cm /Im Do Q", 200, id="coarser than the usual"),
    ],
)
def test_a_photograph_on_a_page_is_rendered_at_its_own_resolution(content: bytes, ppi: int) -> None:
    source = photograph_on(content).source
    assert source.width == pytest.approx(595 * ppi / 72, abs=12)
    assert source.height == pytest.approx(842 * ppi / 72, abs=16)


def test_strips_of_a_scan_count_together() -> None:
    strip = samples.image_object(samples.jpeg(2400, 100), 2400, 100)
    content = b"".join(b"q 576 0 0 24 9 %d cm /Im Do Q " % (24 * row) for row in range(30))
    page = opened(samples.pdf((content, {"Im": strip}), box="0 0 595 842"))
    assert page.source.width == pytest.approx(595 * 300 / 72, abs=4)


def test_a_logo_makes_no_page_larger() -> None:
    page = photograph_on(b"q 20 0 0 15 40 780 cm /Im Do Q", 480, 360)
    assert (page.source.width, page.source.height) == (1653, 2339)


@pytest.mark.parametrize("box", ["0 0 595 842", "0 0 20 14400", "0 0 14400 14400"])
def test_a_page_with_a_tiny_picture_of_many_pixels_stays_within_the_limits(box: str) -> None:
    source = photograph_on(b"q 4 0 0 3 5 5 cm /Im Do Q", 1600, 1200, box).source
    assert source.width * source.height <= Limits().pdf_pixels * 1.01
    assert max(source.width, source.height) <= Limits().max_side


def test_giant_page_is_rendered_small() -> None:
    page = opened(samples.pdf((b"", {}), box="0 0 14400000 14400000"))
    assert page.grey(8).shape == (500, 500)


def test_only_the_crop_box_is_shown() -> None:
    page = opened(samples.pdf((b"0 g 0 0 100 100 re f", {}), box="0 0 640 480", page_extra="/CropBox [0 0 100 100]"))
    assert page.source.width == page.source.height
    assert page.grey(4).max() == 0


LETTERS = {
    "plain": b"q 640 0 0 480 0 0 cm /Im Do Q",
    "mirrored": b"q -640 0 0 480 640 0 cm /Im Do Q",
    "upside down": b"q -640 0 0 -480 640 480 cm /Im Do Q",
}
CROPS = ("", "[0 0 640 240]", "[0 0 637 478]", "[100 100 420 340]", "[320 0 960 480]", "[640 480 0 0]")


@pytest.mark.parametrize("turn", [0, 90, -90, 180, 450])
@pytest.mark.parametrize("laid", LETTERS)
def test_what_is_read_of_a_picture_is_what_viewers_show_of_its_page(laid: str, turn: int) -> None:
    picture = np.full((480, 640), 230, np.uint8)
    for place, letter in enumerate("FGRP"):  # none is its own mirror image
        at = (60 + place % 2 * 400, 150 + place // 2 * 250)
        cv2.putText(picture, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 4, 20, 8)
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    body = samples.image_object(jpeg, 640, 480, space="/DeviceGray")
    for crop in CROPS:
        extra = f"/Rotate {turn} " + (f"/CropBox {crop}" if crop else "")
        data = samples.pdf((LETTERS[laid], {"Im": body}), box="0 0 640 480", page_extra=extra)
        page = opened(data)
        shown = shown_at_72(data)
        read = cv2.resize(page.grey(), shown.shape[::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(read.astype(int) - shown).mean() < 3, crop
        whole = crop in ("", "[640 480 0 0]")
        assert (page.encoded() == jpeg) == (laid == "plain" and turn == 0 and whole), crop


def shown_at_72(data: bytes) -> NDArray[np.uint8]:
    """Return a page as a viewer shows it, one pixel a point."""
    command = ["pdftoppm", "-cropbox", "-r", "72", "-gray", "-"]
    drawn = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return np.asarray(cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


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
    _sleep_instead(monkeypatch, "pdftoppm")
    with pytest.raises(DocumentError) as caught:
        poppler.render(scan(), "a.pdf", 1, (8, 8), Limits(), Budget(1), turned=False, colour=False)
    assert caught.value.code == "pdf_too_slow"


def test_slow_listing_of_a_pdf_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    _sleep_instead(monkeypatch, "pdfinfo")
    with pytest.raises(DocumentError) as caught:
        poppler.page_table(b"", "a.pdf", Limits(), Budget(1))
    assert caught.value.code == "pdf_too_slow"


@pytest.mark.parametrize("tool", ["pdfinfo", "pdfimages", "pdftoppm"])
def test_a_slow_file_costs_its_budget_once_whatever_is_asked_of_it(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed, taken out, compared, in every size, and in colour: no call may have the whole time once more."""
    _sleep_instead(monkeypatch, tool)
    begun = time.monotonic()
    (document,) = open_documents([("a.pdf", scan())], Limits(poppler_seconds=1, poppler_page_seconds=0))
    for page in document.pages:
        for reduction in (8, 4, 2, 1):
            if isinstance(page, Page):
                with pytest.raises(DocumentError, match="pdf_too_slow"):
                    page.grey(reduction)
    assert time.monotonic() - begun < 2.5


def test_all_members_of_an_archive_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    _sleep_instead(monkeypatch, "pdfimages")
    archive = samples.zipped({f"{number}.pdf": scan() for number in range(9)})
    begun = time.monotonic()
    found = list(open_documents([("all.zip", archive)], Limits(budget=Budget(1))))
    assert {code for document in found for code in samples.codes(document)} == {"pdf_too_slow"}
    assert len(found) == 9
    assert time.monotonic() - begun < 2.5


def test_who_gives_up_ends_the_tool_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    _sleep_instead(monkeypatch, "pdfimages")
    budget = Budget(60)
    threading.Timer(0.5, budget.cancel).start()
    begun = time.monotonic()
    (document,) = open_documents([("a.pdf", scan())], Limits(budget=budget))
    assert samples.codes(document) == ["pdf_too_slow"]
    assert time.monotonic() - begun < 5


def test_tools_are_told_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    for tool in ("pdfinfo", "pdfimages", "pdftoppm"):
        program = tmp_path / tool
        program.write_text(f'#!/bin/sh\nenv >> {told}\nexec /usr/bin/{tool} "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in ("CHASIL_DATABASE", "CHASIL_OIDC_CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"):
        monkeypatch.setenv(name, "rahasia")
    opened(scan()).grey(4)
    assert told.read_text().count("PATH=") >= 3
    assert "rahasia" not in told.read_text()


def _sleep_instead(monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    """Let one tool do nothing for a minute."""
    real = subprocess.Popen

    def sleeping(command: list[str], **options: object) -> object:
        return real(["sleep", "60"] if command[0] == tool else command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", sleeping)


def test_missing_poppler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (document,) = open_documents([("a.pdf", scan())])
    assert samples.codes(document) == ["poppler_missing"]
