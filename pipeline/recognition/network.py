"""Run the network of a model package on prepared windows: calibrated probabilities come out."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.package import ModelPackage, calibrated
from pipeline.errors import ModelError

BATCH = 128
"""Windows a run of the network: larger batches gain nothing on a CPU and take more memory."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What this program gives a network of one kind, and wants from it.

    Attributes:
        kind: Of the package.
        classes: One character a class, in the order of the output.
        size: Side of the input, px.
        limits: Least and largest value of the input.
        preprocessing: Name of what prepares the input.

    """

    kind: str
    classes: str
    size: int
    limits: tuple[float, float]
    preprocessing: str


class Network:
    """A network with its calibration. Made once; safe to share between threads.

    Args:
        package: The model package.
        contract: What it must fit.
        threads: Threads that one run may use.
        batch: Windows of one run; None where the network must see all windows together.

    Raises:
        ModelError: `model_contract` where the package does not fit, `model_damaged` where it cannot be loaded.

    """

    def __init__(self, package: ModelPackage, contract: Contract, threads: int = 1, batch: int | None = BATCH) -> None:
        _check(package, contract)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(package.weights(), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base class for what it raises on a faulty file
            raise ModelError("model_damaged", path=str(package.path), detail="onnxruntime cannot load it") from error
        self._input = self._session.get_inputs()[0].name
        self._batch = batch
        self.contract = contract
        self.package = package

    def read(self, ink: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return calibrated probabilities (n, classes), rows summing to 1, of windows (n, size, size)."""
        return calibrated(self.logits(ink), self.package.description.calibration)

    def logits(self, ink: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the raw output (n, classes) for windows (n, size, size)."""
        batch = self._batch or max(1, len(ink))
        parts = [
            self._session.run(None, {self._input: ink[start : start + batch, None]})[0]
            for start in range(0, len(ink), batch)
        ]
        return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, len(self.contract.classes)))


def _check(package: ModelPackage, contract: Contract) -> None:
    """Refuse a package that was made for another program than this one."""
    described = package.description
    wanted: dict[str, tuple[object, object]] = {
        "kind": (described.kind, contract.kind),
        "classes": (described.classes, contract.classes),
        "channels": (described.input.channels, 1),
        "size": (described.input.size, contract.size),
        "range": ((described.input.minimum, described.input.maximum), contract.limits),
        "preprocessing": (described.input.preprocessing, contract.preprocessing),
    }
    for name, (found, expected) in wanted.items():
        if found != expected:
            raise ModelError("model_contract", id=described.id, name=name, found=found, expected=expected)
