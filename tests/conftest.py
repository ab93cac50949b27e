"""What many tests share: where the data that lies beside the repository is, and one reader for all."""

from pathlib import Path

import pytest

from pipeline import Reader

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real pages and crops beside the repository; skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "pages" / "truth.jsonl").is_file():
        pytest.skip("the real pages and crops are not beside this checkout (../shared)")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of committed sample pages."""
    return ROOT / "data" / "samples"


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Return a reader with the installed forms and the champion model."""
    return Reader()
