"""Long work in many small tasks that can be stopped: what each gave is written down, a line a task, in their order."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

Task = TypeVar("Task")
Json = Any
"""What JSON can hold; numbers come back exactly as they were."""


def journalled(file: Path, tasks: Sequence[Task], work: Callable[[Sequence[Task]], Iterable[Json]]) -> Iterator[Json]:
    """Yield what every task gives: as the file tells it, and of the tasks that are left as it is found.

    Args:
        file: One line of JSON a task. A last line that was only half written is dropped.
        tasks: The same ones, in the same order, whenever the work is gone on with.
        work: Gives the results of some tasks, in their order.

    """
    done = _whole_lines(file)
    yield from map(json.loads, done)
    if len(done) == len(tasks):
        return
    with file.open("a", encoding="utf-8") as journal:
        for result in work(tasks[len(done) :]):
            journal.write(json.dumps(result) + "\n")
            journal.flush()
            yield result


def _whole_lines(file: Path) -> list[bytes]:
    """Return the whole lines of the file, and cut off what follows them."""
    if not file.is_file():
        return []
    written = file.read_bytes()
    end = written.rfind(b"\n") + 1
    if end < len(written):
        with file.open("r+b") as journal:
            journal.truncate(end)
    return written[:end].splitlines()
