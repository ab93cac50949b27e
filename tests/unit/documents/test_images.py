"""Every format gives the same upright pixels, at every reduction."""

import io
import pickle
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.documents import Limits, Page, Reduction, open_documents
from tests.support import samples

# Turning the upright picture in this way gives what a camera stores with the orientation beside it.
STORED: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda p: p,
    2: np.fliplr,
    3: lambda p: np.rot90(p, 2),
    4: np.flipud,
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
    8: lambda p: np.rot90(p, -1),
}
REDUCTIONS: tuple[Reduction, ...] = (1, 2, 4, 8)


def opened(name: str, data: bytes) -> Page:
    return samples.only_page(list(open_documents([(name, data)])))


def assert_shows(pixels: NDArray[np.uint8], expected: NDArray[np.uint8], tolerance: float = 6) -> None:
    assert pixels.shape == expected.shape
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert np.abs(pixels.astype(int) - expected.astype(int)).max() <= tolerance


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "TIFF-deflate", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_give_the_same_upright_picture(kind: str, orientation: int) -> None:
    stored = np.ascontiguousarray(STORED[orientation](samples.picture()))
    if kind.startswith("TIFF"):
        packing = {"compression": "tiff_deflate"} if kind.endswith("deflate") else {}
        data = samples.encode("TIFF", stored, tiffinfo={274: orientation}, **packing)
    else:
        options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
        data = samples.encode(kind, stored, exif=samples.exif(orientation), **options)
    page = opened("a", data)
    assert (page.source.width, page.source.height) == (96, 64)
    assert_shows(page.colour(), samples.picture()[..., ::-1])
    for reduction in REDUCTIONS:
        small = cv2.resize(samples.grey_of(samples.picture()), (96 // reduction, 64 // reduction), interpolation=3)
        assert_shows(page.grey(reduction), np.asarray(small, np.uint8))


FORMATS = {
    "jpeg": samples.jpeg,
    "progressive jpeg": lambda: samples.jpeg(progressive=True),
    "png": lambda: samples.encode("PNG"),
    "tiff": lambda: samples.encode("TIFF"),
    "tiff lzw": lambda: samples.encode("TIFF", compression="tiff_lzw"),
    "tiff jpeg": lambda: samples.encode("TIFF", compression="jpeg", quality=95),
    "bigtiff": lambda: samples.encode("TIFF", big_tiff=True),
    "webp": lambda: samples.encode("WEBP", lossless=True),
    "lossy webp": lambda: samples.encode("WEBP", quality=95),
    "bmp": lambda: samples.encode("BMP"),
    "heic": samples.heif,
}


@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_pixels_whatever_its_extension(data: Callable[[], bytes]) -> None:
    page = opened("misnamed.gif", data())
    assert (page.source.width, page.source.height) == (96, 64)
    assert_shows(page.colour(), samples.picture()[..., ::-1], 12)
    assert_shows(page.grey(), samples.grey_of(samples.picture()), 8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reduced_sides_are_rounded_up(kind: str, reduction: Reduction) -> None:
    page = opened("a", samples.encode(kind, samples.picture(101, 77)))
    shape = (-(-77 // reduction), -(-101 // reduction))
    assert page.grey(reduction).shape == shape
    assert page.colour(reduction).shape == (*shape, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits(kind: str) -> None:
    grey = samples.grey_of(samples.picture())
    page = opened("a", samples.encode(kind, grey.astype(np.uint16) * 257))
    assert_shows(page.grey(), grey, 0)
    assert_shows(page.colour(), np.repeat(grey[..., None], 3, axis=2), 0)


def test_sixteen_bit_colour() -> None:
    bgr = samples.picture()[..., ::-1].astype(np.uint16) * 257
    page = opened("a", cv2.imencode(".png", bgr)[1].tobytes())
    assert_shows(page.colour(), samples.picture()[..., ::-1], 1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_one_bit(kind: str) -> None:
    ink = samples.grey_of(samples.picture()) > 110
    packing = {"compression": "group4"} if kind == "TIFF" else {}
    page = opened("a", samples.encode(kind, ink, **packing))
    assert_shows(page.grey(), np.where(ink, 255, 0).astype(np.uint8), 0)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparent_pixels_are_white_like_paper(mode: str) -> None:
    rgba = np.dstack([np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 255, np.uint8)])
    rgba[:, 4:, 3] = 0
    picture = Image.fromarray(rgba)
    buffer = io.BytesIO()
    if mode == "PA":
        palette = Image.fromarray((rgba[..., 3] // 255).astype(np.uint8), "P")
        palette.putpalette([9, 9, 9, 0, 0, 0])
        palette.save(buffer, "PNG", transparency=0)
    else:
        picture.convert(mode).save(buffer, "PNG")
    grey = opened("a.png", buffer.getvalue()).grey()
    assert grey[:, :4].max() == 0
    assert grey[:, 4:].min() == 255


def test_palette() -> None:
    buffer = io.BytesIO()
    Image.fromarray(samples.picture()).quantize(200).save(buffer, "PNG")
    assert_shows(opened("a.png", buffer.getvalue()).grey(), samples.grey_of(samples.picture()), 12)


def test_cmyk_jpeg() -> None:
    buffer = io.BytesIO()
    Image.fromarray(samples.picture()).convert("CMYK").save(buffer, "JPEG", quality=95)
    page = opened("a.jpg", buffer.getvalue())
    assert_shows(page.colour(), samples.picture()[..., ::-1], 12)
    assert page.grey(4).shape == (16, 24)


def test_grey_jpeg_in_colour() -> None:
    grey = samples.grey_of(samples.picture())
    page = opened("a.jpg", samples.encode("JPEG", grey, quality=95))
    assert_shows(page.colour(), np.repeat(grey[..., None], 3, axis=2), 6)


def test_pages_of_a_tiff_and_its_thumbnail() -> None:
    frames = [Image.fromarray(np.full((10, 20 + i), 50 * i, np.uint8)) for i in range(4)]
    frames[2].encoderinfo = {"tiffinfo": {254: 1}}  # a reduced copy, as scanners store beside the page
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    (document,) = open_documents([("scan.tif", buffer.getvalue())])
    pages = [page for page in document.pages if isinstance(page, Page)]
    assert document.name == "scan"
    assert [(page.source.page, page.source.width) for page in pages] == [(1, 20), (2, 21), (3, 23)]
    assert [int(page.grey()[0, 0]) for page in pages] == [0, 50, 150]
    assert pages[0].encoded() is None


def test_heic_that_is_turned_has_the_turned_size() -> None:
    import pillow_heif  # noqa: PLC0415

    stored = Image.fromarray(np.ascontiguousarray(STORED[6](samples.picture())))
    buffer = io.BytesIO()
    pillow_heif.from_pillow(stored).save(buffer, quality=95, exif=samples.exif(6))
    page = opened("a.heic", buffer.getvalue())
    assert page.grey().shape == (page.source.height, page.source.width) == (64, 96)
    assert_shows(page.grey(), samples.grey_of(samples.picture()), 8)


@pytest.mark.parametrize("main", [0, 1, 2])
def test_every_picture_of_a_heic_is_a_page(main: int) -> None:
    tall, dark = samples.picture(64, 96), np.asarray(samples.picture() // 3, np.uint8)
    (document,) = open_documents([("scan.heic", samples.heif(tall, dark, main=main))])
    pages = [page for page in document.pages if isinstance(page, Page)]
    assert [page.source.page for page in pages] == [1, 2, 3]
    assert [(page.source.width, page.source.height) for page in pages] == [(96, 64), (64, 96), (96, 64)]
    for page, pixels in zip(pages, (samples.picture(), tall, dark), strict=True):
        assert_shows(page.colour(), pixels[..., ::-1], tolerance=12)
        assert page.encoded() is None


def test_thumbnails_of_a_heic_are_no_pages() -> None:
    import pillow_heif  # noqa: PLC0415

    buffer = io.BytesIO()
    file = pillow_heif.from_pillow(Image.fromarray(samples.picture(640, 480)))
    file[0].info["thumbnails"] = [128]  # type: ignore[assignment]
    file.save(buffer, quality=95)
    assert b"thmb" in buffer.getvalue()
    assert opened("a.heic", buffer.getvalue()).grey().shape == (480, 640)


def test_a_heic_of_too_many_pictures_is_refused() -> None:
    data = samples.heif(samples.picture(), samples.picture())
    (document,) = open_documents([("a.heic", data)], Limits(max_pages_per_file=2))
    assert samples.codes(document) == ["image_too_many_pages"]


@pytest.mark.parametrize("appended", [b"\0", bytes(5000), b"SEFT" * 9, b"\xff" * 64])
def test_what_is_appended_to_a_heic_changes_nothing(appended: bytes) -> None:
    assert_shows(opened("a.heic", samples.heif() + appended).colour(), samples.picture()[..., ::-1], tolerance=12)


def test_encoded_is_the_file_itself() -> None:
    data = samples.jpeg()
    assert opened("a.jpg", data).encoded() == data


def test_page_can_be_pickled_and_shared_by_threads(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(samples.jpeg())
    page = samples.only_page(list(open_documents([tmp_path])))
    again = pickle.loads(pickle.dumps(page))
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda _: again.grey(2), range(16)))
    assert all(np.array_equal(picture, page.grey(2)) for picture in pictures)


def with_chunk(png: bytes, before: bytes, kind: bytes, body: bytes) -> bytes:
    """Put a chunk into a PNG before the first of another kind."""
    at = png.index(before) - 4
    return png[:at] + struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) + png[at:]


@pytest.mark.parametrize(("before", "pictures"), [(b"IDAT", 1), (b"IEND", 3)])
def test_a_png_that_only_claims_to_move_is_read(before: bytes, pictures: int) -> None:
    """Of one picture nothing is lost, and behind the pixels the claim does not hold (PNG, third edition, 11.3.4.1)."""
    still = samples.encode("PNG")
    claiming = with_chunk(still, before, b"acTL", struct.pack(">II", pictures, 0))
    assert np.array_equal(opened("a.png", claiming).grey(), opened("a.png", still).grey())
