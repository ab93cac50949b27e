"""What the comparison with other readers counts as right; the readers themselves run by `make bench-peers`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline import Reader
from pipeline.forms import load_forms
from tests import SAMPLES
from tests.bench.peers import Peer, Picture, Sheet, amount, evenly, found_among, run, sheets_of, strip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("133", 133),
        ("X57", 57),
        ("XX0", 0),
        ("X X", 0),
        ("--4\n", 4),
        ("0 0 7", 7),
        ("", None),
        ("XXI", 1),
        ("4-4", None),
    ],
)
def test_crosses_dashes_and_zeros_in_front_do_not_matter(text: str, value: int | None) -> None:
    assert amount(text) == value


def test_each_output_serves_one_number() -> None:
    wanted = {"one": 12, "other": 12, "third": 7}
    assert found_among(wanted, ["no 012, 99"]) == 1
    assert found_among(wanted, ["12 7", "x12"]) == 3
    assert found_among(wanted, ["127"]) == 0


def test_uncertain_numbers_and_forms_not_installed_are_left_out(tmp_path: Path) -> None:
    fields = (
        '"fields": {"a": "012", "b": "1?2", "c": "XXX", "d": "004"}, "values": {"a": 12, "b": 2, "c": null, "d": 4}'
    )
    lines = [
        f'{{"file": "1.jpg", "form": "c-hasil-kwk-2020-pairs-3", {fields}, "uncertain": {{"d": "faint"}}}}',
        f'{{"file": "2.jpg", "form": "unknown", {fields}}}',
        f'{{"file": "3.jpg", "form": "c-hasil-kwk-2020", {fields}}}',  # any of its variants
    ]
    (tmp_path / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    form = load_forms()["c-hasil-kwk-2020-pairs-3"]
    sheet, other = sheets_of(tmp_path, tmp_path, {form.id: form})
    assert (sheet.file.name, other.file.name) == ("1.jpg", "3.jpg")
    assert sheet.numbers == {"a": 12}


def test_a_part_of_the_pages_is_taken_evenly() -> None:
    sheets = [Sheet(Path(str(index)), 0, {}) for index in range(10)]
    assert [sheet.file.name for sheet in evenly(sheets, 3)] == ["0", "3", "6"]
    assert evenly(sheets, 0) == evenly(sheets, 99) == sheets
    assert evenly([], 3) == []


def test_boxes_of_any_size_make_one_strip() -> None:
    boxes = [np.full((40, 30), 200, np.uint8), np.full((90, 80), 210, np.uint8)]
    assert strip(boxes).shape[0] == 64 + 2 * 16


def test_every_reader_gets_every_number_of_the_page(reader: Reader) -> None:
    sheets = [one for one in sheets_of(SAMPLES, SAMPLES, reader.forms) if one.file.stem.endswith("p2")][:1]
    wanted = sheets[0].numbers
    given: list[int] = []

    def lines(strips: Sequence[Picture]) -> list[str]:
        given.append(len(strips))
        return [str(value) for value in wanted.values()]

    outcome = run(
        sheets, reader, [Peer("perfect", lines, lambda _: []), Peer("mute", lambda s: [""] * len(s), lambda _: [])]
    )
    right = {name: score.right for name, score in outcome.scores.items()}
    assert given == [len(wanted)]
    assert right["chasil"] == right["perfect, strips"] == outcome.numbers == len(wanted)
    assert right["perfect, whole page"] == right["mute, strips"] == right["mute, whole page"] == 0
