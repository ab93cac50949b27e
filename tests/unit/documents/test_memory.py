"""What decoding may take: no kind of picture that is let in costs a process more than a GiB."""

import io
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import pillow_heif
import pytest
from PIL import Image

from pipeline.documents.headers import Header, check_header, read_headers
from pipeline.documents.kinds import Kind, identify
from pipeline.documents.limits import DEFAULT_LIMITS, MIB, Limits
from pipeline.errors import DocumentError
from tests import ROOT

SIDES = 5000, 3200
PROGRAM = """
import os, pathlib, re, sys
from pipeline.documents import open_documents
def most(of):
    return int(re.search(of + r":\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
for line in sys.stdin:
    if (child := os.fork()) == 0:  # a process of its own for each picture, whose libraries are loaded
        data = pathlib.Path(line.rstrip("\\n")).read_bytes()
        before = most("VmRSS") - len(data)
        ((page,),) = [document.pages for document in open_documents([("picture", data)])]
        assert page.colour(1).size and page.grey(1).size
        print(most("VmHWM") - before, flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("failed")
"""

VARIANTS = [
    ("RGB", "JPEG", {}),
    ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
    ("CMYK", "JPEG", {}),
    ("CMYK", "JPEG", {"progressive": True}),
    ("1", "PNG", {}),
    ("L", "PNG", {}),
    ("P", "PNG", {}),
    ("RGB", "PNG", {}),
    ("RGBA", "PNG", {}),
    ("LA", "PNG", {}),
    ("I;16", "PNG", {}),
    ("RGBA", "TIFF", {"compression": "tiff_deflate"}),
    ("CMYK", "TIFF", {"compression": "tiff_lzw"}),
    ("1", "TIFF", {"compression": "group4"}),
    ("RGB", "WEBP", {"method": 0}),
    ("RGBA", "WEBP", {"method": 0}),
    ("RGB", "WEBP", {"method": 0, "lossless": True}),
    ("RGB", "BMP", {}),
    ("RGB", "HEIF", {}),
]


def encoded(mode: str, kind: str, options: dict[str, object]) -> bytes:
    return _encoded(mode, kind, tuple(options.items()))


@cache
def _encoded(mode: str, kind: str, options: tuple[tuple[str, object], ...]) -> bytes:
    buffer = io.BytesIO()
    picture = Image.new(mode, SIDES)
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(buffer)
    else:
        picture.save(buffer, kind, **dict(options))
    return buffer.getvalue()


def as_started() -> dict[str, str]:
    """Return the environment of a worker: what a run of tests keeps for its next picture is none of this one's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes], int]]:
    """Return what tells how many bytes a process takes to decode a picture, beside the picture itself."""
    file = tmp_path_factory.mktemp("memory") / "picture"
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=as_started()) as program:

        def measured(data: bytes) -> int:
            assert program.stdin is not None
            assert program.stdout is not None
            file.write_bytes(data)
            program.stdin.write(f"{file}\n")
            program.stdin.flush()
            return int(program.stdout.readline())

        yield measured


@pytest.mark.parametrize(("mode", "kind", "options"), VARIANTS, ids=[f"{m} {k} {o}" for m, k, o in VARIANTS])
def test_a_decoder_takes_no_more_than_what_its_pictures_are_limited_by(
    mode: str, kind: str, options: dict[str, object], taken: Callable[[bytes], int]
) -> None:
    data = encoded(mode, kind, options)
    seen = identify(data)
    assert seen is not None
    (header,) = read_headers(seen, data, "picture", DEFAULT_LIMITS)
    fixed = 24 * MIB  # libraries that are loaded on the way
    assert taken(data) < header.pixel_bytes * SIDES[0] * SIDES[1] + fixed


@pytest.mark.parametrize(("mode", "kind", "options"), VARIANTS, ids=[f"{m} {k} {o}" for m, k, o in VARIANTS])
def test_the_largest_picture_of_any_kind_fits_beside_all_else(mode: str, kind: str, options: dict[str, object]) -> None:
    data = encoded(mode, kind, options)
    seen = identify(data)
    assert seen is not None
    (header,) = read_headers(seen, data, "picture", DEFAULT_LIMITS)
    for width, height in ((16383, 7000), (10950, 10950), (12000, 9000), (9000, 7000), (8000, 6000)):
        sized = Header(header.kind, width, height, channels=header.channels, pixel_bytes=header.pixel_bytes)
        if width * height * header.pixel_bytes < 1024 * MIB * 0.7:
            check_header(sized, "picture", DEFAULT_LIMITS)
        elif width * height * header.pixel_bytes > 1024 * MIB * 0.8:
            with pytest.raises(DocumentError, match="image_too_many_pixels"):
                check_header(sized, "picture", DEFAULT_LIMITS)


def test_a_large_webp_of_a_few_kilobytes_is_refused_before_it_is_decoded() -> None:
    """2.0 GiB, were it decoded."""
    size = (16383 - 1) | (7000 - 1) << 14
    body = b"\x2f" + struct.pack("<I", size) + bytes(40)
    chunk = b"VP8L" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    data = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    assert identify(data) is Kind.WEBP
    with pytest.raises(DocumentError) as caught:
        check_header(read_headers(Kind.WEBP, data, "a.webp", Limits())[0], "a.webp", Limits())
    assert caught.value.code == "image_too_many_pixels"
    assert float(re.findall(r"limit is ([\d.]+)", caught.value.reason.text("en"))[0]) < 60


def test_a_png_of_16_bits_costs_what_both_decoders_take() -> None:
    head = struct.pack(">IIBB", 9000, 9000, 16, 6) + b"\0\0\0"
    chunk = b"IHDR" + head
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (header,) = read_headers(Kind.PNG, data + bytes(40), "a.png", Limits())
    assert header.pixel_bytes >= 16
