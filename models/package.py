"""Model packages: a folder with the weights, what they expect, and what is known about them.

    digits-v1/
        model.onnx   the network; input (n, channels, size, size) float32, output logits (n, classes)
        model.json   `Description`: input contract, classes, calibration, thresholds, hashes
        CARD.md      the model card, for people

A package is written whole or not at all, and is refused when anything about it does not fit. No torch here.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NoReturn

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from models.strict import Strict

CLASSES = "0123456789X-_#"
"""The marks that a box can hold: digits, X, dash, empty, and struck out, overwritten or illegible."""

PACKAGES = Path(__file__).resolve().parent / "packages"
"""The packages that come with the program."""

MAX_WEIGHTS_BYTES = 1_500_000


class InputContract(Strict):
    """What the network expects: float32 (n, channels, size, size) within [minimum, maximum]."""

    channels: int = Field(ge=1, le=3)
    size: int = Field(ge=16, le=96)
    minimum: float
    maximum: float
    preprocessing: str


class Calibration(Strict):
    """How logits become probabilities: softmax(matrix @ log_softmax(logits) + bias), mixed with a uniform floor.

    Temperature scaling (Guo et al. 2017), vector scaling and Dirichlet calibration (Kull et al. 2019) are all of this
    form; `matrix` is (classes, classes). The floor is the share of cases that no reader can know, so that no
    probability reaches 1.
    """

    method: Literal["none", "temperature", "vector", "dirichlet"]
    matrix: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    floor: float = Field(ge=0, lt=0.1)
    fitted_on: str

    @model_validator(mode="after")
    def _square(self) -> "Calibration":
        if any(len(row) != len(self.bias) for row in self.matrix) or len(self.matrix) != len(self.bias):
            raise ValueError("matrix must be square and as long as bias")
        return self


class Thresholds(Strict):
    """Least probability at which a single box, and a whole number, may be accepted.

    `chosen` is how both came from calibration boxes; `number_chosen` how that of a number came from whole documents
    instead, empty where it did not.
    """

    box: float = Field(gt=0, le=1)
    number: float = Field(gt=0, le=1)
    error_budget: float = Field(gt=0, lt=1)
    chosen: str
    number_chosen: str = ""


class Description(Strict):
    """The contents of model.json."""

    format: Literal[1]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    kind: str = Field(pattern=r"^[a-z]+$")
    classes: str = Field(min_length=2)
    input: InputContract
    calibration: Calibration
    thresholds: Thresholds
    network: str
    parameters: int = Field(gt=0)
    training_data: Mapping[str, str]
    manifest_sha256: str
    code_version: str
    onnx_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    metrics: Mapping[str, float]
    created: datetime

    @model_validator(mode="after")
    def _one_row_a_class(self) -> "Description":
        if len(self.calibration.bias) != len(self.classes) or len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must be distinct, and the calibration must have one row for each")
        return self


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A package that was found whole: its folder and its description."""

    path: Path
    description: Description

    @property
    def id(self) -> str:
        """The id that readings quote."""
        return self.description.id

    @property
    def sha256(self) -> str:
        """The hash of the weights."""
        return self.description.onnx_sha256

    def weights(self) -> bytes:
        """Return the bytes of model.onnx, checked against the description at this moment.

        Raises:
            ModelError: `model_damaged` where the file is not the one that was described.

        """
        data = _read(self.path / "model.onnx")
        if hashlib.sha256(data).hexdigest() != self.sha256:
            refuse("model_damaged", path=str(self.path), detail="the hash of model.onnx is not the one in model.json")
        return data


def load_package(path: str | Path) -> ModelPackage:
    """Open a model package and check that it is whole.

    Raises:
        ModelError: `model_missing`, `model_description` or `model_damaged`.

    """
    folder = Path(path)
    if not folder.is_dir():
        refuse("model_missing", path=str(folder))
    try:
        description = Description.model_validate_json(_read(folder / "model.json"))
    except ValidationError as error:
        first = error.errors()[0]
        detail = f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}"
        refuse("model_description", path=str(folder / "model.json"), detail=detail)
    package = ModelPackage(folder, description)
    package.weights()
    return package


def default_package(kind: str = "digits") -> Path:
    """Return the folder of the champion of this kind, as named in packages/champions.json.

    Raises:
        ModelError: `model_no_champion`.

    """
    file = PACKAGES / "champions.json"
    champions = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if kind not in champions:
        refuse("model_no_champion", kind=kind, path=str(file))
    return PACKAGES / str(champions[kind])


def write_package(folder: Path, description: Description, weights: bytes, card: str) -> ModelPackage:
    """Write a package whole: into a temporary folder beside `folder`, which then takes its place.

    Raises:
        ValueError: The weights are larger than a package may hold, or are not the ones described.

    """
    if len(weights) > MAX_WEIGHTS_BYTES:
        raise ValueError(f"the weights take {len(weights)} bytes, a package may hold {MAX_WEIGHTS_BYTES}")
    if hashlib.sha256(weights).hexdigest() != description.onnx_sha256:
        raise ValueError("the description is of other weights")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".package-", dir=folder.parent) as scratch:
        fresh, old = Path(scratch) / "new", Path(scratch) / "old"
        fresh.mkdir()
        (fresh / "model.onnx").write_bytes(weights)
        (fresh / "model.json").write_text(description.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (fresh / "CARD.md").write_text(card, encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return load_package(folder)


def store_thresholds(package: ModelPackage, thresholds: Thresholds) -> ModelPackage:
    """Write the package anew with other thresholds; weights and calibration stay as they are."""
    description = package.description.model_copy(update={"thresholds": thresholds})
    card = (package.path / "CARD.md").read_text(encoding="utf-8")
    return write_package(package.path, description, package.weights(), card)


def calibrated(logits: NDArray[np.float64], calibration: Calibration) -> NDArray[np.float64]:
    """Turn raw logits (n, k) into calibrated probabilities (n, k) that sum to 1 in every row."""
    matrix = np.asarray(calibration.matrix, dtype=np.float64)
    scores = log_softmax(logits) @ matrix.T + np.asarray(calibration.bias, dtype=np.float64)
    probabilities = np.exp(log_softmax(scores))
    mixed: NDArray[np.float64] = (1.0 - calibration.floor) * probabilities + calibration.floor / len(calibration.bias)
    return mixed


def log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log probabilities (n, k) of scores (n, k), safe for scores of any size."""
    shifted = scores - scores.max(axis=1, keepdims=True, initial=-np.inf)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        refuse("model_missing", path=str(file))


def refuse(code: str, **values: object) -> NoReturn:
    """Raise the ModelError of this code."""
    # The error tree is the one thing that lives above this package; it is fetched only when it is needed, so that
    # `models` can be imported by itself.
    from pipeline.errors import ModelError  # noqa: PLC0415

    raise ModelError(code, **values)
