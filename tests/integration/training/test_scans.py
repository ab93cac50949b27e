import numpy as np
import pytest

from models.package import CLASSES, default_package, load_package
from pipeline.extraction.close_up import FILL
from pipeline.recognition.digits import DigitReader
from training.datasets.drawn_boxes import scanned_boxes
from training.datasets.sets import CELL_SHARES, Cells
from training.scans import cells, close_up, draw_cell, scan
from training.scans.loose import LOOSE
from training.scans.scanner import LIKENESS, _alike, _ink, _scanned


def middle(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape
    return picture[height // 5 : -(height // 5), width // 5 : -(width // 5)]


def drawn(label: str, seed: int) -> np.ndarray:
    return draw_cell(label, np.random.default_rng(seed))


@pytest.mark.parametrize("label", CLASSES)
def test_every_mark_can_be_drawn_and_scanned(label: str) -> None:
    for seed in range(12):
        cell = drawn(label, seed)
        made = scan(cell, np.random.default_rng(seed))
        assert cell.dtype == made.dtype == np.uint8
        assert cell.ndim == made.ndim == 2
        assert 14 <= min(made.shape) <= 90


def test_the_same_chance_gives_the_same_scan_and_leaves_the_cell_alone() -> None:
    for seed in range(20):
        cell = drawn("5", seed)
        before = cell.copy()
        assert np.array_equal(scan(cell, np.random.default_rng(7)), scan(cell, np.random.default_rng(7)))
        assert np.array_equal(cell, before)


def test_a_written_cell_has_ink_in_its_middle_and_an_empty_one_hardly() -> None:
    dark = {label: [float((middle(drawn(label, seed)) < 128).mean()) for seed in range(60)] for label in "8_"}
    assert np.quantile(dark["_"], 0.9) < 0.01 < np.quantile(dark["8"], 0.25)  # some pens are paler than half


def test_neighbours_reach_in() -> None:
    plain = [drawn("_", seed) for seed in range(80)]
    strips = [picture[:, round(0.13 * picture.shape[1]) : round(0.25 * picture.shape[1])] for picture in plain]
    assert sum(bool((strip < 128).mean() > 0.02) for strip in strips) > 3


def test_most_scans_are_black_and_white() -> None:
    ink = _ink(drawn("3", 1))
    share = []
    for seed in range(150):
        made = _scanned(ink, np.random.default_rng(seed))
        share.append(float(((made < 60) | (made > 190)).mean()))
    assert 0.4 < np.mean(np.array(share) > 0.9) < 0.95


def test_scans_can_be_read_by_a_person() -> None:
    likeness = []
    for seed in range(100):
        cell = drawn("6", seed)
        likeness.append(_alike(_ink(cell), scan(cell, np.random.default_rng(seed))))
    assert np.mean(np.array(likeness) >= LIKENESS) > 0.95


def test_what_cannot_be_read_is_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cell, lost = drawn("6", 1), [np.full((30, 30), 255, np.uint8)] * 2

    def unlucky(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return lost.pop() if lost else _scanned(ink, rng)

    monkeypatch.setattr("training.scans.scanner._scanned", unlucky)
    assert _alike(_ink(cell), scan(cell, np.random.default_rng(0))) >= LIKENESS


def test_the_closer_look_is_square_and_fills_itself_with_the_ink() -> None:
    cell = np.full((120, 70), 250, np.uint8)
    cell[40:80, 30:36] = 10  # a 1, a third as high as its cell
    made = close_up(cell)
    rows, columns = np.nonzero(made < 120)
    assert made.shape[0] == made.shape[1]
    assert np.ptp(rows) + 1 == pytest.approx(FILL * len(made), abs=3)
    assert abs(rows.mean() - (len(made) - 1) / 2) < 1.5
    assert abs(columns.mean() - (len(made) - 1) / 2) < 1.5


def test_nothing_written_gets_no_closer_look() -> None:
    empty = np.full((60, 60), 240, np.uint8)
    assert close_up(empty) is empty


def test_cells_depend_on_their_index_alone() -> None:
    whole, tail = Cells(6).boxes("train"), Cells(2).boxes("train", 4)
    assert np.array_equal(whole.pictures[5], tail.pictures[1])
    assert whole.labels[5] == tail.labels[1]
    assert not np.array_equal(whole.pictures[5], Cells(6).boxes("test").pictures[5])


def test_the_shares_are_those_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.scans.draw_cell", lambda label, rng: np.full((30, 30), 255, np.uint8))  # noqa: ARG005
    labels = Cells(3000).boxes("train").labels
    for label, share in CELL_SHARES.items():
        assert np.mean(labels == CLASSES.index(label)) == pytest.approx(share, abs=0.025)


def test_the_boxes_to_choose_on_stay_the_same(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("training.datasets.drawn_boxes.CACHE", tmp_path)
    first, again = scanned_boxes(8, "select"), scanned_boxes(8, "select")
    assert all(np.array_equal(one, other) for one, other in zip(first.pictures, again.pictures, strict=True))
    assert not np.array_equal(first.pictures[0], scanned_boxes(8, "test").pictures[0])


def test_hurried_digits_can_still_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = DigitReader(load_package(default_package()))
    monkeypatch.setattr(cells, "HURRIED", 1.0)
    for digit in sorted(LOOSE):
        pictures = [draw_cell(digit, np.random.default_rng((3, int(digit), index))) for index in range(40)]
        read = reader.read(pictures).argmax(axis=1)
        assert (read == CLASSES.index(digit)).mean() > 0.5, digit  # a closed 6 or 9 is often like an 8
