"""That a sum does not hold as written is said only where every number of it counts; of others nothing is said."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.tables import Document
from api.documents.views import document_body
from api.people.accounts import create_person
from api.people.roles import Role
from pipeline.decision.document import reason_of_rule
from tests.integration.tabulation.test_shares import exported
from tests.support.desk import document
from tests.support.service import TestClient, serving

STATION = "3171010001001"
ABOVE = ("0", "31", "3171", "317101", "3171010001")
SUMS = {
    "votes": {"suara_sah": 200, "paslon_1": 40, "paslon_2": 40, "paslon_3": 19},
    "total": {"suara_total": 300, "suara_sah": 240, "suara_tidak_sah": 5},
    "voters": {"pengguna_dpt_j": 240, "pengguna_dpt_l": 90, "pengguna_dpt_p": 100},
}
"""Numbers by one sum that they break each."""
UNDECIDED: list[dict[str, Any]] = [
    {},
    {"state": "unreadable", "final": None},
    {"state": "review", "confidence": 0.0026},
]
WORDS = {
    "id": ("Seperti tertulis, tidak cocok", "Belum dapat diperiksa"),
    "en": ("As written, these do not hold", "Cannot be checked yet"),
}


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[tuple[Records, TestClient]]:
    settings = Settings(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024")
    records = open_records(settings)
    told: dict[str, Any] = {"home": tmp_path, "database": database_url, "form": "c-hasil-ppwp-2024", "public": True}
    with serving(**told) as client:
        yield records, client
    records.close()


def put(records: Records, numbers: dict[str, int], undecided: dict[str, dict[str, Any]]) -> str:
    """Put a station on record whose numbers count, but for those that are not decided."""
    said = {name: {"value": value, "accepted": True} for name, value in numbers.items()}
    told = {name: {**said[name], "accepted": False, **how} for name, how in undecided.items()}
    with records.database.writing() as session:
        return document(session, records, STATION, {**said, **told})


def broken_in(records: Records, name: str) -> str:
    """Return the rule that these numbers break, in Indonesian and English with a bar between."""
    form = records.forms["c-hasil-ppwp-2024"]
    [rule] = [one for one in form.rules if set(one.parsed.names) == set(SUMS[name]) and one.severity == "hard"]
    assert rule.parsed.holds(dict(SUMS[name])) is False
    return rule.id


def accused(client: TestClient, language: str = "id") -> list[str]:
    """Return what a station's page says to be broken as it is written."""
    text = client.get(f"/results/{STATION}?lang={language}").text
    found = re.search(r'id="broken-heading".*?</section>', text, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", found[0]) if found else []


@pytest.mark.parametrize("how", UNDECIDED)
@pytest.mark.parametrize(("name", "waits"), [(name, waits) for name, numbers in SUMS.items() for waits in numbers])
def test_of_a_sum_with_an_undecided_number_nobody_is_accused(
    made: tuple[Records, TestClient], name: str, waits: str, how: dict[str, Any]
) -> None:
    records, client = made
    put(records, SUMS[name], {waits: how})
    rule = broken_in(records, name)
    for language, (accusing, unknown) in WORDS.items():
        page = client.get(f"/results/{STATION}?lang={language}").text
        assert accused(client, language) == []
        assert accusing not in page
        assert unknown in page
    said = client.get(f"/api/v1/tallies/{STATION}").json()
    assert {one["id"]: one["holds"] for one in said["rules"]}[rule] is None
    for region in (*ABOVE, STATION):
        assert client.get(f"/api/v1/tallies/{region}").json()["stations"]["broken"] == 0
    for rows in exported(client, "3171010001"):
        assert {int(row["broken"] or 0) for row in rows.values()} == {0}
    table = csv.DictReader(io.StringIO(client.get("/results/317101/table.csv").text))
    assert [row["broken"] for row in table] == ["0"]


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("state", ["accepted", "reviewed"])
def test_a_sum_of_which_every_number_counts_is_told_as_it_is_written(
    made: tuple[Records, TestClient], name: str, state: str
) -> None:
    records, client = made
    put(records, SUMS[name], {one: {"accepted": True, "state": state} for one in SUMS[name]})
    assert len(accused(client)) == 1
    said = client.get(f"/api/v1/tallies/{STATION}").json()
    assert {one["id"]: one["holds"] for one in said["rules"]}[broken_in(records, name)] is False
    for region in ABOVE:
        assert client.get(f"/api/v1/tallies/{region}").json()["stations"]["broken"] == 1


def test_which_sums_cannot_be_checked_says_nothing_of_what_was_read(made: tuple[Records, TestClient]) -> None:
    """Whether the machine's reading fits or not, the page is the same."""
    records, client = made
    put(records, SUMS["votes"], {"paslon_1": {}})
    misread = re.search(r'<details class="notes unchecked">.*?</details>', client.get(f"/results/{STATION}").text, re.S)
    with records.database.writing() as session:
        for row in session.query(Document):
            row.rules = [{**rule, "holds": True} for rule in row.rules]
    fitting = re.search(r'<details class="notes unchecked">.*?</details>', client.get(f"/results/{STATION}").text, re.S)
    assert misread is not None
    assert fitting is not None
    assert misread[0] == fitting[0]
    assert not re.search(r"paslon_|suara_sah|\b40\b|\b123\b", misread[0])


@pytest.mark.parametrize("how", UNDECIDED)
@pytest.mark.parametrize("name", SUMS)
def test_uploaders_are_told_that_it_does_not_fit_what_was_read(
    made: tuple[Records, TestClient], name: str, how: dict[str, Any]
) -> None:
    records, _ = made
    document_id = put(records, SUMS[name], dict.fromkeys(SUMS[name], how))
    with records.database.reading() as session:
        told = document_body(session, records, session.get_one(Document, document_id), "uploader").feedback.sums
    # A sum across pages also asks whether they belong together.
    told = [reason for reason in told if reason.code != "pages_disagree"]
    assert (len(told) == 1) == (how.get("state") != "unreadable")
    for reason in told:
        assert "does not fit what was read so far" in reason.message
        assert "tidak cocok dengan yang terbaca" in reason.translations["id"]
        for text in (reason.message, *reason.translations.values()):
            assert not re.search(r"\b[a-z]+_[a-z0-9_]+\b|written|tertulis", text)


def test_no_reason_of_a_reading_says_that_it_is_so_on_paper(made: tuple[Records, TestClient]) -> None:
    """`chasil read`, its JSON and the desk say these: whatever the machine alone says is what it read."""
    records, _ = made
    form = records.forms["c-hasil-ppwp-2024"]
    for rule in form.rules:
        for code in ("rule_broken", "rule_unusual"):
            reason = reason_of_rule(code, rule, dict.fromkeys(rule.parsed.names, 7))
            for language in ("id", "en"):
                assert not re.search(r"as written|tertulis|but not here|di sini tidak", reason.text(language))
                assert re.search(r"what was read|yang terbaca", reason.text(language))


def test_visitors_are_not_told_what_was_read_of_a_number_that_waits(made: tuple[Records, TestClient]) -> None:
    records, client = made
    put(records, SUMS["votes"], {"paslon_1": {"boxes": "957", "value": 957, "final_boxes": "957"}})
    assert client.get(f"/api/v1/tallies/{STATION}").json()["numbers"]["paslon_1"]["boxes"] == "957"  # on this machine
    with records.database.writing() as session:
        create_person(session, "local", "siti", (Role.ADMIN,), "0", None)
    answer = client.get(f"/api/v1/tallies/{STATION}")
    assert answer.status_code == 200
    number = answer.json()["numbers"]["paslon_1"]
    assert (number["value"], number["boxes"], number["state"]) == (None, "", "review")
    assert "957" not in json.dumps(answer.json()["numbers"])
    assert "957" not in client.get(f"/results/{STATION}").text
    assert "957" not in client.get(f"/results/{STATION}/table.csv").text
