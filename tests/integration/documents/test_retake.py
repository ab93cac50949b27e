"""Whoever uploads is told of all that another photograph would mend, also of pages that were read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.reasons import RETAKE
from pipeline.texts import messages
from tests.integration.http.test_http import STATION
from tests.support.http import settings_in, working
from tests.support.http_client import TestClient

ASKS = re.compile(r"[Rr]etake|[Aa]nother photograph|[Pp]hotograph (the page again|one sheet)|[Tt]ake it again")
MEMINTA = re.compile(r"[Uu]langi foto|[Ff]oto ulang|unggah foto lain|Foto satu lembar")
"""How a text asks for another photograph of a page."""

Grey = NDArray[np.uint8]
CHANGED: dict[str, tuple[Callable[[Grey], Grey], str]] = {
    "two sheets": (lambda page: np.hstack([page, page]), "several_sheets"),
    "mirrored": (lambda page: page[:, ::-1], "mirrored"),
    "lower part outside": (lambda page: page[: int(0.55 * len(page))], "number_outside"),
    "right side outside": (lambda page: page[:, : int(0.8 * page.shape[1])], "sheet_cut_off"),
}


def uploaded(client: TestClient, picture: Grey) -> dict[str, Any]:
    encoded = cv2.imencode(".jpg", np.ascontiguousarray(picture))[1].tobytes()
    answer = client.post(
        "/api/v1/documents", params={"station": STATION}, files=[("files", (f"{STATION}-p2.jpg", encoded))]
    )
    found: dict[str, Any] = answer.json()["documents"][0]
    return found


@pytest.mark.parametrize("change", CHANGED)
def test_what_a_new_photograph_would_mend_is_said_once(
    change: str, samples: Path, tmp_path: Path, database_url: str, reader: Reader
) -> None:
    page = cv2.imread(str(samples / "0024010001002-p2.jpg"), cv2.IMREAD_GRAYSCALE)
    make, code = CHANGED[change]
    with working(settings_in(tmp_path, database_url), reader) as client:
        body = uploaded(client, make(np.asarray(page, np.uint8)))
        said = [reason["code"] for reason in body["feedback"]["retake"]]
        assert code in said
        assert len(said) == len(set(said))
        for number in body["numbers"]:
            assert number["state"] != "accepted" or change == "lower part outside"
        for number in [one for one in body["numbers"] if one["state"] == "review"]:
            told = {"kind": "unreadable", "version": number["version"], "reason": "not to be seen"}
            assert client.post(number["links"]["decisions"], json=told).status_code == 200
        left = client.get(f"/api/v1/documents/{body['id']}").json()["feedback"]["retake"]
        assert bool(left) == (change == "right side outside")


def test_of_a_page_that_is_sure_nothing_is_to_be_mended(
    samples: Path, tmp_path: Path, database_url: str, reader: Reader
) -> None:
    page = cv2.imread(str(samples / "0024010001002-p2.jpg"), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    with working(settings_in(tmp_path, database_url), reader) as client:
        body = uploaded(client, np.asarray(page[:, int(0.25 * page.shape[1]) :], np.uint8))
        assert "corner_outside" in [reason["code"] for each in body["pages"] for reason in each["reasons"]]
        assert body["feedback"]["retake"] == []


def test_whatever_asks_for_another_photograph_is_told_to_whoever_can_take_it() -> None:
    asking = {code for code, text in messages().items() if ASKS.search(text["en"])}
    assert asking == {code for code, text in messages().items() if MEMINTA.search(text["id"])} == RETAKE
