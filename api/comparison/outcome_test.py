"""What a sample says: how many of all stations are wrong at most, and whether the outcome stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from api.comparison.contest import Checked, Contest, assertions, holds
from api.comparison.published import PublishedStation
from api.comparison.random_sample import Drawn, statement
from api.comparison.stations import JudgedStation
from api.comparison.verdict import Outcome
from api.tabulation.amounts import PAIR
from pipeline.forms import FormTemplate, known_forms

VOTES = (PAIR, "suara_")
"""How the fields begin whose figures must all agree for a station to be right: the votes, valid, invalid and all."""

BOXES = 3
"""Boxes of a number where no form is known: what they hold bounds what a station can be wrong by."""

RIGHT, WRONG, UNKNOWN = "right", "wrong", "unknown"


@dataclass(slots=True)
class Outlook:
    """What the stations of a sample say, station by station.

    Args:
        drawn: The sample; None where nothing was drawn, and nothing is kept.

    """

    drawn: Sequence[Drawn] | None
    states: dict[str, str] = field(default_factory=dict)
    checked: list[Checked] = field(default_factory=list)

    def add(self, station: JudgedStation) -> None:
        """Add a station of the sample."""
        if self.drawn is None:
            return
        code = station.published.code
        self.states[code] = state_of(station)
        drawn = self.drawn[len(self.checked)]
        assert drawn.code == code
        written = {
            one.field: one.written if one.verdict.outcome in (Outcome.AGREES, Outcome.DIFFERS) else None
            for one in station.numbers
            if one.field.startswith(PAIR)
        }
        published = {one.field: one.published for one in station.numbers if one.field.startswith(PAIR)}
        self.checked.append(Checked(drawn.run, published, written))


def state_of(station: JudgedStation) -> str:
    """Return whether a station's votes are published as they are written: right, wrong, or unknown."""
    votes = [one.verdict.outcome for one in station.numbers if one.field.startswith(VOTES)]
    if Outcome.DIFFERS in votes:
        return WRONG
    return RIGHT if votes and set(votes) == {Outcome.AGREES} else UNKNOWN


def contest_of(stations: Iterable[PublishedStation], forms: Mapping[str, FormTemplate], family: str | None) -> Contest:
    """Return the contest that published figures are of; gone through once."""
    most = 10 ** _boxes(forms, family) - 1
    sums: dict[str, int] = {}
    largest: dict[str, int] = {}
    impossible: dict[str, int] = {}
    for station in stations:
        for name, value in station.numbers.items():
            if name.startswith(PAIR):
                sums[name] = sums.get(name, 0) + value
                largest[name] = max(largest.get(name, 0), min(value, most))
                impossible[name] = impossible.get(name, 0) + max(0, value - most)
    return Contest(sums, largest, impossible, most)


def sample_line(outlook: Outlook, contest: Contest, seed: str, confidence: float) -> dict[str, Any]:
    """Return what a sample says, as it stands in the summary."""
    drawn = outlook.drawn or ()
    states = list(outlook.states.values())
    stated = statement([one.run for one in drawn], states.count(RIGHT), states.count(WRONG), confidence)
    found = assertions(contest, outlook.checked)
    return {
        "seed": seed,
        **asdict(stated),
        "outcome_confirmed": holds(found, 1 - confidence),
        "assertions": [asdict(one) for one in found],
        "most_at_a_station": contest.most,
        "codes": [one.code for one in drawn],
    }


def _boxes(forms: Mapping[str, FormTemplate], family: str | None) -> int:
    """Return how many boxes a pair's number has at most on the forms of a family."""
    own = (forms[one.id] for one in known_forms(forms) if one.family == family)  # no other template is made
    counts = [
        number.boxes.count
        for form in own
        for page in form.pages
        for number in page.numbers
        if number.name.startswith(PAIR)
    ]
    return max(counts, default=BOXES)
