"""Read single boxes: one pre-processing, one network, calibrated probabilities."""

from models.package import CLASSES
from pipeline.digits.preprocess import prepare
from pipeline.digits.reader import DigitReader

__all__ = ["CLASSES", "DigitReader", "prepare"]
