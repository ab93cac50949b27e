"""What becomes of readings: the same samples are read once."""

from tests.support.remembering import reader

__all__ = ["reader"]
