"""What real tallies teach: the strokes of a cell as the truth of its page says, and no more."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from torch import Tensor  # noqa: E402

from models.package import default_package, load_package  # noqa: E402
from pipeline.forms.template import TallyGrid  # noqa: E402
from pipeline.recognition.tallies.reader import CONTRACT  # noqa: E402
from training.digits.packaged import is_package  # noqa: E402
from training.witnesses.real_samples import row_counts, strokes_of  # noqa: E402
from training.witnesses.real_tallies import load_tallies, page_loss  # noqa: E402
from training.witnesses.samples import NOTHING, UNKNOWN  # noqa: E402
from training.witnesses.windows import EMPTY_OR_CANCELLED  # noqa: E402

GRID = TallyGrid(x=0, y=0, columns=4, rows=3, cell_width=10, cell_height=10)


@pytest.mark.parametrize(
    ("value", "stated", "rows"),
    [
        (27, ("20", "7"), [20, 7, 0]),
        (27, (), [20, 7, 0]),
        (27, ("15", "12"), [15, 12, 0]),
        (0, (), [0, 0, 0]),
        (27, ("20", "8"), None),  # the sums make another number
        (27, ("27",), None),  # more than a row holds
        (61, (), None),  # more than the grid holds
        (27, ("20", "#"), None),
    ],
)
def test_rows_are_what_their_sums_state(value: int, stated: tuple[str, ...], rows: list[int] | None) -> None:
    assert row_counts(value, stated, GRID) == rows


def test_cells_are_filled_from_the_left_and_what_follows_counts_nothing() -> None:
    strokes = strokes_of([20, 7, 0], [20, 8, 0], GRID)
    assert strokes.tolist() == [[5] * 4, [5, 2, NOTHING, NOTHING], [NOTHING] * 4]


def test_a_row_that_is_filled_otherwise_teaches_nothing() -> None:
    # Two bundles a cell: the reader counts what stands there, the truth is spread over twice as many cells.
    strokes = strokes_of([20, 7, 0], [20, 20, 0], GRID)
    assert strokes.tolist()[1] == [UNKNOWN] * 4
    assert strokes.tolist()[2] == [NOTHING] * 4


def test_of_a_cell_without_strokes_it_matters_not_whether_it_is_cancelled() -> None:
    labels = np.array([5, EMPTY_OR_CANCELLED, -1])
    empty, cancelled, wrong = (sure("5", mark, "3") for mark in "0z2")
    costs = [float(page_loss(logits, labels, 0.0)) for logits in (empty, cancelled, wrong)]
    assert costs[0] == pytest.approx(costs[1], abs=1e-5)
    assert costs[2] > costs[0] + 1.0
    # What nobody knows counts nothing.
    assert float(page_loss(sure("5", "0", "9"), labels, 0.0)) == pytest.approx(costs[0], abs=1e-6)


def sure(*marks: str) -> Tensor:
    logits: Tensor = torch.zeros(len(marks), len(CONTRACT.classes))
    for row, mark in enumerate(marks):
        logits[row, CONTRACT.classes.index(mark)] = 12.0
    return logits


def test_the_network_of_the_champion_can_learn_on() -> None:
    folder = default_package("tallies")
    assert is_package(folder)
    package = load_package(folder)
    ink = np.random.default_rng(0).uniform(*CONTRACT.limits, (24, 1, CONTRACT.size, CONTRACT.size)).astype(np.float32)
    with torch.no_grad():
        found = load_tallies(package)(torch.from_numpy(ink)).numpy()
    import onnxruntime as ort  # noqa: PLC0415

    session = ort.InferenceSession(package.weights(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(found, session.run(None, {"ink": ink})[0], atol=1e-3)
