"""Originals: kept under their hash, never changed, checked when they are read."""

from pathlib import Path

import pytest

from api.core.originals import OriginalError, Originals, open_originals
from pipeline.errors import UsageError


def test_bytes_come_back_as_they_were_and_twice_is_once(originals: Originals, tmp_path: Path) -> None:
    first = originals.keep(b"ink")
    assert originals.keep(b"ink") == first
    assert originals.fetch(first) == b"ink"
    assert len([path for path in (tmp_path / "originals").rglob("*") if path.is_file()]) == 1


def test_a_swapped_or_lost_original_is_noticed(originals: Originals, tmp_path: Path) -> None:
    sha256 = originals.keep(b"ink")
    file = next(path for path in (tmp_path / "originals").rglob("*") if path.is_file())
    file.write_bytes(b"other ink")
    with pytest.raises(OriginalError, match="original_changed"):
        originals.fetch(sha256)
    assert originals.keep(b"ink") == sha256, "the same bytes once more put it right"
    assert originals.fetch(sha256) == b"ink"
    file.unlink()
    with pytest.raises(OriginalError, match="original_missing"):
        originals.fetch(sha256)


def test_a_store_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="store_url"):
        open_originals("gopher://somewhere/else")
