"""Whole numbers, percentages and timestamps as people of each language write them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesia Time; the pages say so beside every moment."""

_MARKS = {"id": str.maketrans(",.", ".,"), "en": str.maketrans("", "")}


def format_integer(value: int, language: str) -> str:
    """Return a whole number with its thousands apart: 1.234 in Indonesian, 1,234 in English."""
    return f"{value:,}".translate(_MARKS[language])


def format_percent(value: float, language: str, digits: int = 2) -> str:
    """Return a part of one in per cent, rounded down, so that 99.996 % is not shown as 100 %."""
    scale = 10**digits
    # The small amount undoes what binary fractions lose: 0.29 * 100 is 28.999...
    return f"{int(value * 100 * scale + 1e-9) / scale:,.{digits}f} %".translate(_MARKS[language])


def format_rounded(value: float, language: str, digits: int = 2) -> str:
    """Return a part of one in per cent, rounded: what was counted, such as a turnout."""
    return f"{round(value * 100, digits):,.{digits}f} %".translate(_MARKS[language])


def format_tenths(value: float, language: str) -> str:
    """Return a quantity to one decimal place, rounded: 3,4 in Indonesian, 3.4 in English."""
    return f"{value:,.1f}".translate(_MARKS[language])


def format_timestamp(at: datetime, _language: str) -> str:
    """Return a moment to the second."""
    return f"{in_wib(at):%Y-%m-%d %H:%M:%S} WIB"


def format_clock(at: datetime, language: str) -> str:
    """Return a time of day in Western Indonesia Time: 21.40 in Indonesian, 21:40 in English."""
    return f"{in_wib(at):%H{'.' if language == 'id' else ':'}%M}"


def in_wib(at: datetime) -> datetime:
    """Return a moment in Western Indonesia Time."""
    return at.astimezone(WIB)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "whole": format_integer,
    "share": format_percent,
    "rounded": format_rounded,
    "tenths": format_tenths,
    "moment": format_timestamp,
    "clock": format_clock,
    "wib": in_wib,
}
"""As the templates of the pages call them."""
