"""The digit reader: pictures of single boxes in, calibrated probabilities out."""

from collections.abc import Sequence

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.package import CLASSES, ModelPackage, calibrated
from pipeline.digits.preprocess import PREPROCESSING, VALUE_RANGE, prepare
from pipeline.errors import ModelError

BATCH = 128
"""Boxes a run of the network: larger batches gain nothing on a CPU and take more memory."""


class DigitReader:
    """Reads boxes through a model package. Made once; safe to share between threads.

    Args:
        package: A package of the kind "digits".
        threads: Threads that one run of the network may use; 1 where documents are read side by side.

    Raises:
        ModelError: `model_contract` where the package expects another input or gives other classes than this program.

    """

    def __init__(self, package: ModelPackage, threads: int = 1) -> None:
        _check_contract(package)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(package.weights(), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base class for what it raises on a faulty file
            raise ModelError("model_damaged", path=str(package.path), detail="onnxruntime cannot load it") from error
        self._input = self._session.get_inputs()[0].name
        self._calibration = package.description.calibration
        self._size = package.description.input.size
        self.package = package

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Return calibrated probabilities (n, 14) in the order of `CLASSES`; every row sums to 1.

        Args:
            crops: n pictures of one box each, H x W grey or H x W x 3 BGR, uint8, 5 to 2000 px.

        """
        return calibrated(self.logits(prepare(crops, self._size)), self._calibration)

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the network's raw output (n, 14) for prepared inputs (n, 1, size, size)."""
        parts = [
            self._session.run(None, {self._input: inputs[start : start + BATCH]})[0]
            for start in range(0, len(inputs), BATCH)
        ]
        return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, len(CLASSES)))


def _check_contract(package: ModelPackage) -> None:
    """Refuse a package that was made for another program than this one."""
    described = package.description
    found = {
        "kind": described.kind,
        "classes": described.classes,
        "channels": described.input.channels,
        "range": (described.input.minimum, described.input.maximum),
        "preprocessing": described.input.preprocessing,
    }
    expected = {
        "kind": "digits",
        "classes": CLASSES,
        "channels": 1,
        "range": VALUE_RANGE,
        "preprocessing": PREPROCESSING,
    }
    for name, value in expected.items():
        if found[name] != value:
            raise ModelError("model_contract", id=described.id, name=name, found=found[name], expected=value)
