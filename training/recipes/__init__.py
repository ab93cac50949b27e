"""What one command trains, each from its configuration: `chasil train NAME CONFIG --data DIR [--out DIR] [--resume]`.

digits     the reader of boxes
bubbles    the reader of bubbles, on drawn pages, or on real ones too
tallies    the reader of tally cells, on drawn pages and then on real ones
words      the reader of numbers in words, on drawn lines or on real ones too
pages      how sure it is that a page, and each of its numbers, lies where it seems to
trust      how far bubbles, tallies, row sums and words are believed
request    what was asked for, and the folder of the run

Every recipe is seeded, keeps what it has done in the folder of its run, and ends alike whether it was stopped or not.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from training.recipes.request import Request

Recipe = Callable[[Request], Path]


def recipe_of(name: str) -> Recipe:
    """Return what trains the thing of this name, and returns the folder or file that it made; torch comes with it."""
    found: Recipe = import_module(f"{__name__}.{name}").train
    return found
