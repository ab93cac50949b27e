"""The reader of these tests: a page that is compared with several changed ones of it is read once."""

from tests.support.remembering import reader

__all__ = ["reader"]
