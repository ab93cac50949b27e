"""Time that opening files may take: shared by all that is opened together, ended at once when nobody waits any more."""

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from time import monotonic


class Budget:
    """Seconds that tools may run, all together; those of a page lie within those of its file, and those of a request.

    A tool runs for as long as the smallest of them has left. Safe to be used by several threads.

    Args:
        seconds: How long all tools together may run.
        within: A budget that is charged too, and that may end sooner.
        clock: Seconds that only grow.

    """

    def __init__(self, seconds: float, within: "Budget | None" = None, clock: Callable[[], float] = monotonic) -> None:
        self.seconds = seconds
        self._within, self._clock = within, clock
        self._left = seconds
        self._cancelled = False
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds that are left; 0 once it was cancelled."""
        own = 0.0 if self._cancelled else max(0.0, self._left)
        return own if self._within is None else min(own, self._within.left)

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits any more."""
        return self._cancelled

    def cancel(self) -> None:
        """End what runs, and let nothing more run."""
        with self._lock:
            self._cancelled = True
            running = list(self._running)
        for process in running:
            process.kill()

    @contextlib.contextmanager
    def running(self, process: "subprocess.Popen[bytes]") -> Iterator[None]:
        """Charge the time of a process, and let `cancel` end it."""
        begun = self._clock()
        with contextlib.ExitStack() as stack:
            if self._within is not None:
                stack.enter_context(self._within.running(process))
            with self._lock:
                self._running.add(process)
                cancelled = self._cancelled
            if cancelled:
                process.kill()
            try:
                yield
            finally:
                with self._lock:
                    self._running.discard(process)
                    self._left -= self._clock() - begun
