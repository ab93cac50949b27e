"""The evening of an election, minute by minute: how many pages wait, and for how long. `python -m tests.bench.evening`.

A queue that is served in the order in which pages come, by workers that read so many a second together. Time goes in
steps; within one, pages come and are read evenly (a fluid, not single pages: at a thousand a second the difference is
nothing). Pure functions.
"""

import argparse
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console

STEP_SECONDS = 60.0
LEAST_PAGES = 1e-6
"""Less than this of a page is a rounding error."""

HOURLY_SHARE = (0.02, 0.05, 0.08, 0.10, 0.10, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.035)
"""Share of all pages that arrives in each of the first hours after polling stations close. The peak of a tenth an hour
is known of 14 February 2024; the rise and the fall around it are an assumption."""

TAIL_HOURS = 36
"""In so many further hours the rest comes, evenly: also an assumption."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stand at the end of a step.

    Attributes:
        hour: Since the first page, in h.
        arriving: Pages a second that came in this step.
        reading: Pages a second that were read in it.
        backlog: Pages that wait.
        oldest: How long the oldest of them has waited, in s.

    """

    hour: float
    arriving: float
    reading: float
    backlog: float
    oldest: float


def arrival(pages: float, hourly: Sequence[float] = HOURLY_SHARE, tail: int = TAIL_HOURS) -> list[float]:
    """Return how many pages a second arrive in each step of the evening and what follows.

    Args:
        pages: In all.
        hourly: Share of each of the first hours; rates change evenly from the middle of one to that of the next.
        tail: Hours in which the rest comes.

    """
    shares = [*hourly, *([(1 - sum(hourly)) / tail] * tail)]
    rates = [pages * share / 3600 for share in shares]
    steps = int(3600 / STEP_SECONDS)
    curve = [_between(rates, (step + 0.5) / steps - 0.5) for step in range(len(rates) * steps)]
    whole = sum(curve) * STEP_SECONDS
    return [rate * pages / whole for rate in curve]


def evening(arriving: Sequence[float], capacity: Sequence[float] | float) -> Iterator[Moment]:
    """Let pages come and be read; yield every step, and go on after the last arrival until nothing waits.

    Args:
        arriving: Pages a second, by step.
        capacity: Pages a second that the workers can read together: always, or by step (then nobody is left after
            the last: it must suffice).

    Raises:
        ValueError: What waits is never read.

    """
    waiting: deque[tuple[float, float]] = deque()  # (moment of arrival, pages), the oldest first
    backlog, step = 0.0, 0
    while step < len(arriving) or waiting:
        able = capacity if isinstance(capacity, float | int) else capacity[step] if step < len(capacity) else 0.0
        coming = arriving[step] if step < len(arriving) else 0.0
        if step >= len(arriving) and not able:
            raise ValueError(f"{backlog:.0f} pages are never read")
        if coming:
            waiting.append((step * STEP_SECONDS, coming * STEP_SECONDS))
        read = _take(waiting, able * STEP_SECONDS)
        step += 1
        backlog = backlog + coming * STEP_SECONDS - read if waiting else 0.0
        oldest = step * STEP_SECONDS - waiting[0][0] if waiting else 0.0
        yield Moment(step * STEP_SECONDS / 3600, coming, read / STEP_SECONDS, backlog, oldest)


def _between(rates: Sequence[float], hour: float) -> float:
    """Return the rate at an hour, counted from the middle of the first one; it begins and ends at nothing."""
    before = int(hour // 1)
    left, right = ((rates[at] if 0 <= at < len(rates) else 0.0) for at in (before, before + 1))
    return left + (right - left) * (hour - before)


def _take(waiting: deque[tuple[float, float]], able: float) -> float:
    """Read so many pages, the oldest first; return how many there were."""
    read = 0.0
    while waiting and read < able:
        since, pages = waiting.popleft()
        taken = min(pages, able - read)
        read += taken
        if pages - taken > LEAST_PAGES:
            waiting.appendleft((since, pages - taken))
            break
    return read


def lines_of(moments: Sequence[Moment], every: float = 1.0, until: float = 14.0) -> list[str]:
    """Return a Markdown table with a line every so many hours."""
    lines = ["| hour | pages/s arriving | pages/s read | waiting | oldest |", "|---|---|---|---|---|"]
    steps = max(1, round(every * 3600 / STEP_SECONDS))
    for moment in moments[steps - 1 :: steps]:
        if moment.hour > until:
            break
        rates = f"{moment.arriving:,.0f} | {moment.reading:,.0f}"
        lines.append(f"| {moment.hour:g} | {rates} | {moment.backlog:,.0f} | {_shown(moment.oldest)} |")
    return lines


def worst(moments: Sequence[Moment]) -> str:
    """Return in a sentence how far behind it was, and when it had caught up."""
    most, oldest = max(moments, key=lambda one: one.backlog), max(moments, key=lambda one: one.oldest)
    if most.backlog < 1:
        return "nothing ever waits for a minute"
    late = [one.hour for one in moments if one.backlog >= 1]
    return (
        f"most {most.backlog:,.0f} pages wait (hour {most.hour:.1f}), the oldest for {_shown(oldest.oldest)} "
        f"(hour {oldest.hour:.1f}); nothing waits from hour {late[-1]:.1f} on"
    )


def _shown(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


def main() -> None:
    """Print the evening for a number of workers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=float, default=54_333_576, help="in all")
    parser.add_argument("--peak-hour", type=float, default=0.10, help="share of all pages in the busiest hour")
    parser.add_argument("--capacity", type=float, nargs="+", required=True, help="pages a second, of all workers")
    told, console = parser.parse_args(), Console(width=120)
    curve = arrival(told.pages, [share * told.peak_hour / max(HOURLY_SHARE) for share in HOURLY_SHARE])
    for capacity in told.capacity:
        moments = list(evening(curve, capacity))
        console.print(f"\n{capacity:g} pages a second: {worst(moments)}\n", highlight=False)
        console.print("\n".join(lines_of(moments)), highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
