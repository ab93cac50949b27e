"""What is counted on pages that were read: the decision, and each witness by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.decision.contradiction import WITNESSES, contradicts
from pipeline.evidence import NumberEvidence
from training.evaluation.one_number import right_and_accepted
from training.proof.cases import Case
from training.witnesses.contradictions import disagree

SURE, LIKELY = 0.99, 0.95
"""Probabilities from which a witness is surely believed, and from which it already weighs much."""


@dataclass
class DecisionCounts:
    """Counts over pages.

    Attributes:
        pages, found: Pages, and those that were read as what they are.
        numbers, right, accepted, wrong_accepted: Numbers, of all pages; wrong among the accepted.
        agreeing, reported: Right numbers of which nothing on the page is known to differ, and how many of these were
            reported to be contradicted: false reports.
        seconds: Of each page.

    """

    pages: int = 0
    found: int = 0
    numbers: int = 0
    right: int = 0
    accepted: int = 0
    wrong_accepted: int = 0
    agreeing: int = 0
    reported: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass
class WitnessCounts:
    """Counts over the numbers of pages that were found.

    Attributes:
        numbers: Numbers of which the witness was asked.
        stated, right: Of how many it states a number, and the number that the boxes are meant to say.
        sure, sure_wrong: Statements with `SURE`, and those among them that state another number.
        likely, likely_wrong: The same with `LIKELY`.
        contradicting: Numbers that it contradicts though it is not known that anything differs.

    """

    numbers: int = 0
    stated: int = 0
    right: int = 0
    sure: int = 0
    sure_wrong: int = 0
    likely: int = 0
    likely_wrong: int = 0
    contradicting: int = 0


def decided(cases: Iterable[Case]) -> DecisionCounts:
    """Count what was decided."""
    counts = DecisionCounts()
    for case in cases:
        counts.pages += 1
        counts.found += case.found
        counts.seconds.append(case.seconds)
        for name, value in case.values.items():
            _count(counts, case, name, value)
    return counts


def _count(counts: DecisionCounts, case: Case, name: str, value: int) -> None:
    counts.numbers += 1
    right, accepted = right_and_accepted(case.reading.fields.get(name), value)
    counts.right += right
    counts.accepted += accepted
    counts.wrong_accepted += accepted and not right
    if right and name not in case.differing:
        counts.agreeing += 1
        counts.reported += disagree(case.reading, name)


def witnessed(cases: Iterable[Case]) -> dict[str, WitnessCounts]:
    """Count what each witness says, on pages that were found, of numbers whose boxes a person can tell."""
    counts = {witness: WitnessCounts() for witness in WITNESSES}
    for case in cases:
        evidence = case.reading.pages[0].evidence if case.found else {}
        for name, value in case.values.items():
            if name in evidence:
                _count_witnesses(counts, evidence[name], value, differs=name in case.differing)
    return counts


def _count_witnesses(counts: dict[str, WitnessCounts], number: NumberEvidence, value: int, *, differs: bool) -> None:
    for witness, stated, probability in _statements(number):
        own = counts[witness]
        own.numbers += 1
        own.stated += stated is not None
        own.right += stated == value
        sure, likely = (stated is not None and probability >= bar for bar in (SURE, LIKELY))
        wrong = stated != value and not differs
        own.sure += sure
        own.sure_wrong += sure and wrong
        own.likely += likely
        own.likely_wrong += likely and wrong
    for statement in number.statements:
        counts[statement.witness].contradicting += not differs and contradicts(statement, value)


def _statements(number: NumberEvidence) -> Iterator[tuple[str, int | None, float]]:
    """Yield every witness with what it most likely states, and how likely that is."""
    yield ("digits", *number.boxes.best)
    for statement in number.statements:
        yield (statement.witness, *statement.best)
