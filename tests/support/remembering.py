"""A reader that reads no picture twice: for tests of what becomes of a reading, which bring the same samples each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest

from pipeline.documents import Page, RejectedPage
from pipeline.reader import MarkedSheet, Reader
from pipeline.reading import Outcome, PageReading
from pipeline.trace import OFF, Trace

__all__ = ["RememberingReader", "pages_read_once", "read_once", "reader"]

_read_page = Reader.read_page
_known: dict[tuple[object, ...], PageReading] = {}


def _read_once(
    self: Reader, page: Page | RejectedPage, by_hand: MarkedSheet | None = None, trace: Trace = OFF
) -> PageReading:
    """Read one page, or return what a reader of the same forms and threshold has read of the same bytes.

    A page that was rejected is read again: its tests may have mended what was wrong.
    """
    if isinstance(page, RejectedPage) or trace is not OFF:
        return _read_page(self, page, by_hand, trace)
    folders = getattr(self.forms, "folders", ())
    asked = (*self.forms, *folders, self.threshold, page.source.sha256, page.source.page, by_hand)
    if asked not in _known:
        found = _read_page(self, page, by_hand)
        if found.outcome is Outcome.REJECTED:
            return found
        _known[asked] = found
    return replace(_known[asked], document=page.document, source=page.source)


class RememberingReader(Reader):
    """Reads like any other, and returns the reading that is known where the same page of the same bytes comes again."""

    read_page = _read_once


@cache
def _remembering() -> RememberingReader:
    """Return the one of this process: several folders of tests share what it knows."""
    return RememberingReader()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Return a reader with the installed forms and the champion model, which reads no picture twice."""
    return _remembering()


@contextmanager
def read_once() -> Iterator[None]:
    """Let commands, each of which makes a reader of its own, read no picture twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "read_page", _read_once)
        yield


@pytest.fixture
def pages_read_once() -> Iterator[None]:
    """Let the commands of a test read no picture twice."""
    with read_once():
        yield
