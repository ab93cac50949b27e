"""Which files of `api/` something passes, and how often each is entered from another one."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests import ROOT

API = ROOT / "api"


@contextmanager
def passage(package: Path = API) -> Iterator[Counter[str]]:
    """Count the entries into each file of a package, by its path within it, of this thread while the block runs.

    A file is entered where a function of it is called from another file of the package, whatever of other packages lies
    between the two: where a library calls back, the entry counts as one from the file that called the library.
    """
    entered: Counter[str] = Counter()
    within = [str(Path(__file__))]
    prefix = f"{package}/"

    def watch(frame: FrameType, event: str, _: Any) -> None:
        file = frame.f_code.co_filename
        if not file.startswith(prefix):
            return
        if event == "call":
            if file != within[-1]:
                entered[file.removeprefix(prefix)] += 1
            within.append(file)
        elif event == "return":
            within.pop()

    sys.setprofile(watch)
    try:
        yield entered
    finally:
        sys.setprofile(None)
