"""Whether differences favour anyone: the sign test, pair by pair. Pure.

Of the stations at which a pair's published votes differ from the ink, some are published too high and some too low.
Were either as likely at each of them, independently, the number of the ones would be binomial with a half: the sign
test (Conover, Practical Nonparametric Statistics, 1999, 3.4), two-sided, over several pairs after Holm (Scand. J. Stat.
6 (1979) 65).

What it cannot say: errors without any intent lean too (an X read as 8 only ever adds, a lost digit only takes),
stations share officers, scanners and software, and how many votes are at stake is not asked. A small p-value says that
chance of this kind does not explain the signs; why they lean, it does not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True, slots=True)
class Leaning:
    """How the differences of a pair lean.

    Attributes:
        pair: Which.
        raised, lowered: Stations at which it is published too high, and too low.
        votes: Sum of its differences, published less written.
        p_value: Of the sign test, two-sided, after Holm.

    """

    pair: str
    raised: int
    lowered: int
    votes: int
    p_value: float


def leanings(signs: Mapping[str, tuple[int, int, int]]) -> list[Leaning]:
    """Return how the differences of each pair lean.

    Args:
        signs: By pair: stations raised, stations lowered, and the sum of the differences.

    """
    raw = {pair: _sign_test(raised, lowered) for pair, (raised, lowered, _) in signs.items()}
    adjusted = holm(raw)
    return [Leaning(pair, *signs[pair], adjusted[pair]) for pair in sorted(signs)]


def holm(raw: Mapping[str, float]) -> dict[str, float]:
    """Return p-values of several tests, each as it counts among them all."""
    found: dict[str, float] = {}
    highest = 0.0
    for index, pair in enumerate(sorted(raw, key=lambda one: (raw[one], one))):
        highest = max(highest, min(1.0, raw[pair] * (len(raw) - index)))
        found[pair] = highest
    return found


def _sign_test(raised: int, lowered: int) -> float:
    return float(binomtest(raised, raised + lowered).pvalue) if raised + lowered else 1.0
