"""A list of regions comes in whole or not at all; every fault names its line; stations expected follow from it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from api.db import Database
from api.db.log_tables import Event
from api.db.tables import Region
from api.regions import list_file
from api.regions.codes import ensure
from api.regions.import_list import import_regions
from api.regions.list_file import RegionListError
from api.tabulation.totals import region_of
from pipeline.errors import UsageError

LIST = """kode;nama;tps
11;ACEH;
11.01;"ACEH SELATAN";
110101;BAKONGAN;
1101012001;KEUDE BAKONGAN;3
1101012002;"UJONG; MANGKI";
1101012002001;TPS 001;
1101012002901;TPS 901;
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "regions.csv"
    file.write_text(text, encoding="utf-8")
    return file


def expected(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(select(Region.code, Region.stations)).all()
        return {row.code: row.stations for row in rows}


def test_stations_come_as_lines_or_as_a_number_and_count_upwards(database: Database, tmp_path: Path) -> None:
    imported = import_regions(database, write(tmp_path, LIST), "ani")
    assert imported.counts == {"nation": 1, "province": 1, "regency": 1, "district": 1, "village": 2, "station": 5}
    found = expected(database)
    assert [found[code] for code in ("0", "11", "1101", "110101", "1101012001", "1101012002")] == [5, 5, 5, 5, 3, 2]
    assert found["1101012001003"] == found["1101012002901"] == 1
    with database.reading() as session:
        assert session.get_one(Region, "1101012002").name == "UJONG; MANGKI"
        assert session.get_one(Region, "1101012001002").name == "TPS 002"
        event = session.scalars(select(Event)).one()
        assert (event.kind, event.actor, event.body["regions"]) == ("regions_imported", "ani", imported.counts)


def test_the_same_list_again_changes_nothing_and_is_no_event(database: Database, tmp_path: Path) -> None:
    file = write(tmp_path, LIST)
    import_regions(database, file, "ani")
    again = import_regions(database, file, "ani")
    assert (again.changed, again.dropped) == (0, 0)
    with database.reading() as session:
        assert len(session.scalars(select(Event)).all()) == 1


def test_a_new_list_is_the_truth_for_its_villages_only(database: Database, tmp_path: Path) -> None:
    import_regions(database, write(tmp_path, LIST), "ani")
    shorter = "code,name,tps\n1101012001,KEUDE BAKONGAN,2\n"
    imported = import_regions(database, write(tmp_path, shorter), "ani")
    assert imported.dropped == 1
    found = expected(database)
    assert (found["0"], found["1101012001"], found["1101012001003"], found["1101012002"]) == (4, 2, 0, 2)


def test_a_station_that_only_a_document_named_becomes_expected_when_a_list_names_it(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        ensure(session, "1101012001001")
        ensure(session, "1101012001009")
    import_regions(database, write(tmp_path, LIST), "ani")
    found = expected(database)
    assert (found["1101012001001"], found["1101012001009"], found["1101012001"]) == (1, 0, 3)
    with database.reading() as session:
        assert session.get_one(Region, "1101012001").name == "KEUDE BAKONGAN"


def test_the_nation_has_its_name_before_any_list(database: Database) -> None:
    with database.writing() as session:
        before = region_of(session, "0").name
        ensure(session, "1101012001001")
        assert (before, region_of(session, "0").name) == ("Indonesia", "Indonesia")
        assert region_of(session, "1101").name == "1101"


def test_every_fault_names_its_line_and_nothing_is_taken(database: Database, tmp_path: Path) -> None:
    text = (
        "code,name,tps\n11,ACEH,\n111,X,\n11,ACEH,\n1101,,\n1201,NIAS,\n110101,BAKONGAN,5\n"
        "11 01,X,\n2101012001,X,1000\n１１,FULL WIDTH,\n"
    )
    with pytest.raises(RegionListError) as caught:
        import_regions(database, write(tmp_path, text), "ani")
    faults = {(fault.code, fault.values["line"]) for fault in caught.value.faults}
    assert faults == {
        ("regions_code", 3),
        ("regions_twice", 4),
        ("regions_name", 5),
        ("regions_parent", 6),
        ("regions_stations", 7),
        ("regions_code", 8),
        ("regions_stations", 9),
        ("regions_code", 10),
    }
    assert expected(database) == {}


def test_a_number_of_stations_must_agree_with_the_lines(database: Database, tmp_path: Path) -> None:
    text = "code,name,tps\n11,A,\n1101,B,\n110101,C,\n1101012001,D,2\n1101012001001,TPS 1,\n"
    with pytest.raises(RegionListError) as caught:
        import_regions(database, write(tmp_path, text), "ani")
    assert [(fault.code, fault.values["line"]) for fault in caught.value.faults] == [("regions_count", 5)]


@pytest.mark.parametrize("text", ["", "1101,ACEH\n", "nama;tps\n"])
def test_a_list_without_its_columns_is_refused(database: Database, tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        import_regions(database, write(tmp_path, text), "ani")
    assert caught.value.code == "regions_columns"


def test_what_a_fault_repeats_is_short_and_printable(database: Database, tmp_path: Path) -> None:
    text = f"code,name,tps\n{'9' * 5000},A,\n\x1b[2J,B,\n1101012001,C,{'1' * 5000}\n"
    with pytest.raises(RegionListError) as caught:
        import_regions(database, write(tmp_path, text), "ani")
    said = [fault.text("en") for fault in caught.value.faults]
    assert len(said) == 3
    assert all(one.isprintable() and len(one) < 250 for one in said)


def test_a_list_longer_than_any_is_refused_before_it_is_counted_out(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_file, "MOST_REGIONS", 8)
    text = "code,name,tps\n11,A,\n1101,B,\n110101,C,\n1101012001,D,4\n"
    assert import_regions(database, write(tmp_path, text), "ani").counts["station"] == 4
    with pytest.raises(UsageError) as caught:
        import_regions(database, write(tmp_path, text.replace("D,4", "D,5")), "ani", "daftar.csv")
    assert (caught.value.code, caught.value.reason.values["path"]) == ("regions_too_many", "daftar.csv")
    assert expected(database)["1101012001"] == 4


@pytest.mark.parametrize("content", [b"code,name\n\xff\xfe\n", b'code,name\n11,"ACEH\n1101,SIMEULUE\n'])
def test_a_file_that_is_no_text_or_never_ends_a_quote_is_refused(
    database: Database, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "regions.csv"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        import_regions(database, file, "ani")
    assert caught.value.code == "file_unreadable"
