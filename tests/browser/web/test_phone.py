"""On a telephone: one row leads through the service, and of a poor photograph it is said before it is sent."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.browser import PHONE, browsing, chromium, listening
from tests.support.service import application

STATION = "0024010001002"
BLUR = 4
"""Standard deviation, px: of the sample pages with votes the program then accepts 1 of 6 numbers."""


@pytest.mark.browser
def test_a_poor_photograph_is_said_to_be_and_sent_all_the_same(samples: Path, tmp_path: Path) -> None:
    chromium()
    sharp = {number: _picture(samples / f"{STATION}-p{number}.jpg") for number in (1, 2, 3)}
    dim = np.asarray(sharp[2] * 0.5 + 20, np.uint8)
    files: dict[str, tuple[Any, str]] = {
        "sharp": (sharp[2], ""),
        "dim": (dim, ""),
        "blurred": (cv2.GaussianBlur(sharp[2], (0, 0), BLUR), "tampak kabur"),
        "other": (cv2.GaussianBlur(sharp[1], (0, 0), BLUR), "tampak kabur"),
        "small": (cv2.resize(sharp[3], (400, 300)), "terlalu kecil"),
    }
    for name, (picture, _) in files.items():
        cv2.imwrite(str(tmp_path / f"{STATION}-{name}.jpg"), picture)
    with listening(application(home=tmp_path / "home")) as address, browsing(address, **PHONE) as watched:
        page = watched.page
        watched.go("/upload")
        page.fill("#station", STATION)
        page.set_input_files("#files", [str(tmp_path / f"{STATION}-{name}.jpg") for name in files])
        page.wait_for_selector("#sending-text:has-text('5 dari 5 berkas diterima')")
        for name, (_, hint) in files.items():
            row = page.locator(f".file:has-text('{STATION}-{name}.jpg')")
            assert row.locator(".file-hint:visible").count() == bool(hint), name
            if hint:
                assert hint in row.locator(".file-hint").inner_text()
                assert "Tetap dikirim" in row.locator(".file-hint").inner_text()
        assert watched.fits()
        assert watched.faults == []
        bar = page.locator("header.bar").bounding_box()
        assert bar["height"] < 70  # one row
        tops = {round(box["y"] + box["height"] / 2) for box in _boxes(page)}
        assert max(tops) - min(tops) < 12


def _picture(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(picture, np.uint8)


def _boxes(page: Any) -> list[dict[str, float]]:
    return [one.bounding_box() for one in page.locator("header.bar a:visible").all()]
