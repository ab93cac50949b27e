"""What `chasil evaluate tallies --real` says of a reader: right grids are called right, and a wrong one by its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.package import default_package, load_package
from tests.support.command import chasil
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, real_pages
from training.witnesses import real_totals

PAGES = 3


@pytest.fixture
def pages(shared: Path) -> list[RealPage]:
    """Return three pages of the part that sets probabilities."""
    found = [page for page in real_pages(shared, ("wild/kwk-2020",)) if page.part is Part.CALIBRATE]
    return found[:PAGES]


def test_a_grid_that_is_counted_otherwise_than_the_truth_says_is_named(
    pages: list[RealPage], shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "paslon_1"
    value = pages[0].truth["values"][name]
    # As a misreading would be: the truth of one grid is another than what is drawn.
    doubted = replace(pages[0], truth={**pages[0].truth, "values": {**pages[0].truth["values"], name: value + 7}})
    told = []
    for shown in (pages, [doubted, *pages[1:]]):
        monkeypatch.setattr(real_totals, "real_pages", lambda _, shown=shown: shown)
        run = chasil(capsys, "evaluate", "tallies", "tallies-v4", "--real", shared)
        assert run.code == 0
        told.append(run.out)
    mistake = f"{pages[0].path.name} {name}: {value + 7} counted as {value} at"
    assert [mistake in out for out in told] == [False, True]
    right, doubted_right = (int(out.split("tallies-v4: ")[1].split(" of ")[0]) for out in told)
    assert (right, f" of {3 * PAGES} (" in told[0]) == (doubted_right + 1, True)


def test_pages_that_may_not_be_looked_at_are_not(
    pages: list[RealPage], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = [replace(pages[0], part=part) for part in (Part.TEST, Part.TRAIN)]
    monkeypatch.setattr(real_totals, "real_pages", lambda _: hidden)
    assert list(real_totals.judge_real(load_package(default_package("tallies")), shared)) == []
