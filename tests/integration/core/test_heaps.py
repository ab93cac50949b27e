"""Threads that come and go leave no heaps of their own behind."""

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
# glibc's heaps begin at multiples of 64 MiB, and no more than that is set aside for each.
starts = [int(line.split("-")[0], 16) for line in open("/proc/self/maps")]
print(sum(start % (1 << 26) == 0 for start in starts))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is the C library of Linux alone")
def test_threads_share_two_heaps() -> None:
    def heaps(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", _HEAPS, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    # The first heap is no mapping of its own.
    assert heaps("few") <= 1 < heaps("many")
