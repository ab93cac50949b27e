"""Real photographs that are made harder: every kind does something, the same each time, and no lie goes unsaid."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline import Reader
from pipeline.reading import Outcome
from tests.support.command import chasil
from training.evaluation.split import LEARNT_FROM, Part
from training.evaluation.truths import RealPage, real_pages
from training.pages.wear import WEAR, Picture
from training.proof.cases import Case
from training.proof.worn import lines, plan


@pytest.fixture(scope="module")
def page(samples: Path) -> Picture:
    drawn = cv2.imread(str(next(samples.glob("*2.jpg"))), cv2.IMREAD_REDUCED_COLOR_4)
    assert drawn is not None
    return np.asarray(drawn, dtype=np.uint8)


@pytest.mark.parametrize("kind", WEAR)
def test_every_kind_changes_a_picture_and_the_same_seed_changes_it_alike(kind: str, page: Picture) -> None:
    first, again, other = (WEAR[kind](page, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert first.shape != page.shape or np.abs(first.astype(int) - page).mean() > 0.5
    assert np.array_equal(first, again)
    by_chance = kind != "whitened by an application"
    assert (first.shape != other.shape or not np.array_equal(first, other)) == by_chance


def test_every_page_meets_each_kind_once_and_each_kind_as_many_pages() -> None:
    pages = [RealPage(Path(f"{number}.jpg"), "form", 1, Part.TRAIN, {}) for number in range(6)]
    planned = plan(pages, ["dark", "cut", "turned"], rounds=3)
    assert len({(page.path.name, kind) for page, kind, _ in planned}) == 18
    first = [kind for _, kind, number in planned if number == 0]
    assert {kind: first.count(kind) for kind in first} == {"dark": 2, "cut": 2, "turned": 2}


def test_what_is_accepted_and_wrong_is_counted_and_named(reader: Reader, samples: Path) -> None:
    (reading,) = reader.read(next(samples.glob("*2.jpg")))
    field, read = next((name, one) for name, one in reading.fields.items() if one.outcome is Outcome.ACCEPTED)
    assert read.value is not None
    case = Case("c-hasil-ppwp-2024 2", "dark", None, True, reading, {field: read.value}, frozenset())
    lie = replace(case, values={field: read.value + 1})
    table = "\n".join(lines([("a.jpg", case), ("b.jpg", lie)]))
    assert "| dark | 2 of 2" in table
    assert "| 1, at most" in table
    assert f"b.jpg, dark: {field} is {read.value + 1}, read as {read.value}" in table
    assert "a.jpg, dark" not in table


def test_a_kind_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = chasil(capsys, "evaluate", "worn", tmp_path, "--kinds", "burnt")
    assert run.code == 2
    assert "burnt" in run.err
    assert "in half shadow" in run.err


def test_a_worn_real_page_is_read_and_its_table_printed(capsys: pytest.CaptureFixture[str], shared: Path) -> None:
    folder = shared / "wild" / "kwk-2024"
    learnt = [page for page in real_pages(folder, (".",)) if page.part in LEARNT_FROM]
    run = chasil(capsys, "evaluate", "worn", folder, "--kinds", "in half shadow", "--jobs", 1)
    assert run.code == 0, run.err
    assert f"| in half shadow | {len(learnt)} of {len(learnt)}" in run.out
    assert "| 0, at most" in run.out
