"""A photograph at several stations is told, by its bytes and by its ink; the station that it is of keeps it."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.command import chasil
from tests.support.published import published_of

OWN, SAME_BYTES, SAME_SHEET, OTHER = "0024010001002", "0024010003001", "0024010003002", "0024010002021"


def photographed_again(source: Path, target: Path) -> None:
    """Store a photograph once more: a little turned, smaller, darker, and compressed."""
    picture = cv2.imread(str(source))
    assert picture is not None
    height, width = picture.shape[:2]
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 0.95)
    moved = cv2.warpAffine(picture, turned, (width, height), borderMode=cv2.BORDER_REPLICATE)
    darker = np.clip(moved.astype(np.float32) * 0.9, 0, 255).astype(np.uint8)
    cv2.imwrite(str(target), darker, [cv2.IMWRITE_JPEG_QUALITY, 80])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere")
    photographs = folder / "photographs"
    photographs.mkdir()
    page = samples / f"{OWN}-p2.jpg"
    for code in (OWN, SAME_BYTES):
        shutil.copy(page, photographs / f"{code}-p2.jpg")
    photographed_again(page, photographs / f"{SAME_SHEET}-p2.jpg")
    shutil.copy(samples / f"{OTHER}-p2.jpg", photographs)
    return folder


@pytest.mark.parametrize("copied", [False, True], ids=["others have their own figures", "the figures were copied too"])
def test_a_sheet_at_several_stations_is_of_the_one_that_published_it(
    copied: bool, scene: Path, written: dict[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    figures = {code: dict(written[OWN]) for code in (OWN, SAME_BYTES, SAME_SHEET)} | {OTHER: dict(written[OTHER])}
    if not copied:
        figures[SAME_BYTES] |= {"paslon_1": 11, "paslon_2": 150, "paslon_3": 40}
        figures[SAME_SHEET] |= {"paslon_1": 61, "paslon_2": 33, "paslon_3": 90}
    published = scene / "published.json"
    published.write_text(json.dumps({code: published_of(one, code) for code, one in figures.items()}), encoding="utf-8")
    run = chasil(capsys, "compare", published, scene / "photographs", "--out", scene / "out")
    assert run.code == 3
    lines = [json.loads(line) for line in (scene / "out" / "numbers.jsonl").read_text(encoding="utf-8").splitlines()]
    votes = {
        (one["station"], one["outcome"], *one["reasons"]) for one in lines[:-1] if one["field"].startswith("paslon_")
    }
    assert (OTHER, "agrees") in votes
    assert (SAME_BYTES, "other_station", "compare_same_bytes") in {one[:3] for one in votes}
    assert (SAME_SHEET, "other_station", "compare_same_sheet") in {one[:3] for one in votes}
    own = {one[1] for one in votes if one[0] == OWN}
    assert own == ({"other_station"} if copied else {"agrees"})
    assert "differs" not in {one[1] for one in votes}
