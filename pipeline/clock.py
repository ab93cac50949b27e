"""How long each stage of a page takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

STAGES = ("decode", "register", "cut", "read", "decide")


class Clock:
    """Milliseconds by stage; a stage entered twice adds up."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Take the time of what is done within as that of a stage."""
        start = time.perf_counter()
        yield
        self.milliseconds[name] += 1000 * (time.perf_counter() - start)
