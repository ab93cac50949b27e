"""Published files of every kind give the same stations; what is faulty in them is counted and never guessed at."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.comparison import json_stream
from api.comparison.mapping import PublishedMapping, load_mapping
from api.comparison.published import Fault, PublishedStation
from api.comparison.snapshot import described, take_snapshot
from api.comparison.sources import hash_of, open_published
from api.comparison.work import Work
from pipeline.errors import UsageError

STATIONS = {"1101012001001": (132, 68, 29), "1101012001002": (41, 87, 22)}
PLAIN = PublishedMapping()


def station(votes: tuple[int, ...], *, ids: tuple[str, ...] = ("100025", "100026", "100027")) -> dict[str, Any]:
    return {
        "mode": "hhcw",
        "chart": dict(zip(ids, votes, strict=True)),
        "images": ["https://example.org/a.jpg", None],
        "administrasi": {"suara_sah": sum(votes), "pengguna_non_dpt_j": 3, "something_new": 4},
        "psu": None,
        "ts": "2024-02-15 09:00:00",
        "status_suara": True,
        "status_adm": True,
    }


def stations_in(path: Path, mapping: PublishedMapping = PLAIN) -> list[PublishedStation]:
    return [one for one in open_published(path, mapping) if isinstance(one, PublishedStation)]


def faults_in(path: Path, mapping: PublishedMapping = PLAIN) -> list[Fault]:
    return [one for one in open_published(path, mapping) if isinstance(one, Fault)]


def one_object(folder: Path) -> Path:
    path = folder / "all.json"
    path.write_text(json.dumps({code: station(votes) for code, votes in STATIONS.items()}), encoding="utf-8")
    return path


def tree(folder: Path) -> Path:
    for code, votes in STATIONS.items():
        path = folder / "tree" / code[:2] / f"{code}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(station(votes), indent=2), encoding="utf-8")
    return folder / "tree"


def lines(folder: Path) -> Path:
    path = folder / "all.jsonl"
    path.write_text("".join(json.dumps({"kode": code} | station(votes)) + "\n" for code, votes in STATIONS.items()))
    return path


def array(folder: Path) -> Path:
    path = folder / "array.json"
    path.write_text(json.dumps([{"kode": code} | station(votes) for code, votes in STATIONS.items()]), encoding="utf-8")
    return path


def pilkada(folder: Path) -> Path:
    path = folder / "pilkada.json"
    wrapped = {}
    for code, votes in STATIONS.items():
        inner = station(votes, ids=("1", "2", "3"))
        wrapped[code] = {"images": inner.pop("images"), "ts": inner.pop("ts"), "tungsura": inner}
    path.write_text(json.dumps(wrapped), encoding="utf-8")
    return path


@pytest.mark.parametrize("made", [one_object, tree, lines, array, pilkada])
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_the_commissions_json_in_every_shape(
    made: Callable[[Path], Path], chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    found = {one.code: one for one in stations_in(made(tmp_path))}
    assert set(found) == set(STATIONS)
    for code, votes in STATIONS.items():
        assert found[code].numbers == {
            "paslon_1": votes[0],
            "paslon_2": votes[1],
            "paslon_3": votes[2],
            "suara_sah": sum(votes),
            "pengguna_dpk_j": 3,
        }
        assert (found[code].images, found[code].at) == (("https://example.org/a.jpg",), "2024-02-15 09:00:00")
    assert not faults_in(made(tmp_path))


def test_ids_of_pairs_that_nobody_has_explained_are_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"1101012001001": station((1, 2, 3), ids=("900", "901", "902"))}), encoding="utf-8")
    with pytest.raises(UsageError, match="published_pairs_unknown"):
        stations_in(path)
    (one,) = stations_in(path, load_mapping(None, "902=1,900=2,901=3"))
    assert [one.numbers[f"paslon_{pair}"] for pair in (1, 2, 3)] == [3, 1, 2]


@pytest.mark.parametrize("value", [-1, 1.5, True, "12", [], {}, 10**12, 1e3])
def test_a_value_that_is_no_count_is_a_fault_and_the_rest_is_taken(value: object, tmp_path: Path) -> None:
    content = station((132, 68, 29))
    content["chart"]["100026"] = value
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"1101012001001": content}), encoding="utf-8")
    (one,) = stations_in(path)
    assert (one.numbers["paslon_1"], "paslon_2" in one.numbers) == (132, False)
    assert [(each.place, each.code) for each in faults_in(path)] == [("1101012001001/100026", "number_faulty")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"110101200100": {"chart": {}}}, "shape_unknown"),
        ({"1101012001001": [1, 2]}, "shape_unknown"),
        ({"1101012001001": {"chart": [1]}}, "shape_unknown"),
        ({"1101012001001": {"chart": {"1": 5, "null": 3}}}, "pairs"),
        ({"1101012001001": {"images": "http://a"}}, "address_faulty"),
        ({"1101012001001": {"images": ["x" * 5000]}}, "address_faulty"),
        ([{"kode": "11", "chart": {}}], "station_code"),
    ],
)
def test_what_has_another_shape_is_a_fault(content: object, code: str, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    if code == "pairs":
        with pytest.raises(UsageError, match="published_pairs_unknown"):
            faults_in(path)
        return
    assert {one.code for one in faults_in(path)} == {code}


@pytest.mark.parametrize(
    "text",
    [
        '{"1101012001001": {"chart": {"1": 5}',
        '{"1101012001001": {"chart": {"1": 5, "1": 6}}}',
        '{"1101012001001": {"chart": {"1": NaN}}}',
        '{"1101012001001": ' + "[" * 100_000,
        "not json",
        '{"1101012001001": {}} trailing',
    ],
    ids=["cut off", "named twice", "no number", "nested deep", "no JSON", "trailing"],
)
def test_a_damaged_file_ends_with_how_far_it_was_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="published_damaged"):
        list(open_published(path, PLAIN))


def test_an_element_larger_than_any_station_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 1000)
    monkeypatch.setattr(json_stream, "LARGEST_ELEMENT", 10_000)
    path = tmp_path / "all.json"
    path.write_text('{"1101012001001": {"x": "' + "a" * 100_000 + '"}}', encoding="utf-8")
    with pytest.raises(UsageError, match="published_damaged"):
        list(open_published(path, PLAIN))


def test_one_damaged_file_of_a_folder_costs_only_itself(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    (folder / "11" / "1101012001009.json").write_text("{", encoding="utf-8")
    assert len(stations_in(folder)) == 2
    assert [one.code for one in faults_in(folder)] == ["file_damaged"]


MAPPING = """
station: kode
fields: {paslon_1: satu, paslon_2: dua, paslon_3: tiga}
images: foto
time: waktu
"""


def wide_rows() -> list[dict[str, Any]]:
    return [
        {
            "kode": code,
            "satu": a,
            "dua": b,
            "tiga": c,
            "foto": "https://example.org/a.jpg",
            "waktu": "pagi",
            "lain": "x",
        }
        for code, (a, b, c) in STATIONS.items()
    ]


def long_rows() -> list[dict[str, Any]]:
    return [
        {"kode": code, "isian": f"suara{pair}", "nilai": value}
        for code, votes in STATIONS.items()
        for pair, value in enumerate(votes, 1)
    ]


LONG = """
station: kode
field: isian
value: nilai
names: {suara1: paslon_1, suara2: paslon_2, suara3: paslon_3}
"""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(("text", "rows"), [(MAPPING, wide_rows()), (LONG, long_rows())], ids=["wide", "long"])
def test_tables_mean_what_their_mapping_says(
    ending: str, text: str, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    mapping, path = tmp_path / "mapping.yaml", tmp_path / f"table.{ending}"
    mapping.write_text(text, encoding="utf-8")
    write_table(path, rows)
    found = {one.code: one for one in stations_in(path, load_mapping(mapping))}
    for code, votes in STATIONS.items():
        assert tuple(found[code].numbers[f"paslon_{pair}"] for pair in (1, 2, 3)) == votes
    if text is MAPPING:
        assert {(one.images, one.at) for one in found.values()} == {(("https://example.org/a.jpg",), "pagi")}


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    if path.suffix == ".parquet":
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        pq.write_table(pa.Table.from_pylist(rows), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("cell", ["1.234", "12,5", "-3", "1e3", "١٢", "=1", "x", "9" * 30])
def test_cells_that_are_no_plain_number_are_faults(cell: str, tmp_path: Path) -> None:
    mapping, path = tmp_path / "mapping.yaml", tmp_path / "table.csv"
    mapping.write_text(MAPPING, encoding="utf-8")
    rows = wide_rows()
    rows[0]["dua"] = cell
    write_table(path, rows)
    assert [one.code for one in faults_in(path, load_mapping(mapping))] == ["number_faulty"]
    assert "paslon_2" not in stations_in(path, load_mapping(mapping))[0].numbers


@pytest.mark.parametrize(
    "text",
    [
        "station: kode\nfields: {paslon_1: a}\nunknown: 1",
        "fields: {paslon_1: a}",
        "station: kode\nfields: {paslon_1: a, paslon_2: a}",
        "station: kode\nfield: a",
        "station: kode\nfields: {paslon_1: a}\nfield: b\nvalue: c",
        "pairs: {'7': paslon_1, '8': paslon_1}",
        "station: kode\nfields: {Paslon: a}",
        "- a list",
        "delimiter: ';;'",
    ],
)
def test_a_mapping_that_says_too_much_too_little_or_the_same_twice_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="mapping_faulty"):
        load_mapping(path)


def test_a_table_without_a_mapping_or_without_its_columns_says_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_table(path, wide_rows())
    with pytest.raises(UsageError, match="mapping_needed"):
        stations_in(path)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("station: kode\nfields: {paslon_1: nowhere}", encoding="utf-8")
    with pytest.raises(UsageError, match="mapping_columns"):
        stations_in(path, load_mapping(mapping))


def taken(folder: Path, path: Path) -> Work:
    work = Work(folder / "work.sqlite")
    take_snapshot(work, path, PLAIN, None, lambda _count: None)
    return work


def test_a_snapshot_keeps_which_file_it_was_and_when(tmp_path: Path) -> None:
    path = one_object(tmp_path)
    told = described(taken(tmp_path, path))
    assert (told["sha256"], told["stations"]) == (hash_of(path), 2)
    assert (told["first"], told["last"]) == ("2024-02-15 09:00:00",) * 2
    assert hash_of(tree(tmp_path)) != hash_of(path)


def test_another_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    taken(tmp_path, one_object(tmp_path)).close()
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"1101012001009": station((1, 2, 3))}), encoding="utf-8")
    assert taken(tmp_path, path).codes() == ["1101012001009"]


def test_a_station_that_says_two_things_keeps_the_first_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "twice.jsonl"
    both = [{"kode": "1101012001001"} | station(votes) for votes in ((132, 68, 29), (132, 99, 29))]
    path.write_text("".join(json.dumps(one) + "\n" for one in both), encoding="utf-8")
    work = taken(tmp_path, path)
    one = work.station("1101012001001")
    assert one is not None
    assert one.numbers["paslon_2"] == 68
    assert work.faults()[0] == {"station_twice": 2}  # the pair, and the sum of valid votes


def test_a_snapshot_that_was_interrupted_is_taken_again(tmp_path: Path) -> None:
    path = one_object(tmp_path)
    work = Work(tmp_path / "work.sqlite")
    work.put("published", "")
    work.add_published([PublishedStation("1101012001007", {"paslon_1": 5})])
    work.close()
    assert taken(tmp_path, path).codes() == sorted(STATIONS)
