import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.package import (
    CLASSES,
    MAX_WEIGHTS_BYTES,
    Calibration,
    calibrated,
    default_package,
    load_package,
    write_package,
)
from pipeline.errors import ModelError
from pipeline.recognition.digits import DigitReader


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the committed package, to be spoiled."""
    return Path(shutil.copytree(default_package("digits"), tmp_path / "copy"))


def change(package: Path, **values: Any) -> None:
    file = package / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def code_of(package: Path) -> str:
    with pytest.raises(ModelError) as caught:
        DigitReader(load_package(package))
    assert caught.value.reason.text("id")
    return caught.value.code


def test_the_champion_is_whole_and_small() -> None:
    package = load_package(default_package("digits"))
    assert package.description.classes == CLASSES
    assert len(package.weights()) < MAX_WEIGHTS_BYTES
    assert (package.path / "CARD.md").is_file()


def test_the_weights_name_no_source_file() -> None:
    weights = load_package(default_package("digits")).weights()
    assert b".py" not in weights
    assert b"/home" not in weights


def test_a_missing_package_is_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nothing") == "model_missing"


def test_a_package_without_weights_is_refused(copy: Path) -> None:
    (copy / "model.onnx").unlink()
    assert code_of(copy) == "model_missing"


def test_changed_weights_are_refused(copy: Path) -> None:
    weights = bytearray((copy / "model.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (copy / "model.onnx").write_bytes(bytes(weights))
    assert code_of(copy) == "model_damaged"


def test_unknown_keys_are_refused(copy: Path) -> None:
    change(copy, colour="blue")
    assert code_of(copy) == "model_description"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_a_description_that_is_none_is_refused(copy: Path, text: str) -> None:
    (copy / "model.json").write_text(text)
    assert code_of(copy) == "model_description"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "bubbles"),
        ("classes", CLASSES[::-1]),
        ("input", {"channels": 3, "size": 32, "minimum": -0.5, "maximum": 1.5, "preprocessing": "grey-level-1"}),
        ("input", {"channels": 1, "size": 32, "minimum": 0.0, "maximum": 1.0, "preprocessing": "grey-level-1"}),
        ("input", {"channels": 1, "size": 32, "minimum": -0.5, "maximum": 1.5, "preprocessing": "other-1"}),
    ],
)
def test_another_contract_is_refused(copy: Path, key: str, value: Any) -> None:
    change(copy, **{key: value})
    assert code_of(copy) == "model_contract"


def test_an_unknown_kind_has_no_champion() -> None:
    with pytest.raises(ModelError) as caught:
        default_package("poetry")
    assert caught.value.code == "model_no_champion"


def test_a_package_is_written_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    package = load_package(default_package("digits"))
    for text in ("first", "second"):
        write_package(tmp_path / "made", package.description, package.weights(), text)
    assert (tmp_path / "made" / "CARD.md").read_text() == "second"
    assert [file.name for file in tmp_path.iterdir()] == ["made"]


def test_other_weights_than_described_are_not_written(tmp_path: Path) -> None:
    package = load_package(default_package("digits"))
    with pytest.raises(ValueError, match="other weights"):
        write_package(tmp_path / "made", package.description, b"other", "")
    assert not list(tmp_path.iterdir())


def test_calibration_of_a_known_case() -> None:
    identity = tuple(tuple(0.5 * (i == j) for j in range(2)) for i in range(2))
    made = Calibration(method="temperature", matrix=identity, bias=(0.0, 0.0), floor=0.02, fitted_on="nothing")
    found = calibrated(np.array([[np.log(9.0), 0.0]]), made)  # half the log odds of 9 to 1: 3 to 1
    assert found == pytest.approx(np.array([[0.98 * 0.75 + 0.01, 0.98 * 0.25 + 0.01]]))


def test_calibration_survives_extreme_logits() -> None:
    made = load_package(default_package("digits")).description.calibration
    found = calibrated(np.array([[1e4] + [-1e4] * 13, [0.0] * 14]), made)
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(2))
