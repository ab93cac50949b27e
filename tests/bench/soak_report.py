"""What a soak came to: a line through every series of samples, and whether any of them grows. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.trend import LEAST_SAMPLES, Trend, trend

Sample = dict[str, float]
"""What was seen at one moment, by name with unit."""

LEARNT = 1 / 6
"""Share of the time at the beginning that does not count: caches fill, connections are made."""

LOAD = ("busy", "crowded")
"""What answers wait for: how many processes want to compute, and how many more these are than cores. Up to the cores
nobody waits, beyond them everybody does: a line alone through both would leave growth where the load falls."""

UNJUDGED = ("hours", *LOAD, "cores used", "numbers waiting", "database processes")
"""What is shown, but follows from how much work was given."""


@dataclass(frozen=True, slots=True)
class Harmless:
    """Growth in an hour that is not called growth: a share of the mean, and at least so much."""

    share: float
    least: float


_HARMLESS = {
    "MiB": Harmless(0.02, 1.0),
    "handles": Harmless(0.0, 3.0),
    "s": Harmless(0.1, 0.5),
    "ms": Harmless(0.1, 2.0),
}
"""By unit: memory, open files (a connection to SQLite more is three), age of the queue, times of answers."""

_TIMES = ("s", "ms")
"""Units of what takes longer on a busy machine: its slope is that at equal load."""


def judged(samples: Sequence[Sample]) -> Mapping[str, Trend]:
    """Return the trend of every series that has enough samples, the first of them left out."""
    names = dict.fromkeys(name for sample in samples for name in sample if name not in ("hours", *LOAD))
    return {name: found for name in names if (found := _trend(samples, name)) is not None}


def grown(samples: Sequence[Sample]) -> list[str]:
    """Return the names of the series that grow."""
    return [name for name, found in judged(samples).items() if _grows(name, found)]


def markdown(
    about: str, minutes: float, samples: Sequence[Sample], counts: Mapping[str, int], errors: Sequence[str]
) -> list[str]:
    """Return the summary as lines of Markdown."""
    done = ", ".join(f"{count} x {kind}" for kind, count in counts.items())
    lines = [f"{about}; {minutes:g} minutes; {done}; {len(errors)} errors.", ""]
    lines += ["| | first | last | mean | growth an hour | 95 % interval | |", "|---|---|---|---|---|---|---|"]
    for name, found in judged(samples).items():
        values = [sample[name] for sample in _counting(samples) if name in sample]
        ends = f"{values[0]:.1f} | {values[-1]:.1f} | {found.mean:.1f}"
        verdict = "" if name in UNJUDGED else "**grows**" if _grows(name, found) else "no growth"
        lines.append(f"| {name} | {ends} | {found.slope:+.2f} | {found.low:+.2f} to {found.high:+.2f} | {verdict} |")
    return [*lines, "", *errors[:10]]


def _counting(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[int(len(samples) * LEARNT) :]


def _trend(samples: Sequence[Sample], name: str) -> Trend | None:
    seen = [sample for sample in _counting(samples) if name in sample]
    if len(seen) < LEAST_SAMPLES:
        return None
    load = [[sample[of] for sample in seen] for of in LOAD] if _unit(name) in _TIMES else []
    return trend([sample["hours"] for sample in seen], [sample[name] for sample in seen], load)


def _grows(name: str, found: Trend) -> bool:
    if name in UNJUDGED:
        return False
    harmless = _HARMLESS[_unit(name)]
    return found.grows(max(harmless.share * found.mean, harmless.least))


def _unit(name: str) -> str:
    return name.rpartition(" ")[2]
