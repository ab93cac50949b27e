"""Of when figures are: every page of results says it, and an open page can ask whether it has changed."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.tabulation import contribution
from tests.support.counted import ABOVE, ALL, WHOLE, fill
from tests.support.service import TestClient, serving

NEXT_DOOR, FAR = "1101012001002", "3101012001001"
EVENING = datetime(2024, 2, 14, 14, 40, 12, tzinfo=UTC)
LATER = datetime(2024, 2, 15, 17, 5, 59, tzinfo=UTC)  # the day after, in Jakarta
WAITS = {pair: ("review", value) for pair, (_, value) in ALL.items()}
SAID = {
    EVENING: ("Keadaan 14 Februari 2024 pukul 21.40 WIB (UTC+7)", "As of 14 February 2024, 21:40 WIB (UTC+7)"),
    LATER: ("Keadaan 16 Februari 2024 pukul 00.05 WIB (UTC+7)", "As of 16 February 2024, 00:05 WIB (UTC+7)"),
}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024") as opened:
        yield opened


def said(client: TestClient, path: str, at: datetime) -> bool:
    """Tell whether a page and the API say a moment, in both languages and nothing else."""
    indonesian, english = SAID[at]
    pages = client.get(f"/results/{path}").text, client.get(f"/results/{path}?lang=en").text
    others = [text for moment, texts in SAID.items() if moment != at for text in texts]
    return indonesian in pages[0] and english in pages[1] and not any(text in "".join(pages) for text in others)


def test_every_level_says_when_its_newest_contribution_came(
    client: TestClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contribution, "now", lambda: EVENING)
    fill(database_url, {WHOLE: ALL, NEXT_DOOR: ALL})
    monkeypatch.setattr(contribution, "now", lambda: LATER)
    fill(database_url, {WHOLE: ALL, FAR: ALL})  # of the first nothing changes
    assert said(client, "0", LATER)
    for region in (*ABOVE[1:], WHOLE, f"{WHOLE}/paslon_1", NEXT_DOOR):
        assert said(client, region, EVENING), region
    assert said(client, "31", LATER)
    assert client.get("/api/v1/tallies/1101").json()["as_of"] == "2024-02-14T14:40:12Z"
    fill(database_url, {NEXT_DOOR: {**ALL, "paslon_1": ("reviewed", 1)}})
    for region in (*ABOVE, NEXT_DOOR):
        assert said(client, region, LATER), region
    assert said(client, WHOLE, EVENING)


def test_where_nothing_counts_no_time_is_told(client: TestClient, database_url: str) -> None:
    fill(database_url, {WHOLE: WAITS})
    for region in (*ABOVE, WHOLE):
        page = client.get(f"/results/{region}").text
        assert "Belum ada yang dihitung" in page
        assert "Keadaan " not in page
        assert client.get(f"/api/v1/tallies/{region}").json()["as_of"] is None


def test_a_table_says_of_when_it_is_in_each_line_and_in_the_name_of_its_file(
    client: TestClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contribution, "now", lambda: LATER)
    fill(database_url, {WHOLE: ALL, NEXT_DOOR: WAITS})
    for region in (*ABOVE, WHOLE):
        for shape, told, moment in (
            ("csv", "", "2024-02-15T17:05:59Z"),
            ("excel", "-excel", "2024-02-16 00:05:59 WIB"),
        ):
            answer = client.get(f"/results/{region}/table.csv?for={shape}")
            name = f'filename="ppwp-2024-{region}-2024-02-16-0005-WIB{told}.csv"'
            assert answer.headers["Content-Disposition"] == f"attachment; {name}"
            text = answer.content.decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if shape == "excel" else ","))
            assert {row["as_of"] for row in rows} == {moment}, region
    answer = client.get(f"/results/{NEXT_DOOR}/table.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ppwp-2024-{NEXT_DOOR}.csv"'
    assert {row["as_of"] for row in csv.DictReader(io.StringIO(answer.text))} == {""}


def test_the_signed_export_is_found_below_the_results_and_on_the_page_of_the_log(
    database_url: str, tmp_path: Path
) -> None:
    where, told = "https://hasil.example.org/history.zip", {"id": "Seluruh riwayat", "en": "The whole history"}
    for given in (where, None):
        known: dict[str, Any] = {"signed_export": given}
        with serving(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024", **known) as opened:
            fill(database_url, {WHOLE: ALL})
            for page in ("/results/0", f"/results/{WHOLE}", "/log"):
                for language, words in told.items():
                    text = opened.get(f"{page}?lang={language}").text
                    assert (f'href="{where}"' in text, words in text) == (given is not None,) * 2, page
            assert ('href="/log#export"' in opened.get("/results/0").text) == (given is not None)


def test_an_open_page_asks_in_vain_until_something_changes(client: TestClient, database_url: str) -> None:
    fill(database_url, {WHOLE: ALL})
    for path in (f"/results/{WHOLE}", "/results/0", f"/results/{WHOLE}/paslon_1"):
        tag = {"If-None-Match": client.get(path).headers["ETag"]}
        assert (client.get(path, headers=tag).status_code, client.get(path, headers=tag).content) == (304, b"")
        weak = {"If-None-Match": f"W/{tag['If-None-Match']}"}  # as a proxy that packs the page marks it
        assert client.get(path, headers=weak).status_code == 304
    fill(database_url, {NEXT_DOOR: ALL})
    assert client.get("/results/0", headers=tag).status_code == 200
