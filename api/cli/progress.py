"""How far a command has come, shown where somebody watches: what is done, of how much, and how long the rest takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api.cli.console import terminal
from api.core.language import Language, word


@dataclass(frozen=True, slots=True)
class Bar:
    """What is told how far the work has come; it draws nothing where nobody watches."""

    _progress: Progress
    _task: TaskID

    def advance(self, steps: int = 1) -> None:
        """Advance by so many further steps."""
        self._progress.advance(self._task, steps)

    def reach(self, done: int, of: int) -> None:
        """Set how many steps are done, and of how many."""
        self._progress.update(self._task, completed=done, total=of)


@contextmanager
def progress_bar(
    label: str,
    total: int | None = None,
    *,
    language: Language | None = None,
    console: Console | None = None,
    quiet: bool = False,
) -> Iterator[Bar]:
    """Show a bar while the work is done; it is gone afterwards.

    Args:
        label: What is done.
        total: How many steps it takes; None where nobody knows yet.
        language: Of the words beside the bar; None for none.
        console: The terminal; by default that of messages, which standard output is not mixed with.
        quiet: Show nothing even if somebody watches.

    """
    where = console or terminal(stderr=True)
    times = (TimeElapsedColumn(), TextColumn("· " + word("time_left", language))) if language is not None else ()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn(), *times)
    off = quiet or not where.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=where, transient=True, disable=off) as progress:
        yield Bar(progress, progress.add_task(label, total=total))
