"""A JPEG ends where its picture ends: what a phone has appended behind it is never looked at."""

from typing import Any

import numpy as np
import pytest

from pipeline.documents import open_documents
from tests.support import samples

RNG = np.random.default_rng(20261130)
SCANS = b"".join(b"\xff\xda" + bytes(RNG.integers(0, 200, 20, dtype=np.uint8)) for _ in range(400))


def film() -> bytes:
    """Return the beginning of an MP4 with bytes that look like hundreds of scans, as any film of some seconds has."""
    body = SCANS + b"\xff\xd9" + SCANS
    return b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + (len(body) + 8).to_bytes(4, "big") + b"mdat" + body


KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "grey": {},
    "progressive": {"progressive": True},
    "with restart markers": {"restart_marker_blocks": 1},
    "turned": {"exif": samples.exif(6, samples.jpeg(16, 16))},
}
APPENDED = {
    "film": film(),
    "film behind the mark of a maker": b"MotionPhoto_Data" + film(),
    "second picture": samples.jpeg(64, 48, progressive=True) * 60,
    "damaged picture": b"\xff\xd8\xff" + SCANS,
    "archive": samples.zipped({"a.bin": SCANS}),
    "PDF": samples.scan_pdf(samples.jpeg()),
    "zeros": bytes(5000),
    "one byte": b"\xff",
}


def picture(kind: str) -> bytes:
    if kind == "grey":
        return samples.encode("JPEG", samples.grey_of(samples.picture()), quality=95)
    return samples.jpeg(**KINDS[kind])


@pytest.mark.parametrize("appended", APPENDED)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_appended_changes_nothing(kind: str, appended: str) -> None:
    alone = samples.only_page(list(open_documents([("a.jpg", picture(kind))])))
    page = samples.only_page(list(open_documents([("a.jpg", picture(kind) + APPENDED[appended])])))
    assert (page.source.width, page.source.height) == (alone.source.width, alone.source.height)
    assert np.array_equal(page.colour(), alone.colour())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_picture_that_was_cut_off_is_not_whole_because_another_follows(kind: str, share: float) -> None:
    whole = picture(kind)
    start = whole.index(b"\xff\xda")
    cut = whole[: start + 14 + int(share * (len(whole) - 2 - start - 14))]
    (document,) = open_documents([("a.jpg", cut + samples.jpeg())])
    # Where the cut goes through a table, the decoder is the one that sees it.
    assert samples.codes(document) in (["file_truncated"], ["image_damaged"])


def test_the_scans_of_the_picture_itself_are_still_counted() -> None:
    whole = samples.jpeg(progressive=True)
    last = whole.rindex(b"\xff\xda")
    for scans, code in ((150, None), (300, "jpeg_too_many_scans")):
        (document,) = open_documents([("a.jpg", whole[:last] + whole[last:-2] * scans + b"\xff\xd9" + film())])
        assert samples.codes(document) == [code]
