"""What the reader alone manages: pages in memory, one process a core, no service."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import cv2

from pipeline import Reader
from pipeline.documents import open_documents


@dataclass(frozen=True, slots=True)
class Alone:
    """What processes side by side have read: pages a second together, and computing time a page in ms."""

    rate: float
    cpu_ms: float


def reader_alone(jpegs: Sequence[bytes], processes: int, rounds: int) -> Alone:
    """Let so many processes read all pages so many times; each has read one page before its time begins."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        taken = [one.result() for one in [pool.submit(_read, jpegs, rounds) for _ in range(processes)]]
    pages = len(jpegs) * rounds
    rate = sum(pages / seconds for seconds, _ in taken)
    return Alone(rate, 1000 * sum(cpu for _, cpu in taken) / (pages * processes))


def _read(jpegs: Sequence[bytes], rounds: int) -> tuple[float, float]:
    """Read in this process; return seconds and computing seconds."""
    cv2.setNumThreads(1)
    reader = Reader()
    _read_one(reader, jpegs[0])
    began, computed = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        for jpeg in jpegs:
            _read_one(reader, jpeg)
    return time.perf_counter() - began, time.process_time() - computed


def _read_one(reader: Reader, jpeg: bytes) -> None:
    for document in open_documents([("page.jpg", jpeg)]):
        reader.read_document(document)
