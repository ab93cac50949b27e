"""The split of the real pages: complete, and never through a sheet."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from training.evaluation.split import Part, part_of, sheets, split

SETS = ("wild/ppwp-2024", "wild/dpd-2024", "wild/kwk-2024", "wild/ppwp-2024-votes", "wild/kwk-2020", "pages")


def test_no_sheet_lies_on_two_sides() -> None:
    parts = defaultdict(set)
    for file, sheet in sheets().items():
        parts[sheet].add(split()[file])
    assert all(len(found) == 1 for found in parts.values())
    # A station's pages, and a photograph and its flattened copy, are one sheet.
    assert sheets()["kwk2024_0001.jpg"] == sheets()["kwk2024_flat_page2.jpg"] == sheets()["kwk2024_0002.jpg"]
    assert sheets()["B_c1ppwp2019p1_01ALUEBAGOK_01.png"] == sheets()["B_c1ppwp2019p2_01ALUEBAGOK_01.png"]


def test_every_part_has_pages_of_its_own() -> None:
    assert {part: sum(found is part for found in split().values()) > 100 for part in Part} == dict.fromkeys(Part, True)


def test_an_unknown_page_is_not_learnt_from() -> None:
    with pytest.raises(UsageError, match="page_not_split"):
        part_of("somebody_elses.jpg")


@pytest.mark.parametrize("folder", SETS)
def test_every_shared_page_has_its_part(folder: str, shared: Path) -> None:
    lines = (shared / folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [json.loads(line) for line in lines if line.strip()]
    assert all(part_of(truth["file"]) in Part for truth in truths)


def test_pages_with_the_same_votes_are_one_sheet(shared: Path) -> None:
    lines = (shared / "wild/kwk-2020/truth.jsonl").read_text(encoding="utf-8").splitlines()
    parts = defaultdict(set)
    for truth in map(json.loads, filter(str.strip, lines)):
        parts[json.dumps(truth["values"], sort_keys=True)].add(part_of(truth["file"]))
    assert all(len(found) == 1 for found in parts.values())
