"""Cap the arenas of glibc's malloc, so that memory that one thread has freed serves every other."""

import ctypes
import os

HEAPS = 2
_M_ARENA_MAX = -8
"""As in glibc's malloc.h."""


def limit_malloc_arenas() -> None:
    """Let all threads of this process share two heaps; called before they begin.

    By default glibc gives threads heaps of their own, and each keeps what it once needed: a service that makes pictures
    in forty threads grows in steps for an hour. Elsewhere than with glibc nothing is done, nor where an operator has
    set MALLOC_ARENA_MAX.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "gnu_get_libc_version") and "MALLOC_ARENA_MAX" not in os.environ:
        library.mallopt(_M_ARENA_MAX, HEAPS)
