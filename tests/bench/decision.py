"""Print what a decision costs: `python -m tests.bench.decision`."""

import statistics
import time

import numpy as np

from pipeline.decision.joint import posteriors
from tests.support import parties


def milliseconds(certainty: float, rounds: int = 9) -> tuple[int, float]:
    """Return how many numbers 18 parties with 10 candidates have, and the median processor time of their posteriors."""
    rng = np.random.default_rng(1)
    evidence = {name: parties.written(value, certainty, rng) for name, value in parties.votes(rng).items()}
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        posteriors(evidence, parties.rules())
        spent.append(1000 * (time.process_time() - started))
    return len(evidence), statistics.median(spent)


if __name__ == "__main__":
    for sure in (0.9999, 0.99, 0.9, 0.6):
        count, cost = milliseconds(sure)
        print(f"{count} numbers, boxes read with {sure}: {cost:.0f} ms")  # noqa: T201
