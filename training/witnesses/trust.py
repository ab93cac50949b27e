"""Fit how far each witness is believed, on real pages: the likeliest temperature and share of idle statements.

    chasil train trust CONFIG --data SHARED

SHARED holds the sets of real pages (`training.evaluation.truths`). Fitted on the calibrate part, since the networks
learnt from the train part. Tells how often each witness contradicts a number that is right, before and after, on
either part; and how often officers mark none, one or several bubbles of a column in the train part, which
`pipeline.recognition.bubbles.evidence` states.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.package import default_package, load_package
from pipeline.decision.contradiction import contradicts
from pipeline.evidence import Statement
from pipeline.forms import load_forms
from pipeline.recognition.bubbles.evidence import column_distribution
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.trust import Trust, softened
from pipeline.recognition.witnesses import Witnesses, WitnessReader
from pipeline.registration import Registration, SheetFinder
from training.evaluation.metrics import wilson
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, opened
from training.runs.processes import counted, processes

TEMPERATURES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
IDLE = (0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.16, 0.24, 0.32)

NUMBERS = 600
"""Votes of a polling station at most: a witness that says nothing leaves each as likely."""

_SURE = 0.99  # of a number's place: elsewhere a witness is not to blame


@dataclass(frozen=True, slots=True)
class Stated:
    """What a witness stated of a number, unsoftened, and what is written in its boxes.

    Of bubbles also the odds (count, 10) that each is marked, if that were as likely as not.
    """

    statement: Statement
    value: int
    held: bool
    bubbles: NDArray[np.float64] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; its text, which nothing is fitted on, is left out."""
        statement = self.statement
        return {
            "witness": statement.witness,
            "values": [float(value) for value in statement.values],
            "silent": float(statement.silent),
            "faulty": float(statement.faulty),
            "value": self.value,
            "held": self.held,
            "bubbles": None if self.bubbles is None else self.bubbles.tolist(),
        }

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> "Stated":
        """Return what `to_json` kept."""
        statement = Statement(kept["witness"], np.array(kept["values"]), kept["silent"], kept["faulty"])
        bubbles = None if kept["bubbles"] is None else np.array(kept["bubbles"])
        return Stated(statement, kept["value"], kept["held"], bubbles)


def read_pages(pages: Sequence[RealPage], jobs: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the statements of every page, as JSON."""
    with processes(jobs) as pool:
        for some in counted(pool.map(statements_of, pages, chunksize=4), len(pages)):
            yield [one.to_json() for one in some]


def statements_of(page: RealPage) -> list[Stated]:
    """Return what the witnesses of a real page state of numbers whose value is known; nothing where it is not found."""
    finder, reader = _readers()
    grey, _ = opened(page.path)
    found = finder.find(grey)
    if not isinstance(found, Registration) or found.target.page.number != page.page or found.withheld:
        return []
    known = {name: value for name, value in page.truth["values"].items() if value is not None}
    sure = {name for name, place in found.places.items() if place >= _SURE} & set(known) - set(_doubtful(page))
    witnesses = reader.read(grey, found.sheet, found.target.page.numbers)
    held = page.part is not Part.TRAIN
    return [
        Stated(statement, known[name], held, _marked(witnesses[name], statement))
        for name in sure & set(witnesses)
        for statement in witnesses[name].raw_statements()
    ]


def _marked(witnesses: Witnesses, statement: Statement) -> NDArray[np.float64] | None:
    return witnesses.bubbles.marked if witnesses.bubbles and statement.witness == "bubbles" else None


def column_shares(columns: NDArray[np.float64], rounds: int = 200) -> NDArray[np.float64]:
    """Return how often none, one and several bubbles of a column are marked (3,): the likeliest shares, by EM.

    Args:
        columns: (n, 10) probability of each bubble at even prior odds.
        rounds: Of the iteration.

    """
    shares = np.full(3, 1 / 3)
    for _ in range(rounds):
        found = np.array([column_distribution(column, tuple(shares)) for column in columns])
        shares = np.array([found[:, 0].mean(), found[:, 1:11].sum(axis=1).mean(), found[:, 11].mean()])
    return shares


def fit(stated: Sequence[Stated]) -> Trust:
    """Return the temperature and idle share under which the numbers written are likeliest."""
    choices = [Trust(*pair) for pair in itertools.product(TEMPERATURES, IDLE)]
    return min(choices, key=lambda trust: sum(loss(softened(one.statement, trust), one.value) for one in stated))


def loss(statement: Statement, value: int) -> float:
    """Return minus the logarithm of the probability that a statement gives to the number written, in nats."""
    return -float(np.log(max(1e-12, statement.of(value) + statement.silent / NUMBERS)))


def report(stated: Mapping[str, Sequence[Stated]], fitted: Mapping[str, Trust]) -> Iterator[str]:
    """Yield how officers mark columns of bubbles, and how often each witness contradicts right numbers."""
    columns = [one.bubbles for one in stated.get("bubbles", ()) if one.bubbles is not None and not one.held]
    if columns:
        none, single, several = column_shares(np.vstack(columns))
        count = sum(map(len, columns))
        yield f"columns of bubbles: none {none:.4f}, one {single:.4f}, several {several:.4f} of {count}"
    for name, trust in fitted.items():
        for part in (Part.CALIBRATE, Part.TRAIN):
            some = [one for one in stated[name] if one.held is (part is Part.CALIBRATE)]
            if some:
                yield f"{part.value} {before_and_after(name, trust, some)}"


def before_and_after(name: str, trust: Trust, stated: Sequence[Stated]) -> str:
    """Return how often a witness contradicts numbers that are right, before and after."""
    counts = [sum(contradicts(softened(one.statement, some), one.value) for one in stated) for some in (Trust(), trust)]
    losses = [np.mean([loss(softened(one.statement, some), one.value) for one in stated]) for some in (Trust(), trust)]
    low, high = (100 * end for end in wilson(counts[1], len(stated)))
    return (
        f"{name}: {asdict(trust)}; contradicts {counts[0]}, then {counts[1]} of {len(stated)} right numbers "
        f"({low:.1f} to {high:.1f} %); loss {losses[0]:.3f}, then {losses[1]:.3f}"
    )


def _doubtful(page: RealPage) -> Iterable[str]:
    return (*page.truth.get("uncertain", {}), *page.truth.get("corrected", {}))


@cache
def _readers() -> tuple[SheetFinder, WitnessReader]:
    return SheetFinder(load_forms()), WitnessReader(DigitReader(load_package(default_package("digits"))))
