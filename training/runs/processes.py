"""Work that is done side by side: processes that do not get in each other's way, and how far they are."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

Result = TypeVar("Result")


def processes(jobs: int) -> ProcessPoolExecutor:
    """Return `jobs` fresh processes, in each of which OpenCV works on one core."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,))


def counted(results: Iterable[Result], count: int) -> Iterator[Result]:
    """Yield results, and say on the terminal how many of `count` there are."""
    for done, result in enumerate(results, start=1):
        print(f"\r{done} of {count}", end="", flush=True)  # noqa: T201
        yield result
    print()  # noqa: T201
