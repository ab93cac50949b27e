"""Files made to do harm: they are read as what they are, or refused with a code, soon and in little memory."""

import io
import os
import resource
import stat
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter

from pipeline.documents import Page, open_documents
from pipeline.documents.kinds import Kind, identify
from tests import ROOT
from tests.support import samples
from tests.support.broken import _chunk

SOON_SECONDS = 10.0


def codes_of(data: bytes) -> list[str | None]:
    begun = time.monotonic()
    found = [code for document in open_documents([("hostile", data)]) for code in samples.codes(document)]
    assert time.monotonic() - begun < SOON_SECONDS
    return found


def black_png(width: int, height: int) -> bytes:
    """Return a PNG of one bit a pixel that is black: some kilobytes, however large it is."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = black_png(20_000, 20_000)
    assert len(bomb) < 200_000
    assert codes_of(bomb) == ["image_too_many_pixels"]


def test_the_largest_picture_that_is_taken_costs_less_than_a_gibibyte() -> None:
    """In a process of its own, whose peak the system knows; getrusage counts what the process was forked from, too."""
    largest = black_png(10_950, 10_950)
    program = (
        "import pathlib, re, sys\n"
        "from pipeline.documents import open_documents\n"
        "(document,) = open_documents([('largest.png', sys.stdin.buffer.read())])\n"
        "assert document.pages[0].colour(8).size and document.pages[0].grey().size\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=largest, capture_output=True, check=True, cwd=ROOT, timeout=120
    )
    assert int(done.stdout) < 1024


def test_zips_in_zips_are_not_opened_however_small() -> None:
    inner = samples.zipped({"bomb.bmp": bytes(5_000_000)})
    for _ in range(5):
        inner = samples.zipped({f"{number}.zip": inner for number in range(10)})
    assert set(codes_of(inner)) == {"archive_nested"}


def test_a_link_in_a_zip_is_a_file_like_any_other(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(samples.jpeg())
    link = zipfile.ZipInfo("page.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, str(secret))
    assert codes_of(buffer.getvalue()) == ["file_type_unsupported"]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (samples.jpeg(), samples.zipped({"evil.html": b"<script>"}), Kind.JPEG),
        (samples.encode("PNG"), samples.zipped({"evil.jpg": samples.jpeg()}), Kind.PNG),
        (samples.jpeg(), b"<html><script>alert(1)</script></html>", Kind.JPEG),
        (samples.jpeg(), samples.scan_pdf(samples.jpeg()), Kind.JPEG),
    ],
    ids=["JPEG and ZIP", "PNG and ZIP", "JPEG and HTML", "JPEG and PDF"],
)
def test_a_file_that_is_two_things_is_only_what_its_first_bytes_say(first: bytes, second: bytes, kind: Kind) -> None:
    both = first + second
    assert identify(both) is kind
    assert codes_of(both) == [None]


def test_a_page_of_html_before_a_pdf_is_a_pdf_and_nothing_of_it_is_shown() -> None:
    both = b"<html><script>alert(1)</script>\n" + samples.scan_pdf(samples.jpeg())
    assert identify(both) is Kind.PDF
    assert codes_of(both)[0] in (None, "pdf_damaged")


def test_a_page_of_a_square_kilometre_is_rendered_no_larger_than_any_other() -> None:
    (document,) = open_documents([("a.pdf", samples.pdf((b"0 0 9 9 re f", {}), box="0 0 2834645 2834645"))])
    (page,) = document.pages
    if isinstance(page, Page):
        assert max(page.source.width, page.source.height) <= 4000
    assert samples.codes(document)[0] in (None, "pdf_render_failed", "pdf_damaged")


def test_actions_scripts_and_embedded_files_of_a_pdf_do_nothing(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    writer = PdfWriter(clone_from=io.BytesIO(samples.scan_pdf(samples.jpeg())))
    writer.add_attachment("evil.sh", f"touch {touched}".encode())
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject  # noqa: PLC0415

    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    launch = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject(f"touch {touched}")}
    launch[NameObject("/Next")] = DictionaryObject(script)  # type: ignore[assignment]
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(launch)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert codes_of(buffer.getvalue()) == [None]
    assert not touched.exists()


@pytest.mark.parametrize(("kind", "code"), [("JPEG", None), ("PNG", "image_damaged"), ("TIFF", None), ("WEBP", None)])
def test_a_colour_profile_of_megabytes_is_passed_over_or_refused(kind: str, code: str | None) -> None:
    """Of a PNG it is packed, and none that unpacks to more than a MiB is taken."""
    profile = os.urandom(3_000_000)
    buffer = io.BytesIO()
    Image.fromarray(samples.picture()).save(buffer, kind, icc_profile=profile)
    assert codes_of(buffer.getvalue()) == [code]


def test_exif_of_megabytes_costs_nothing() -> None:
    many = b"".join(b"\xff\xe1\xff\xff" + b"Exif\0\0" + os.urandom(65_527) for _ in range(100))
    data = samples.jpeg()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert codes_of(data[:2] + many + data[2:]) == [None]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
