"""What is fuzzed: how a case is made, and what must hold when the program is given it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pipeline.errors import ChasilError

Run = Callable[[bytes], None]
"""Gives one case to the program; whatever it raises is a finding."""


@dataclass(frozen=True, slots=True)
class Target:
    """One face of the program that takes what others send.

    Attributes:
        name: Part of the name of every case that is kept.
        share: How many of 100,000 cases it gets; cheap ones get more.
        make: Makes a case; the same chance gives the same bytes.
        opened: Makes ready what cases are given to, in an empty folder.

    """

    name: str
    share: int
    make: Callable[[Random], bytes]
    opened: Callable[[Path], AbstractContextManager[Run]]


def case_of(target: Target, seed: int, index: int) -> bytes:
    """Return one case of a run; no other case is needed to make it."""
    return target.make(Random(f"{seed} {target.name} {index}"))


def told_in_both_languages(error: ChasilError) -> None:
    """Check that an expected failure can be shown: its text stands in both languages and has all that it quotes."""
    assert error.reason.text("en") != error.reason.text("id")
