"""Read single boxes: one pre-processing, one network, calibrated probabilities."""

from models.package import CLASSES
from pipeline.recognition.digits.preprocess import prepare
from pipeline.recognition.digits.reader import DigitReader

__all__ = ["CLASSES", "DigitReader", "prepare"]
