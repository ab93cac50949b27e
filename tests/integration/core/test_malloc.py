"""What becomes of freed memory: threads leave no heaps behind, and a short run keeps it for the next picture."""

import subprocess
import sys

import pytest

_HEAPS = """
import re, sys, threading
from api.core.malloc import limit_malloc_arenas
if sys.argv[1] == "few":
    limit_malloc_arenas()
begun = threading.Barrier(12)
def work():
    begun.wait()
    kept = [bytes(2000) for _ in range(2000)]
    begun.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
# glibc sets 64 MiB aside for a heap, from a multiple of it: what is in use, then what is not yet. Another mapping
# may begin at such a multiple by chance, but does not end, with its neighbour, at the next.
maps = [re.match("([0-9a-f]+)-([0-9a-f]+) (....)", line).groups() for line in open("/proc/self/maps")]
pairs = [(int(used[0], 16), int(kept[1], 16), used[2], kept[2]) for used, kept in zip(maps, maps[1:])]
heap = (0, 1 << 26, "rw-p", "---p")
print(sum((start % (1 << 26), end - start, used, kept) == heap for start, end, used, kept in pairs))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is the C library of Linux alone")
def test_threads_share_two_heaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)

    def heaps(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", _HEAPS, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    # The first heap is no mapping of its own.
    assert heaps("few") <= 1 < heaps("many")


_FAULTS = """
import resource, sys
import numpy as np
from api.core.malloc import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
for picture in range(40):
    arrays = [np.zeros(size, np.uint8) + 1 for size in (12_000_000, 3_000_000, 24_000_000)]
    del arrays
    if picture == 3:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is the C library of Linux alone")
def test_the_memory_of_a_picture_serves_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"):
        monkeypatch.delenv(variable, raising=False)

    def faults(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", _FAULTS, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    # Each page of memory that comes from the system anew is a fault.
    assert 10 * faults("kept") < faults("given back")
