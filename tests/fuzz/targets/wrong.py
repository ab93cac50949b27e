"""A target whose third case goes wrong in a way that the environment names: it shows that the watch sees it."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.fuzz.target import Run, Target

HOW = "TEST_FUZZ_WRONG"


def _fail() -> None:
    raise KeyError("nobody expects this")


WRONGS: Mapping[str, Callable[[], object]] = {
    "crash": os.abort,
    "hang": lambda: time.sleep(60),
    "memory": lambda: bytearray(b"x") * (1100 << 20),
    "left": lambda: Path(tempfile.gettempdir(), "half").write_bytes(b"ha"),
    "KeyError": _fail,
}


def _case(chance: Random) -> bytes:
    return b"%d" % chance.randrange(10**9)


@contextmanager
def _third(_folder: Path) -> Iterator[Run]:
    done = 0

    def run(_data: bytes) -> None:
        nonlocal done
        done += 1
        if done == 3:
            WRONGS[os.environ[HOW]]()

    yield run


WRONG = Target("wrong", 0, _case, _third)
