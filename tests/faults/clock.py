"""A clock that can be put forward and back, in place of the one that everything on record is dated by."""

from datetime import datetime, timedelta, tzinfo

import pytest

import api.db.types


class _Like(type):
    """Real moments are moments of the clock too."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


def set_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let the service's clock differ from the true one from now on."""

    class Clock(metaclass=_Like):
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + by

    monkeypatch.setattr(api.db.types, "datetime", Clock)
