"""Published figures come in as an election's second source: whole, once, on record, and nothing that is no figure."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.comparison.mapping import PublishedMapping
from api.core.context import Records
from api.db.log_tables import Event
from api.db.published_tables import PublishedSnapshot, PublishedStation
from api.publication import importing
from api.publication.figures import current_snapshot, digest_of, figures_of, snapshots_of
from api.publication.importing import Given, import_published
from api.verification.verify import verify
from pipeline.errors import UsageError
from tests.support.databases import Command
from tests.support.second_source import AGREES, DIFFERS, PUBLISHED, published_file

TWO = {AGREES: {"1": 70, "2": 20}, DIFFERS: {"1": 868, "2": 41, "3": 5}}


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What depends on no database."""


def import_file(records: Records, path: Path, folder: Path, **given: object) -> tuple[PublishedSnapshot, bool]:
    return import_published(records, path, Given("kpu.json", "local", "ppwp-2024", **given), folder)  # type: ignore[arg-type]


def test_a_file_comes_in_with_its_hash_and_times_and_a_later_one_leaves_it_known(
    records: Records, tmp_path: Path
) -> None:
    first, changed = import_file(records, published_file(tmp_path, TWO), tmp_path, taken_at="2024-02-15 10:00 WIB")
    assert changed
    assert (first.stations, first.numbers, first.taken_at) == (2, 5, "2024-02-15 10:00 WIB")
    assert (first.first, first.last) == ("2024-02-15 09:00:00", "2024-02-15 09:00:00")
    again, changed = import_file(records, published_file(tmp_path, TWO), tmp_path)
    assert (again.id, changed) == (first.id, False)
    second, _ = import_file(records, published_file(tmp_path, PUBLISHED), tmp_path)
    with records.database.reading() as session:
        assert [one.id for one in snapshots_of(session, "ppwp-2024")] == [second.id, first.id]
        current = current_snapshot(session, "ppwp-2024")
        assert current is not None
        assert current.id == second.id
        assert [code for code, _, _ in figures_of(session, first.id)] == sorted(TWO)
        assert digest_of(figures_of(session, first.id)) == first.figures
        told = session.scalars(select(Event.body).where(Event.kind == "published_imported").order_by(Event.seq)).all()
    assert [(one["sha256"], one["replaces"]) for one in told] == [(first.sha256, None), (second.sha256, first.id)]
    assert [reason.text() for reason in verify(records)] == []


@ON_SQLITE
def test_what_is_no_field_of_the_form_is_counted_and_not_kept(records: Records, tmp_path: Path) -> None:
    path = tmp_path / "angka.csv"
    path.write_text("station,field,value\n1101012001001,paslon_1,70\n1101012001001,catatan,9\n", encoding="utf-8")
    snapshot, _ = import_file(records, path, tmp_path)
    assert (snapshot.numbers, snapshot.faults) == (1, {"field_unknown": 1})
    assert snapshot.examples == [{"place": "-", "code": "field_unknown", "seen": "catatan"}]
    with records.database.reading() as session:
        assert list(figures_of(session, snapshot.id)) == [("1101012001001", {"paslon_1": 70}, None)]


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("kosong.json", "{}", "published_empty"),
        ("rusak.json", '{"1101012001001": {"chart": {"1": ', "published_damaged"),
        ("asing.json", '{"1101012001001": {"chart": {"900001": 5}}}', "published_pairs_unknown"),
        ("bebas.csv", "a,b\n1,2\n", "mapping_needed"),
        ("petik.csv", 'station,field,value\n"' + "x" * 80 + "\n" * 200, "published_unreadable"),
    ],
)
def test_a_file_that_is_none_leaves_nothing_behind(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, code: str
) -> None:
    monkeypatch.setattr("api.comparison.table._LONGEST_RECORD", 100)  # a quote that never ends
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        import_file(records, tmp_path / name, tmp_path)
    assert refused.value.code == code
    with records.database.reading() as session:
        for table in (PublishedSnapshot, PublishedStation):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("published-")] == []


@ON_SQLITE
def test_no_election_is_so_large(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_STATIONS", 3)
    with pytest.raises(UsageError, match="more than 3"):
        import_file(records, published_file(tmp_path), tmp_path)


@ON_SQLITE
def test_a_time_that_cannot_be_kept_is_refused(records: Records, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no time"):
        import_file(records, published_file(tmp_path), tmp_path, taken_at="kemarin\x1b[2J")


@ON_SQLITE
def test_a_mapping_says_what_columns_are(records: Records, tmp_path: Path) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text("kode;satu\n1101012001001;70\n", encoding="utf-8")
    mapping = PublishedMapping(station="kode", fields={"paslon_1": "satu"}, delimiter=";")
    snapshot, _ = import_file(records, path, tmp_path, mapping=mapping)
    assert snapshot.mapping == {"station": "kode", "fields": {"paslon_1": "satu"}, "delimiter": ";"}


@ON_SQLITE
def test_the_command_imports_and_lists(run: Command, tmp_path: Path) -> None:
    path = published_file(tmp_path)
    done = run("published", "import", path, "--election", "ppwp-2024", "--taken-at", "2024-02-15 10:00")
    assert done.code == 0, done.err
    assert "TPS / stations 4; angka / numbers 8" in done.out
    assert "sudah ada" in run("published", "import", path, "--election", "ppwp-2024").out
    assert "berlaku" in run("published", "list").out
    assert run("audit", "verify").code == 0
