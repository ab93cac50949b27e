"""How often officers themselves are wrong: stated, so that it can be argued with.

In published data of 11,335 complete polling stations of 2024, 16.4 % break some rule and 11.9 % a rule about votes,
misreadings by the official system included; so an officer's slip in any one rule is a matter of one in a hundred. No
public data count disagreeing bubbles or tallies; those figures are estimates, on the cautious side: the larger a prior
of disagreement, the less a witness can lift or sink a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Priors:
    """Prior probabilities of officers' errors.

    Attributes:
        equality_broken: A hard equality does not hold as written.
        soft_equality_broken: The same of a soft one, such as the number of reserve ballots.
        inequality_broken: An inequality does not hold as written.
        spread: Values among which a wrong sum is spread: the 300 voters of a polling station.
        witness_differs: A witness states another number than the boxes, by witness.

    """

    equality_broken: float = 0.02
    soft_equality_broken: float = 0.15
    inequality_broken: float = 0.005
    spread: int = 300
    witness_differs: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"bubbles": 0.02, "tally": 0.05, "row_sums": 0.05, "words": 0.01})
    )


DEFAULT_PRIORS = Priors()
