"""What kind a difference is: what could have happened between ink and publication, by the numbers alone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.marks import LEADS

LEAST_OF_A_STATION = 4
"""A whole station is another's only where so many numbers were read, and all of them but zeros differ."""


class Kind(StrEnum):
    """A kind of difference, named by what one sees; none of them says how it came about."""

    X_AS_8 = "x_as_8"
    ONE_DIGIT = "one_digit"
    DIGITS_ADDED = "digits_added"
    DIGITS_LOST = "digits_lost"
    DIGITS_TURNED = "digits_turned"
    SWAPPED = "swapped"
    SHIFTED = "shifted"
    NOTHING_PUBLISHED = "nothing_published"
    WHOLE_STATION = "whole_station"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the boxes of a number: its value and its marks, one a box."""

    value: int
    boxes: str


def kinds_of(published: Mapping[str, int], written: Mapping[str, Written], order: Sequence[str]) -> dict[str, Kind]:
    """Return the kind of every difference of a station.

    Args:
        published: By field.
        written: What was surely read, by field.
        order: The fields of the rows in which votes are published, top to bottom.

    """
    both = [field for field in published if field in written]
    differing = [field for field in both if published[field] != written[field].value]
    found = {field: _of_number(published[field], written[field]) for field in differing}
    found |= dict.fromkeys(_swapped(published, written, differing), Kind.SWAPPED)
    found |= dict.fromkeys(_shifted(published, written, order), Kind.SHIFTED)
    some = [field for field in both if written[field].value]
    if len(some) >= LEAST_OF_A_STATION and len(differing) >= len(some) and set(some) <= set(differing):
        empty = all(published[field] == 0 for field in some)
        found |= dict.fromkeys(differing, Kind.NOTHING_PUBLISHED if empty else Kind.WHOLE_STATION)
    return {field: found[field] for field in differing}


def _of_number(published: int, written: Written) -> Kind:
    """Return the kind of a difference by itself: the first that fits."""
    figures, ink = str(published), str(written.value)
    width = max(len(figures), len(written.boxes))
    padded, wide = figures.zfill(width), ink.zfill(width)
    fits = {
        Kind.X_AS_8: _x_read_as_8(padded, written.boxes.rjust(width, "X")),
        Kind.NOTHING_PUBLISHED: published == 0 and len(ink) > 1,
        Kind.ONE_DIGIT: sum(a != b for a, b in zip(padded, wide, strict=True)) == 1,
        Kind.DIGITS_ADDED: len(figures) > len(ink) and ink in figures,
        Kind.DIGITS_LOST: len(figures) < len(ink) and figures in ink,
        Kind.DIGITS_TURNED: sorted(padded) == sorted(wide),
    }
    return next((kind for kind, does in fits.items() if does), Kind.OTHER)


def _x_read_as_8(figures: str, boxes: str) -> bool:
    """Return whether the published digits are those of the boxes with an 8 for some leading marks, and nothing else."""
    eights = 0
    for digit, mark in zip(figures, boxes, strict=True):
        if mark in LEADS:
            if digit not in "80":
                return False
            eights += digit == "8"
        elif digit != mark:
            return False
    return eights > 0


def _swapped(published: Mapping[str, int], written: Mapping[str, Written], differing: Sequence[str]) -> set[str]:
    pairs = [(a, b) for a in differing for b in differing if a < b]
    turned = [
        pair
        for pair in pairs
        if published[pair[0]] == written[pair[1]].value and published[pair[1]] == written[pair[0]].value
    ]
    return {field for pair in turned for field in pair}


def _shifted(published: Mapping[str, int], written: Mapping[str, Written], order: Sequence[str]) -> set[str]:
    """Return the fields that hold what is written one row above, or one below; two of them at least."""
    found: set[str] = set()
    rows = [field for field in order if field in published and field in written]
    for step in (1, -1):
        moved = {
            here
            for here, there in zip(rows[max(step, 0) :], rows[max(-step, 0) :], strict=False)
            if published[here] == written[there].value != written[here].value
        }
        found |= moved if len(moved) >= 2 else set()
    return found
