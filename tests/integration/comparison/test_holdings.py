"""`chasil compare --service`: what the service holds, with what people decided; and its own exports."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.core.originals import open_originals
from api.db import open_database
from api.db.tables import Document, Page
from pipeline import Reader
from pipeline.documents import open_documents
from pipeline.packing import pack
from tests.support.databases import Command
from tests.support.history import read as put_down
from tests.support.history import received

STATION = "0024010001002"


@pytest.fixture
def held(run: Command, database_url: str, tmp_path: Path, samples: Path, reader: Reader) -> None:
    """Put a page with its votes on record; the second was decided by people, who read 60 in it."""
    assert run("audit", "verify").code == 0
    data = (samples / f"{STATION}-p2.jpg").read_bytes()
    ((page,),) = [one.pages for one in open_documents([("tps.jpg", data)])]
    reading = reader.read_page(page)
    database = open_database(database_url)
    with database.writing() as session:
        document, row = received(session, open_originals(str(tmp_path / "originals")), STATION, data)
        states = {"paslon_1": ("accepted", 132), "paslon_2": ("reviewed", 60), "paslon_3": ("accepted", 29)}
        kept = put_down(session, session.get_one(Document, document.id), session.get_one(Page, row.id), states)
        kept.evidence = pack(reading)
    database.close()


def compared(run: Command, folder: Path, published: Path, *more: object) -> dict[str, dict[str, Any]]:
    done = run("compare", published, "--service", "--out", folder / "out", *more)
    assert done.code in (0, 3), done.err
    lines = (folder / "out" / "numbers.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["field"]: one for one in map(json.loads, lines) if one["kind"] == "number"}


@pytest.mark.usefixtures("held")
def test_what_the_service_holds_is_compared_without_reading_it_again(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_given: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(Reader, "read_page", unwanted)
    published = tmp_path / "published.json"
    published.write_text(json.dumps({STATION: {"chart": {"1": 132, "2": 61, "3": 39}}}), encoding="utf-8")
    found = compared(run, tmp_path, published)
    assert {name: one["outcome"] for name, one in found.items()} == {
        "paslon_1": "agrees",
        "paslon_2": "differs",
        "paslon_3": "differs",
    }
    assert (found["paslon_2"]["read"], found["paslon_2"]["witnesses"]["people"]["value"]) == (60, 60)
    assert "data:image/jpeg" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "kpu"])
def test_another_chasils_export_is_taken_as_it_is(kind: str, run: Command, tmp_path: Path) -> None:
    published = tmp_path / f"export.{'json' if kind == 'kpu' else kind}"
    what = ("kpu",) if kind == "kpu" else ("numbers", "--format", kind)
    assert run("export", *what, "--out", published).code == 0
    found = compared(run, tmp_path, published)
    assert {name: one["published"] for name, one in found.items()} == {"paslon_1": 132, "paslon_2": 60, "paslon_3": 29}
    assert {one["outcome"] for one in found.values()} == {"agrees"}
