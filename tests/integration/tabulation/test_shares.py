"""Shares of pairs are over stations where every pair counts, and nothing that is unknown is told as a number."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tabulation.amounts import COUNTED, PAIR, PAIRS, SOME_PAIRS
from api.tabulation.contribution import amounts_of_document
from api.tabulation.shares import rounded_shares, shares_of
from tests.support.counted import ABOVE, ALL, WHOLE, fill
from tests.support.history import ELECTION, Given, number
from tests.support.service import TestClient, serving

OPEN, LATER = "1101012001002", "1101012001003"
PAIRS_OF_THREE = tuple(f"{PAIR}{number}" for number in (1, 2, 3))
ROUNDED = {"paslon_1": 0.345, "paslon_2": 0.4194, "paslon_3": 0.2356}
UNKNOWN: list[tuple[str, int | None]] = [("review", 77), ("review", None), ("unreadable", None), ("unreadable", 77)]
"""How a number may stand that does not count."""


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024") as opened:
        yield opened


def without(pair: str, state: str, value: int | None) -> dict[str, tuple[str, int | None]]:
    return {**ALL, pair: (state, value)}


def tally(client: TestClient, region: str) -> Any:
    answer = client.get(f"/api/v1/tallies/{region}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(client: TestClient, region: str) -> dict[str, str]:
    """Return the rows of the chart of a page, by pair."""
    text = client.get(f"/results/{region}").text
    rows: list[str] = re.findall(r'<tr data-field="paslon_.*?</tr>', text, re.DOTALL)
    return {row.split('"')[1]: row for row in rows}


def exported(client: TestClient, region: str) -> list[dict[str, dict[str, Any]]]:
    """Return the sums of a region by field, from each format."""
    address = f"/api/v1/exports/tallies?region={region}&format="
    lines = list(csv.DictReader(io.StringIO(client.get(f"{address}csv").text)))
    table = pq.read_table(io.BytesIO(client.get(f"{address}parquet").content)).to_pylist()
    whole = [[{k: v or None for k, v in line.items()} for line in lines], client.get(f"{address}json").json(), table]
    return [{row["field"]: row for row in rows if row["region"] == region} for rows in whole]


@pytest.mark.parametrize("pair", PAIRS_OF_THREE)
@pytest.mark.parametrize(("state", "value"), UNKNOWN)
def test_where_a_pair_does_not_count_no_level_tells_a_share(
    client: TestClient, database_url: str, pair: str, state: str, value: int | None
) -> None:
    fill(database_url, {OPEN: without(pair, state, value)})
    for region in (*ABOVE, OPEN):
        said = tally(client, region)
        assert said["votes"][pair]["sum"] is None
        assert said["shares"] == {
            "stations": 0,
            "pairs": {key: {"votes": None, "share": None} for key in PAIRS_OF_THREE},
        }
        rows = page(client, region)
        assert set(rows) == set(PAIRS_OF_THREE)
        assert not [row for row in rows.values() if "%" in row or "<svg" in row]
        assert re.search(r"<strong>–</strong>\s*<span>dari 0 TPS", rows[pair])
        assert "Persentase belum dapat dihitung" in client.get(f"/results/{region}").text
    for rows_of in exported(client, "1101012001"):
        assert rows_of[pair]["sum"] is None
        assert [rows_of[one]["share"] for one in PAIRS_OF_THREE] == [None] * 3


@pytest.mark.parametrize("pair", PAIRS_OF_THREE)
@pytest.mark.parametrize(("state", "value"), UNKNOWN)
def test_shares_are_over_stations_where_every_pair_counts_and_say_how_many(
    client: TestClient, database_url: str, pair: str, state: str, value: int | None
) -> None:
    other: Given = {"paslon_1": ("accepted", 9), "paslon_2": ("accepted", 900), "paslon_3": ("accepted", 90)}
    fill(database_url, {WHOLE: ALL, OPEN: {**other, pair: (state, value)}})
    for region in ABOVE:
        said = tally(client, region)
        assert said["shares"]["stations"] == 1
        assert {name: one["share"] for name, one in said["shares"]["pairs"].items()} == ROUNDED
        assert {name: one["votes"] for name, one in said["shares"]["pairs"].items()} == {
            name: amount for name, (_, amount) in ALL.items()
        }
        assert [said["votes"][one]["counted"] for one in PAIRS_OF_THREE] == [
            1 + (one != pair) for one in PAIRS_OF_THREE
        ]
        rows = page(client, region)
        for one, shown in zip(PAIRS_OF_THREE, ("34,50 %", "41,94 %", "23,56 %"), strict=True):
            assert shown in rows[one]
            assert f"dari {2 - (one == pair)} TPS" in rows[one]
        assert "Persentase dihitung dari 1 TPS" in client.get(f"/results/{region}").text
    for rows_of in exported(client, "1101012001"):
        assert {one: float(rows_of[one]["share"]) for one in PAIRS_OF_THREE} == ROUNDED
        assert {int(rows_of[one]["share_stations"]) for one in PAIRS_OF_THREE} == {1}


def test_a_pair_that_was_never_read_is_unknown_too(client: TestClient, database_url: str) -> None:
    fill(database_url, {OPEN: {"paslon_1": ("accepted", 40), "paslon_2": ("accepted", 60)}})
    for region in (*ABOVE, OPEN):
        assert tally(client, region)["shares"]["stations"] == 0
        assert not [row for row in page(client, region).values() if "%" in row]


def test_a_pair_without_a_vote_has_a_share_of_nothing(client: TestClient, database_url: str) -> None:
    fill(database_url, {WHOLE: {**ALL, "paslon_2": ("accepted", 0)}})
    said = tally(client, WHOLE)
    assert (said["votes"]["paslon_2"]["sum"], said["shares"]["pairs"]["paslon_2"]["share"]) == (0, 0)
    assert "0,00 %" in page(client, WHOLE)["paslon_2"]


def test_where_nobody_has_a_vote_there_is_no_share(client: TestClient, database_url: str) -> None:
    fill(database_url, {WHOLE: dict.fromkeys(PAIRS_OF_THREE, ("accepted", 0))})
    assert {one["share"] for one in tally(client, "0")["shares"]["pairs"].values()} == {None}
    assert not [row for row in page(client, "0").values() if "%" in row or "<svg" in row]


@pytest.mark.parametrize("name", ["valid", "invalid", "total"])
def test_a_sum_that_no_station_contributes_to_is_unknown(client: TestClient, database_url: str, name: str) -> None:
    fill(database_url, {WHOLE: ALL})
    for region in (*ABOVE, WHOLE):
        assert tally(client, region)[name] == {"sum": None, "counted": 0, "left_out": 1}
    table = csv.DictReader(io.StringIO(client.get("/results/110101/table.csv").text))
    assert [(row[name], row[f"{name}_stations"]) for row in table] == [("", "0")]


def test_the_tables_of_pages_tell_shares_and_over_how_many_stations(client: TestClient, database_url: str) -> None:
    fill(database_url, {WHOLE: ALL, OPEN: without("paslon_3", "review", 5), LATER: {}})
    [village] = csv.DictReader(io.StringIO(client.get("/results/110101/table.csv").text))
    assert (village["paslon_1"], village["paslon_1_stations"]) == (str(2 * 1549), "2")
    assert (village["paslon_3"], village["paslon_3_stations"], village["share_stations"]) == ("1058", "1", "1")
    assert [village[f"{one}_share"] for one in PAIRS_OF_THREE] == [str(share) for share in ROUNDED.values()]
    stations = csv.DictReader(io.StringIO(client.get("/results/1101012001/table.csv").text))
    assert [(row["paslon_3"], row["paslon_3_share"]) for row in stations] == [("1058", "0.2356"), ("", ""), ("", "")]
    numbers = {row["field"]: row for row in csv.DictReader(io.StringIO(client.get(f"/results/{WHOLE}/table.csv").text))}
    assert numbers["paslon_2"]["share"] == "0.4194"
    numbers = {row["field"]: row for row in csv.DictReader(io.StringIO(client.get(f"/results/{OPEN}/table.csv").text))}
    assert (numbers["paslon_2"]["share"], numbers["paslon_3"]["value"]) == ("", "")


def test_in_the_commissions_shape_what_does_not_count_is_null(client: TestClient, database_url: str) -> None:
    fill(database_url, {OPEN: without("paslon_1", "unreadable", None)})
    said = client.get(f"/api/v1/exports/kpu/{OPEN}?election={ELECTION}").json()
    assert said["chart"] == {"1": None, "2": 1883, "3": 1058}


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=56))
def test_rounded_shares_add_up_and_are_nowhere_off_by_a_part(votes: list[int]) -> None:
    given = {f"{PAIR}{number}": amount for number, amount in enumerate(votes, 1)}
    shares = rounded_shares(given)
    if not sum(votes):
        assert set(shares.values()) == {None}
        return
    parts = {name: round((share or 0) * 10_000) for name, share in shares.items()}
    assert sum(parts.values()) == 10_000
    assert all(abs(parts[name] - amount * 10_000 / sum(votes)) < 1 for name, amount in given.items())


def items_of(numbers: Given, missing: list[int]) -> dict[str, int]:
    rows = [number("d", field, *said) for field, said in numbers.items()]
    return amounts_of_document("review", missing, [], rows)


def test_of_forms_that_differ_in_their_pairs_a_station_takes_part_once_it_is_whole() -> None:
    three: Given = dict.fromkeys(PAIRS_OF_THREE, ("accepted", 10))
    six = [f"{PAIR}{number}" for number in range(1, 7)]
    partly, whole = items_of(three, [3]), items_of(three, [])
    assert (f"{SOME_PAIRS}3" in partly, f"{PAIRS}3" in whole) == (True, True)
    assert shares_of(partly, six).stations == 0
    found = shares_of(whole, six)
    assert (found.stations, found.shares["paslon_3"], found.shares["paslon_4"]) == (1, 0.3333, None)
    assert shares_of(partly, PAIRS_OF_THREE, 3).stations == 1


def test_stations_with_other_pairs_have_no_share_together() -> None:
    items = {f"{PAIRS}2": 1, f"{PAIRS}3": 1, f"{PAIRS}paslon_1": 9, f"{COUNTED}paslon_1": 2}
    found = shares_of(items, PAIRS_OF_THREE)
    assert (found.stations, set(found.shares.values())) == (0, {None})
