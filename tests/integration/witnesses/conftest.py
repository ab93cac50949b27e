"""What the witnesses said of a page, for tests that look behind the decision."""

import pytest

from pipeline.recognition.witnesses import Witnesses, WitnessReader


@pytest.fixture
def witnesses(monkeypatch: pytest.MonkeyPatch) -> dict[str, Witnesses]:
    """What was said of each number of the pages that were read."""
    kept: dict[str, Witnesses] = {}
    read = WitnessReader.read

    def keeping(self: WitnessReader, *page: object) -> dict[str, Witnesses]:
        found = read(self, *page)  # type: ignore[arg-type]
        kept.update(found)
        return found

    monkeypatch.setattr(WitnessReader, "read", keeping)
    return kept
