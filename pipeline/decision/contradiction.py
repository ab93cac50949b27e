"""Whether a witness says another number than the one that a page is taken to state: reported as often as likely so.

A witness is read with an error of its own, so that what it most likely says is not yet what stands on the page. Two
accounts are weighed: it states that number, or the officer slipped, by the prior of `priors`, and it states
another. Slips are mostly small, a vote missed or a bundle of four, or touch one digit, as a bubble beside the right
one; but any number may be stated.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.priors import DEFAULT_PRIORS, Priors
from pipeline.evidence import NumberEvidence, Statement
from pipeline.reasons import Reason
from pipeline.texts import texts

REPORTED = 0.1
"""Probability of a contradiction from which it is reported. To report one in vain costs a look; to miss one hides what
the page says, which is reckoned nine times as bad. Marks that make no number contradict any: two bubbles in a column,
or none under a digit. Nothing marked at all contradicts nothing."""

NEARBY, CLOSER, ONE_DIGIT = 0.4, 0.6, 0.4
"""Share of slips that are small, and how much rarer each further vote is; share in which one digit is another; the rest
is spread over all numbers. Estimates: no public data count slips."""

WITNESSES = ("digits", "bubbles", "tally", "row_sums", "words")


def contradictions(evidence: NumberEvidence, value: int | None) -> tuple[Reason, ...]:
    """Return that witnesses likely state another number than the page's `value`, with what each of them says.

    Where the boxes are likely misread, and everything else says what they are, nothing on the page contradicts itself.
    """
    read, _ = evidence.boxes.best
    statements = [
        ("digits", _number_text(read)),
        *((statement.witness, _statement_text(statement)) for statement in evidence.statements),
    ]
    against = [
        statement
        for statement in evidence.statements
        if value is not None and contradicts(statement, value, place=evidence.place)
    ]
    if not against:
        return ()
    english, indonesian = (
        ", ".join(f"{named(name, language)} {text}" for name, text in statements) for language in ("en", "id")
    )
    return (Reason("witnesses_disagree", {"said": english, "disebut": indonesian}),)


def named(witness: str, language: str) -> str:
    """Return what a witness is called."""
    return texts("parts")[f"witness_{witness}"][language]


def contradicts(statement: Statement, value: int, priors: Priors = DEFAULT_PRIORS, *, place: float = 1.0) -> bool:
    """Whether a witness likely states another number, or is marked in a way that states none.

    Args:
        statement: What the witness states.
        value: The number that the page is taken to state.
        priors: How often officers slip.
        place: Probability that the number lies where it was cut. Its witnesses are cut by the same map: what is read
            beside its place is another number's, or nobody's.

    """
    return place * max(statement.faulty, disagreement(statement, value, priors)) >= REPORTED


def disagreement(statement: Statement, value: int, priors: Priors = DEFAULT_PRIORS) -> float:
    """Return the probability that a witness states another number than `value`."""
    differs = priors.witness_differs[statement.witness]
    same = (1.0 - differs) * statement.of(value)
    other = differs * float(slips(len(statement.values), value) @ statement.values)
    # What states no number fits every number alike, and contradicts none.
    total = same + other + statement.silent / len(statement.values)
    return other / total if total > 0.0 else 0.0


@lru_cache(maxsize=64)
def slips(count: int, value: int) -> NDArray[np.float64]:
    """Return how often each of `count` numbers (count,) is stated for `value` by a slip."""
    away = np.abs(np.arange(count) - value)
    # Counted from the nearest: far above all numbers that can be stated every power would be nothing.
    small = np.where(away > 0, CLOSER ** (away - away[away > 0].min()), 0.0)
    digits, places = _digits(count)
    digit = (digits != value // places % 10).sum(axis=1) == 1
    anything = np.where(away > 0, (1.0 - NEARBY - ONE_DIGIT) / count, 0.0)
    return np.asarray(NEARBY * small / small.sum() + ONE_DIGIT * digit / digit.sum() + anything, dtype=np.float64)


@lru_cache(maxsize=8)
def _digits(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the digits (count, k) of the numbers below `count`, and what a one in each of their places is worth."""
    places = 10 ** np.arange(len(str(count - 1)))
    return np.arange(count)[:, None] // places % 10, places


def _number_text(number: int | None) -> str:
    return "-" if number is None else str(number)


def _statement_text(statement: Statement) -> str:
    """Return what a witness says; where its marks make no number, the marks."""
    return statement.text if statement.faulty >= REPORTED else _number_text(statement.best[0])
