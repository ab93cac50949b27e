"""How often officers themselves are wrong: stated, so that it can be argued with.

In published data of 11,335 complete polling stations of 2024, 16.4 % break some rule and 11.9 % a rule about votes,
misreadings by the official system included; so an officer's slip in any one rule is a matter of one in a hundred. How
often a witness states another number than the boxes is counted on the real pages that may be learnt from: sums of rows
4 of 363 (three of them of one officer, who counted cells), words 1 of 622, tallies 6 of 925, of two officers with one
vote a cell; bubbles 0 of 531, where each that was reported was looked at. Each is stated on the cautious side: the
larger a prior of disagreement, the less a witness can lift or sink a number.
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
        default_factory=lambda: MappingProxyType({"bubbles": 0.02, "tally": 0.01, "row_sums": 0.01, "words": 0.01})
    )


DEFAULT_PRIORS = Priors()
