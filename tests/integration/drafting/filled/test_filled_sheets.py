"""`chasil forms new --filled`: from photographs of filled sheets to a template."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.forms import FormTemplate, load_form
from tests.support.command import chasil
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import real_pages
from training.pages.simulate import Simulation, simulate_document

HANDS, SHEETS = 5, 8

PATIENCE = 1200
"""Seconds for what takes a minute of one core, on machines that are shared."""


@pytest.fixture(scope="module")
def photographs(ppwp: FormTemplate, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return photographs of the second page, each filled by another hand."""
    folder = tmp_path_factory.mktemp("filled")
    pages = [(2, seed) for seed in range(HANDS)]
    files = []
    for page, seed in pages:
        settings = Simulation(ppwp, seed=seed, difficulty="easy", page=page, long_side=1300)
        files.append(folder / f"p{page}-{seed}.jpg")
        files[-1].write_bytes(simulate_document(settings, 0)[0].jpeg)
    return files


@pytest.mark.timeout(PATIENCE)
@pytest.mark.usefixtures("unread")
def test_filled_sheets_become_the_blank_and_its_template(
    photographs: list[Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, blank = tmp_path / "forms" / "again.yaml", tmp_path / "clean.png"
    run = chasil(
        capsys, "forms", "new", "--filled", *photographs, "--page", "2", "--out", out, "--recovered", blank,
        "--language", "en",
    )  # fmt: skip
    assert run.code == 0, run.err
    for code in ("filled_scale", "filled_seen", "filled_written"):
        assert code in run.out
    picture = cv2.imread(str(blank), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    (page,) = load_form(out).pages
    assert page.number == 2
    assert page.private
    assert page.corners is not None
    assert (load_form(out).sheet.width, load_form(out).sheet.height) == pytest.approx((600.0, 900.0), rel=0.003)
    assert picture.shape[0] / picture.shape[1] == pytest.approx(1.5, rel=0.01)


def test_too_few_photographs_and_several_pages_are_refused(
    photographs: list[Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "again.yaml"
    few = chasil(capsys, "forms", "new", "--filled", *photographs[:4], "--out", out)
    assert (few.code, "filled_too_few" in few.err) == (2, True)
    more = chasil(capsys, "forms", "new", "--filled", *photographs, "--page", "1", "--page", "2", "--out", out)
    assert (more.code, "filled_one_page" in more.err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_photographs_that_show_nothing_in_common_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = [tmp_path / f"blot-{index}.png" for index in range(5)]
    for index, file in enumerate(files):
        cv2.imwrite(str(file), cv2.circle(np.full((600, 400), 255, np.uint8), (200, 200 + 40 * index), 50, (0,), 5))
    run = chasil(capsys, "forms", "new", "--filled", *files, "--out", tmp_path / "none.yaml")
    assert (run.code, "filled_do_not_fit" in run.err, files[-1].name in run.err) == (2, True, True)


@pytest.mark.timeout(PATIENCE)
@pytest.mark.usefixtures("unread")
def test_real_sheets_of_2020_become_a_template(
    shared: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pages = sorted(p.path for p in real_pages(shared, ["wild/kwk-2020"]) if p.part in LEARNT_FROM)
    chosen = np.random.default_rng(0).choice(len(pages), SHEETS, replace=False)
    out = tmp_path / "kwk.yaml"
    run = chasil(capsys, "forms", "new", "--filled", *(pages[index] for index in chosen), "--page", "2", "--out", out)
    assert run.code == 0, run.err
    (page,) = load_form(out).pages
    # A first box in which nearly everybody writes an X may be lost with the X.
    counts = [field.boxes.count for field in page.numbers]
    assert len(counts) == 4
    assert sum(counts) >= 10, counts
    assert [(f.tally.columns, f.tally.rows) for f in page.numbers if f.tally] == [(16, 10)] * 3
    assert sum(field.row_sums.rows for field in page.numbers if field.row_sums) == 30
    assert page.private
