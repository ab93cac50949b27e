"""The digit reader: pictures of single boxes in, calibrated probabilities out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES, ModelPackage
from pipeline.recognition.digits.preprocess import PREPROCESSING, VALUE_RANGE, prepare
from pipeline.recognition.network import Contract, Network


class DigitReader:
    """Reads boxes through a model package. Made once; safe to share between threads.

    Args:
        package: A package of the kind "digits".
        threads: Threads that one run of the network may use; 1 where documents are read side by side.

    Raises:
        ModelError: `model_contract` where the package expects another input or gives other classes than this program.

    """

    def __init__(self, package: ModelPackage, threads: int = 1) -> None:
        self._size = package.description.input.size
        contract = Contract("digits", CLASSES, self._size, VALUE_RANGE, PREPROCESSING)
        self._network = Network(package, contract, threads)
        self.package = package

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Return calibrated probabilities (n, 14) in the order of `CLASSES`; every row sums to 1.

        Args:
            crops: n pictures of one box each, H x W grey or H x W x 3 BGR, uint8, 5 to 2000 px.

        """
        return self._network.read(prepare(crops, self._size)[:, 0])

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the network's raw output (n, 14) for prepared inputs (n, 1, size, size)."""
        return self._network.logits(inputs[:, 0])
