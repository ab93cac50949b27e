import numpy as np
import pytest

from models.package import CLASSES, calibrated
from training.digits.calibrate import METHODS, Method, best, fit, mean_nll
from training.evaluation.metrics import reliability

K = len(CLASSES)


def sample(sharpness: float, count: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose true probabilities are softmax(logits / sharpness)."""
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 2.5, (count, K))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) > rng.uniform(size=(count, 1))).argmax(axis=1)
    return scores * sharpness, labels


def test_the_temperature_of_a_known_case_is_found() -> None:
    logits, labels = sample(3.0)
    made = fit("temperature", logits, labels, np.ones(len(labels)), "test")
    assert made.matrix[0][0] == pytest.approx(1 / 3, rel=0.05)
    assert made.matrix[0][1] == 0


@pytest.mark.parametrize("method", METHODS)
def test_overconfidence_is_taken_away(method: Method) -> None:
    logits, labels = sample(3.0)
    made = fit(method, logits, labels, np.ones(len(labels)), "test")
    p = calibrated(logits, made)
    before = calibrated(logits, fit("temperature", *sample(1.0), np.ones(1500), "test"))
    assert reliability(p.max(axis=1), p.argmax(axis=1) == labels).ece < 0.05
    assert reliability(before.max(axis=1), before.argmax(axis=1) == labels).ece > 0.1


def test_a_shift_of_one_class_needs_more_than_a_temperature() -> None:
    logits, labels = sample(1.0)
    logits[:, 3] += 2.0
    weights = np.ones(len(labels))
    stiff, supple = (fit(method, logits, labels, weights, "test") for method in ("temperature", "vector"))
    assert mean_nll(logits, labels, supple) < mean_nll(logits, labels, stiff) - 0.01
    assert best(logits, labels, weights, np.arange(len(labels)), "test").method != "temperature"


def test_weights_count_as_copies_do() -> None:
    logits, labels = sample(2.0, 600)
    twice = fit("temperature", np.tile(logits[:300], (2, 1)), np.tile(labels[:300], 2), np.ones(600), "test")
    weighted = fit("temperature", logits, labels, np.repeat([2.0, 0.0], 300), "test")
    assert twice.matrix[0][0] == pytest.approx(weighted.matrix[0][0], rel=1e-3)


def framed(probabilities: list[float], guesses: list[str]) -> np.ndarray:
    """Return rows of probabilities (n, 14) whose best class has the one given; the rest goes to a far class."""
    p = np.zeros((len(guesses), len(CLASSES)))
    for row, (probability, guess) in enumerate(zip(probabilities, guesses, strict=True)):
        p[row, CLASSES.index("_")] = 1.0 - probability
        p[row, CLASSES.index(guess)] = probability
    return p


def test_struck_boxes_are_not_accepted_as_digits_more_often_than_the_budget() -> None:
    export = pytest.importorskip("training.packaging.export", reason="training needs the extra `train`")
    count = 4000
    confidences = np.linspace(0.6, 0.99, count).tolist()
    guesses = ["#"] * (count - 5) + ["8", "X", "8", "3", "_"]
    p = framed(confidences, guesses)
    threshold = export.struck_threshold(p)
    passing = (p.max(axis=1) >= threshold) & (p.argmax(axis=1) <= 10)
    assert passing.sum() == 3  # 3 of 4,000 show with 95 % confidence that it is below 1 in 500, 4 do not
    assert export.struck_threshold(p[:-5]) == 0.0


def test_struck_boxes_drawn_for_the_threshold_of_a_box_raise_it() -> None:
    export = pytest.importorskip("training.packaging.export", reason="training needs the extra `train`")
    labels = np.tile(np.arange(10), 400)
    p, sources, weights = framed([0.9999] * 4000, [CLASSES[label] for label in labels]), np.zeros(4000), np.ones(4000)
    struck = framed([0.99995] * 20 + [0.9] * 3980, ["8"] * 20 + ["#"] * 3980)
    few, many = (export.thresholds(p, labels, weights, sources, further) for further in (struck[20:], struck))
    assert few.box <= 0.9999
    assert many.box > 0.99995
    assert few.number == many.number


def test_the_threshold_of_a_number_holds_on_every_data_set_by_itself() -> None:
    export = pytest.importorskip("training.packaging.export", reason="training needs the extra `train`")
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 10, 2000)
    p = framed(rng.uniform(0.9998, 0.99999, 2000).tolist(), [CLASSES[label] for label in labels])
    sources, weights = np.repeat([0, 1], [1990, 10]), np.ones(2000)
    easy = export.thresholds(p, labels, weights, sources, np.zeros((0, len(CLASSES))))
    labels[1995] = (labels[1995] + 1) % 10  # surely misread, in the small data set
    hard = export.thresholds(p, labels, weights, sources, np.zeros((0, len(CLASSES))))
    assert hard.number > easy.number
