"""`chasil regions`, `export` and `audit` on the command line: files, exit codes, and what is said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from api.core.originals import open_originals
from api.db import Database, open_database
from api.db.log_tables import Event
from api.db.tables import Document, Page
from api.ledger.append import settle
from api.ledger.protected import watched
from tests.support.databases import Command
from tests.support.history import ELECTION, read, received


@pytest.fixture
def counted(run: Command, database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Return a database with one station on record."""
    assert run("audit", "verify").code == 0
    database = replace(open_database(database_url), watched=watched(), at_commit=settle)
    with database.writing() as session:
        document, page = received(session, open_originals(str(tmp_path / "originals")), "1101012001001", b"one")
        numbers = {"paslon_1": ("accepted", 70), "suara_sah": ("review", 90)}
        read(session, session.get_one(Document, document.id), session.get_one(Page, page.id), numbers)
    yield database
    database.close()


def test_a_list_of_regions_comes_in(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "regions.csv"
    file.write_text("kode,nama,tps\n11,ACEH,\n1101,A,\n110101,B,\n1101012001,C,3\n", encoding="utf-8")
    first = run("regions", "import", file)
    assert (first.code, "station 3" in first.out) == (0, True)
    file.write_text("kode,nama\n12x,ACEH\n", encoding="utf-8")
    faulty = run("regions", "import", file)
    assert (faulty.code, "baris 2" in faulty.err, "regions_faulty" in faulty.err) == (2, True, True)


def test_everything_is_exported_to_files(run: Command, counted: Database, tmp_path: Path) -> None:
    del counted
    for what in ("tallies", "numbers"):
        for kind in ("csv", "json", "parquet"):
            assert run("export", what, "--format", kind, "--out", tmp_path / f"{what}.{kind}").code == 0
        lines = (tmp_path / f"{what}.csv").read_text(encoding="utf-8").splitlines()
        objects = json.loads((tmp_path / f"{what}.json").read_text(encoding="utf-8"))
        assert len(lines) - 1 == len(objects) == pq.read_table(tmp_path / f"{what}.parquet").num_rows > 0
    assert run("export", "kpu", "--out", tmp_path / "kpu.json").code == 0
    assert json.loads((tmp_path / "kpu.json").read_text())["1101012001001"]["chart"]["1"] == 70
    refused = run("export", "kpu", "--format", "csv", "--out", tmp_path / "kpu.csv")
    assert (refused.code, "export_format" in refused.err, (tmp_path / "kpu.csv").exists()) == (2, True, False)
    assert "region_unknown" in run("export", "numbers", "--region", "77").err


def test_sums_are_recounted_and_put_right(run: Command, counted: Database) -> None:
    assert run("audit", "recount").code == 0
    with counted.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tally SET amount = 71 WHERE item = 'paslon_1' AND digits = 4")
    wrong = run("audit", "recount")
    assert (wrong.code, "1101 paslon_1: 71 -> 70" in wrong.out) == (4, True)
    assert run("audit", "verify").code == 4
    assert run("audit", "recount", "--repair").code == 0
    assert run("audit", "verify").code == 0


def test_a_history_is_verified_and_handed_out(run: Command, counted: Database, tmp_path: Path) -> None:
    sound = run("audit", "verify")
    head = sound.out.split("head ")[1].split()[0]
    assert (sound.code, run("audit", "verify", "--head", head).code) == (0, 0)
    assert run("audit", "verify", "--head", f"999:{'0' * 64}").code == 4
    made = run("audit", "key", "--out", tmp_path / "key.pem")
    assert (made.code, len(made.out.strip())) == (0, 64)
    exported = run("audit", "export", "--key", tmp_path / "key.pem", "--out", tmp_path / "history.zip")
    assert (exported.code, head in exported.out, made.out.strip() in exported.out) == (0, True, True)
    with counted.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE number SET final = 99 WHERE field = 'paslon_1'")
    wrong = run("audit", "verify", "--no-originals")
    assert (wrong.code, "audit_row_changed" in wrong.out, "99" in wrong.out) == (4, True, True)


def test_elections_are_turned_on_and_named_on_the_command_line(run: Command, counted: Database) -> None:
    assert (
        run(
            "elections", "set", ELECTION, "--main", "--title", "Pilpres kita", "--pair", "1=ANI", "--pair", "2=BUDI"
        ).code
        == 0
    )
    with counted.reading() as session:
        [event] = session.scalars(select(Event).where(Event.kind == "election_set"))
        assert event.body["pairs"] == {"paslon_1": "ANI", "paslon_2": "BUDI"}
        assert (event.body["main"], event.body["title_id"]) == (True, "Pilpres kita")
    assert run("audit", "verify").code == 0
    listed = run("elections", "list").out
    assert "1 — ANI" in " ".join(listed.split())
    assert run("elections", "set", ELECTION, "--off").code == 0
    assert run("elections", "set", ELECTION, "--pair", "x=NOBODY").code == 2
    assert run("elections", "set", "none", "--on").code == 2
