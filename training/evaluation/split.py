"""Which real pages may be learnt from, and which judge: one split, by photographed sheet, for everything.

`real_pages.csv` beside this file names every shared page with the sheet that it shows and its part. It was drawn once:
the SHA-256 of "chasil real pages 1|" and the sheet's name, as a fraction of 1, is below 0.4 for train, below 0.6 for
calibrate, else test. Copies and flattened pictures of one sheet, and the pages of one station, are one sheet. Forms of
which there are fewer than three sheets lie in train: their geometry was measured on them.
"""

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from pipeline.errors import UsageError

SPLIT_FILE = Path(__file__).with_name("real_pages.csv")


class Part(StrEnum):
    """What a page may be used for.

    `TRAIN` teaches, `CALIBRATE` sets probabilities and thresholds, `TEST` judges, once a model.
    """

    TRAIN = "train"
    CALIBRATE = "calibrate"
    TEST = "test"


LEARNT_FROM = frozenset({Part.TRAIN, Part.CALIBRATE})
"""The parts that may be looked at while something is built."""


def parts_of(choice: str) -> frozenset[Part]:
    """Return the parts that somebody asks for: one by its name, "learnt" for both that may be learnt from, or "all".

    Raises:
        UsageError: `evaluation_option` where there is no such part.

    """
    choices = {"all": frozenset(Part), "learnt": LEARNT_FROM} | {str(one): frozenset({one}) for one in Part}
    if choice not in choices:
        raise UsageError("evaluation_option", option="--part", value=choice, expected=", ".join(choices))
    return choices[choice]


@cache
def split() -> Mapping[str, Part]:
    """Return the part of every shared page, by its file name."""
    with SPLIT_FILE.open(encoding="utf-8", newline="") as file:
        return {row["file"]: Part(row["part"]) for row in csv.DictReader(file)}


@cache
def sheets() -> Mapping[str, str]:
    """Return the photographed sheet of every shared page, by its file name."""
    with SPLIT_FILE.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["sheet"] for row in csv.DictReader(file)}


def part_of(file: str) -> Part:
    """Return the part of a shared page.

    Raises:
        UsageError: `page_not_split`: nobody has said what it may be used for.

    """
    try:
        return split()[file]
    except KeyError as error:
        raise UsageError("page_not_split", file=file) from error
