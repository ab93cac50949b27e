"""Regions, sums and exports over HTTP: only what counts is added; what is left out is stated."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from api.core.originals import open_originals
from api.db import Database, open_database
from api.db.states import NumberState
from api.db.tables import Number, Region
from api.ledger.append import record_event
from api.regions.import_list import import_regions
from tests.support.history import ELECTION, counted_document, decide, read, received
from tests.support.service import TestClient, serving

LIST = """code,name,tps
11,ACEH,
1101,ACEH SELATAN,
110101,BAKONGAN,
1101012001,=KEUDE,3
1101012002,UJONG,2
12,SUMUT,
"""
FIRST, SECOND, OTHER = "1101012001001", "1101012001002", "1101012002001"
VOTES = {"paslon_1": ("accepted", 70), "paslon_2": ("accepted", 20), "paslon_3": ("accepted", 10)}
SUMS = {"suara_sah": ("accepted", 100), "suara_tidak_sah": ("accepted", 5), "suara_total": ("review", 105)}

DATE = {"tgl_hari": ("accepted", 14), "tgl_bulan": ("accepted", 2), "tgl_tahun": ("accepted", 2024)}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024") as opened:
        fill(database_url, tmp_path)
        yield opened


def fill(url: str, folder: Path) -> None:
    database = open_database(url)
    (folder / "regions.csv").write_text(LIST, encoding="utf-8")
    import_regions(database, folder / "regions.csv", "ani")
    originals = open_originals(str(folder / "originals"))
    with database.writing() as session:
        document, page = received(session, originals, FIRST, b"one")
        others = {"dpt_j": ("accepted", 200), "pengguna_j": ("accepted", 105), **DATE}
        read(session, document, page, {**VOTES, **SUMS, **others})
        decide(session, document, "paslon_2", 21)
    with database.writing() as session:
        counted_document(session, SECOND, {"paslon_1": ("review", 9), "pengguna_j": ("accepted", 50)}, missing=[3])
        counted_document(session, OTHER, {"paslon_1": ("unreadable", None)}, broken=True)
        record_event(session, "document_decided", "program", "document:x", {})
    database.close()


def get(client: TestClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_elections_are_listed(client: TestClient) -> None:
    [election] = get(client, "elections")["elections"]
    assert (election["id"], election["form"]) == (ELECTION, "c-hasil-ppwp-2024")


def test_a_region_names_what_lies_above_and_its_parts_a_page_at_a_time(client: TestClient) -> None:
    region = get(client, "regions/110101?limit=1")
    assert [one["code"] for one in region["above"]] == ["0", "11", "1101"]
    assert ([one["code"] for one in region["children"]], region["next"]) == (["1101012001"], "1101012001")
    rest = get(client, "regions/110101?limit=1&after=1101012001")
    assert ([one["stations"] for one in rest["children"]], rest["next"]) == ([2], None)
    assert get(client, "regions/99", 404)["code"] == "region_unknown"
    assert get(client, "regions/999", 422)["code"] == "request_invalid"


@pytest.mark.parametrize("region", ["0", "11", "1101", "110101"])
def test_sums_say_what_counts_and_what_is_left_out(client: TestClient, region: str) -> None:
    tally = get(client, f"tallies/{region}?election={ELECTION}")
    assert tally["stations"] == {
        "expected": 5, "received": 3, "outstanding": 2, "read": 2, "in_review": 2, "final": 0, "broken": 1,
    }  # fmt: skip
    assert tally["votes"]["paslon_1"] == {"sum": 70, "counted": 1, "left_out": 2}
    assert tally["votes"]["paslon_2"]["sum"] == 21
    assert (tally["valid"]["sum"], tally["invalid"]["sum"]) == (100, 5)
    assert tally["total"] == {"sum": None, "counted": 0, "left_out": 3}
    assert tally["others"]["pengguna_j"] == {"sum": 155, "counted": 2, "left_out": 1}
    assert tally["turnout"] == {"voted": 105, "entitled": 200, "stations": 1, "ratio": 0.525}


@pytest.mark.parametrize("region", ["0", "11", "110101", FIRST])
def test_dates_are_no_sums(client: TestClient, region: str) -> None:
    tally = get(client, f"tallies/{region}?election={ELECTION}")
    assert not {field for field in tally["others"] if field.startswith("tgl_")}
    exported = client.get(f"/api/v1/exports/tallies?election={ELECTION}&format=csv")
    assert (exported.status_code, "tgl_" in exported.text, "pengguna_j" in exported.text) == (200, False, True)
    parts = [] if region == FIRST else get(client, f"tallies/{region}/children")["children"]
    assert not {field for part in parts for field in part["others"] if field.startswith("tgl_")}


def test_the_date_of_a_station_is_told_beside_its_numbers(client: TestClient) -> None:
    assert get(client, f"tallies/{FIRST}")["numbers"]["tgl_tahun"]["value"] == 2024


def test_the_parts_add_up_to_the_whole(client: TestClient) -> None:
    for region in ("0", "11", "1101", "110101", "1101012001"):
        whole, parts = get(client, f"tallies/{region}"), get(client, f"tallies/{region}/children")["children"]
        assert sum(part["votes"]["paslon_1"]["sum"] or 0 for part in parts) == whole["votes"]["paslon_1"]["sum"]
        assert sum(part["stations"]["expected"] for part in parts) == whole["stations"]["expected"]
        assert sum(part["stations"]["received"] for part in parts) == whole["stations"]["received"]
    page = get(client, "tallies/0/children?limit=1")
    assert ([part["region"]["code"] for part in page["children"]], page["next"]) == (["11"], "11")


def test_a_number_of_a_station_leads_to_its_history_its_page_and_its_ink(client: TestClient) -> None:
    station = get(client, f"tallies/{FIRST}")
    assert (station["kind"], station["document_state"]) == ("station", "review")
    number = station["numbers"]["paslon_2"]
    assert (number["value"], number["state"], number["counts"], number["boxes"]) == (21, "reviewed", True, "021")
    assert number["links"]["number"] == f"/api/v1/documents/{station['document']}/numbers/paslon_2"
    assert number["links"]["crop"].endswith("/crop?field=paslon_2")
    assert station["numbers"]["suara_total"]["value"] is None
    history = client.get(number["links"]["number"])
    assert history.status_code == 200, history.text
    nothing = get(client, "tallies/1101012001003")
    assert (nothing["document"], nothing["numbers"], nothing["stations"]["outstanding"]) == (None, {}, 1)


def test_an_answer_that_is_known_is_not_sent_again_until_something_changes(
    client: TestClient, database_url: str
) -> None:
    first = client.get("/api/v1/tallies/11")
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}'):
        again = client.get("/api/v1/tallies/11", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    database = open_database(database_url)
    with database.writing() as session:
        record_event(session, "document_decided", "program", "document:y", {})
    database.close()
    assert client.get("/api/v1/tallies/11", headers={"If-None-Match": tag}).status_code == 200


def test_an_unknown_election_is_refused(client: TestClient) -> None:
    assert get(client, "tallies/0?election=pilkada", 422)["code"] == "election_unknown"
    assert get(client, "tallies/99", 404)["code"] == "region_unknown"


def rows(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/exports/{path}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_numbers_are_exported_with_where_they_come_from(client: TestClient) -> None:
    found = {(row["station"], row["field"]): row for row in rows(client, "numbers?format=csv")}
    assert len(found) == 14
    decided = found[FIRST, "paslon_2"]
    assert (decided["value"], decided["machine_value"], decided["state"]) == ("21", "20", "reviewed")
    assert (decided["model"], decided["decision_kind"], len(decided["reading"])) == ("digits-v3", "correct", 32)
    assert (found[FIRST, "suara_total"]["value"], found[FIRST, "suara_total"]["counts"]) == ("", "False")
    assert rows(client, f"numbers?region={OTHER}") == [found[OTHER, "paslon_1"]]


def test_nobody_is_told_what_one_person_says_while_another_is_still_to_read(
    client: TestClient, database_url: str
) -> None:
    database: Database = open_database(database_url)
    with database.writing() as session:
        number = session.scalars(select(Number).where(Number.decision_id.is_not(None))).one()
        number.state, number.final, number.final_boxes = NumberState.REVIEW, None, "099"
    database.close()
    [row] = [row for row in rows(client, f"numbers?region={FIRST}") if row["field"] == "paslon_2"]
    assert (row["boxes"], row["value"], row["decision"], row["decision_kind"]) == ("020", "", "", "")
    assert get(client, f"tallies/{FIRST}")["numbers"]["paslon_2"]["boxes"] == "020"


def test_the_three_formats_say_the_same(client: TestClient) -> None:
    for what in ("numbers", "tallies"):
        lines = rows(client, f"{what}?format=csv")
        objects = client.get(f"/api/v1/exports/{what}?format=json").json()
        table = pq.read_table(io.BytesIO(client.get(f"/api/v1/exports/{what}?format=parquet").content)).to_pylist()
        assert len(lines) == len(objects) == len(table) > 0
        for line, member, record in zip(lines, objects, table, strict=True):
            assert list(line) == list(member) == list(record)
            for name, cell in line.items():
                given = "" if member[name] is None else str(member[name])
                assert cell in (given, f"'{given}")
                if not name.endswith("_at"):
                    assert record[name] == member[name]


def test_no_cell_is_a_formula(client: TestClient) -> None:
    names = {row["name"] for row in rows(client, "tallies?region=1101012001")}
    assert names == {"'=KEUDE"}


def test_sums_are_exported_from_the_nation_to_its_villages(client: TestClient) -> None:
    found = {(row["region"], row["field"]): row for row in rows(client, "tallies")}
    for region in ("0", "11", "1101", "110101", "1101012001"):
        row = found[region, "paslon_1"]
        assert (row["sum"], row["counted"]) == ("70", "1")
    assert found["12", "paslon_1"]["sum"] == ""  # no station contributes to it


def test_stations_come_in_the_shape_of_the_commission(client: TestClient) -> None:
    everything = get(client, "exports/kpu")
    assert sorted(everything) == [FIRST, SECOND, OTHER]
    one = get(client, f"exports/kpu/{FIRST}")
    assert everything[FIRST] == one
    assert one["chart"] == {"1": 70, "2": 21, "3": 10}
    assert (one["administrasi"]["suara_sah"], one["administrasi"]["pengguna_total_j"]) == (100, 105)
    assert (one["administrasi"]["suara_total"], one["status_suara"], one["status_adm"]) == (None, False, False)
    assert one["images"][0].endswith("/image")
    assert len(one["ts"]) == 19
    assert get(client, "exports/kpu/1101012001003")["chart"] is None
    assert get(client, "exports/kpu/11", 404)["code"] == "region_unknown"


def test_everything_is_described(client: TestClient) -> None:
    described = get(client, "openapi.json")
    for path in ("tallies/{region}", "tallies/{region}/children", "regions/{region}", "elections", "exports/numbers"):
        assert f"/api/v1/{path}" in described["paths"]
    answers = described["paths"]["/api/v1/tallies/{region}"]["get"]["responses"]
    assert {"200", "304", "404", "422"} <= set(answers)
    assert "example" in json.dumps(described["components"]["schemas"]["TallyBody"])


def test_a_region_that_no_list_names_is_said(client: TestClient, database_url: str) -> None:
    database: Database = open_database(database_url)
    with database.writing() as session:
        counted_document(session, "9901010001001", {"paslon_1": ("accepted", 3)})
        assert session.get_one(Region, "9901010001001").listed is False
        record_event(session, "document_decided", "program", "document:z", {})
    database.close()
    tally = get(client, "tallies/99")
    assert (tally["region"]["listed"], tally["stations"]["expected"]) == (False, 0)
    assert tally["votes"]["paslon_1"]["sum"] == 3
