"""What a comparison comes to: counts, sums of differences by region and pair with their interval, kinds.

Added up station by station; what it holds grows with regions and pairs, not with stations.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api.comparison.favour import Leaning, leanings
from api.comparison.kinds import Kind
from api.comparison.stations import JudgedNumber, JudgedStation
from api.comparison.verdict import Outcome
from api.regions.codes import NATION
from api.tabulation.amounts import PAIR

DIGITS = (2, 4, 6)
"""Digits of the regions for which differences are added up beside the nation: province, regency, district."""

CHECKED = (Outcome.AGREES, Outcome.DIFFERS)
OPEN = (Outcome.QUESTION, Outcome.PAGE_CONTRADICTS)


@dataclass(slots=True)
class PairSum:
    """A pair in a region.

    Attributes:
        published: Its published votes, over all published stations.
        checked: Published votes of them that were held against the ink.
        difference: Published less written, where they surely differ.
        low, high: The same, if every open question turns out the one way or the other; what was not checked is not in
            it.
        stations: Stations at which it differs.

    """

    published: int = 0
    checked: int = 0
    difference: int = 0
    low: int = 0
    high: int = 0
    stations: int = 0


@dataclass(slots=True)
class Totals:
    """What was added up.

    Attributes:
        stations, photographed: Published stations; those of them with a page that was read as theirs.
        numbers: Published numbers by outcome.
        unpublished: Numbers on photographs that nobody has published.
        kinds: Differences by kind.
        reasons: Codes of reasons, by outcome.
        pairs: By region and pair.
        signs: By pair: stations raised, lowered, and the sum.
        differing: Stations at which any number differs.

    """

    stations: int = 0
    photographed: int = 0
    numbers: Counter[Outcome] = field(default_factory=Counter)
    unpublished: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    reasons: Counter[tuple[Outcome, str]] = field(default_factory=Counter)
    pairs: dict[tuple[str, str], PairSum] = field(default_factory=lambda: defaultdict(PairSum))
    signs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    differing: int = 0

    def add(self, station: JudgedStation) -> None:
        """Add a station."""
        self.stations += 1
        self.photographed += station.form is not None
        self.unpublished += station.unpublished
        self.differing += any(one.verdict.outcome is Outcome.DIFFERS for one in station.numbers)
        for one in station.numbers:
            self.numbers[one.verdict.outcome] += 1
            self.reasons.update((one.verdict.outcome, reason.code) for reason in one.verdict.reasons[:1])
            if one.kind is not None and one.verdict.outcome is Outcome.DIFFERS:
                self.kinds[one.kind] += 1
            if one.field.startswith(PAIR):
                self._add_pair(station.published.code, one)

    def _add_pair(self, code: str, one: JudgedNumber) -> None:
        moved = difference(one)
        for region in (NATION, *(code[:digits] for digits in DIGITS)):
            total = self.pairs[region, one.field]
            total.published += one.published
            total.checked += one.published if one.verdict.outcome in CHECKED else 0
            if one.verdict.outcome is Outcome.DIFFERS:
                total.difference += moved
                total.stations += 1
            sure = one.verdict.outcome is Outcome.DIFFERS
            open_ = one.verdict.outcome in OPEN
            total.low += moved if sure else min(0, moved) * open_
            total.high += moved if sure else max(0, moved) * open_
        if one.verdict.outcome is Outcome.DIFFERS:
            signs = self.signs[one.field]
            signs[0] += moved > 0
            signs[1] += moved < 0
            signs[2] += moved

    @property
    def compared(self) -> int:
        """Numbers that were held against the ink, with a sure answer."""
        return sum(self.numbers[outcome] for outcome in CHECKED)

    def leanings(self) -> list[Leaning]:
        """Return how the differences of each pair lean."""
        return leanings({pair: (raised, lowered, votes) for pair, (raised, lowered, votes) in self.signs.items()})

    def regions(self) -> Iterable[tuple[str, Mapping[str, PairSum]]]:
        """Yield the nation and every region with a difference or a question, with its pairs."""
        found: dict[str, dict[str, PairSum]] = defaultdict(dict)
        for (region, pair), total in sorted(self.pairs.items()):
            found[region][pair] = total
        for region in sorted(found, key=lambda code: (code != NATION, code)):
            if region == NATION or any((one.low, one.high) != (0, 0) for one in found[region].values()):
                yield region, found[region]


def difference(one: JudgedNumber) -> int:
    """Return published less written; 0 where nothing is known to be written."""
    return 0 if one.written is None else one.published - one.written


def stake(station: JudgedStation) -> int:
    """Return the votes at stake: how far the published figures of the pairs surely lie from the ink, together."""
    sure = [one for one in station.numbers if one.verdict.outcome is Outcome.DIFFERS]
    of_pairs = [one for one in sure if one.field.startswith(PAIR)]
    return sum(abs(difference(one)) for one in of_pairs)
