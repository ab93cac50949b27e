"""The thread that keeps verdicts up to date: no failure ends it, or every verdict after it would be missing."""

import threading

import pytest

from api.core.context import Records
from api.publication import keeper


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_fails_once_is_tried_again(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, again = [], threading.Event()

    def refresh(_: Records) -> int:
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("a figure of strange shape")
        again.set()
        return 0

    monkeypatch.setattr(keeper, "refresh_verdicts", refresh)
    monkeypatch.setattr(keeper, "TROUBLED_SECONDS", 0.01)
    kept = keeper.VerdictKeeper(records)
    kept.start()
    assert again.wait(30)
    kept.stop()
