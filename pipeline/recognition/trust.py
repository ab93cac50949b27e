"""How far a witness is believed: its own probabilities, softened by how sure it was of wrong numbers on real pages.

The networks behind tallies and row sums were calibrated cell by cell on drawn pages. A number is a hundred cells, and
what goes wrong in a photograph goes wrong in many of them at once, so the product of their probabilities is surer than
it may be. Two values a witness mend that: a temperature (Guo et al., "On calibration of modern neural networks", ICML
2017) over the numbers it may state, and the share of its statements that say nothing of the number at all. Both were
fitted on real pages by `chasil train trust` and are kept in `trust.json` beside this file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.evidence import Statement

TRUST_FILE = Path(__file__).with_name("trust.json")


@dataclass(frozen=True, slots=True)
class Trust:
    """How far one witness is believed.

    Attributes:
        temperature: Its probabilities are raised to 1 / temperature; 1 leaves them as they are.
        idle: Share of its statements that say nothing of the number, 0 to 1.

    """

    temperature: float = 1.0
    idle: float = 0.0


def softened(statement: Statement, trust: Trust) -> Statement:
    """Return a statement as far as it is believed; its distribution still sums to 1."""
    power = 1.0 / trust.temperature
    values, silent = statement.values**power, statement.silent**power
    total = float(values.sum()) + silent
    if total <= 0.0:
        return statement
    believed = (1.0 - trust.idle) / total
    faulty = believed * silent * (statement.faulty / statement.silent if statement.silent > 0 else 0.0)
    return replace(
        statement, values=np.asarray(values * believed), silent=believed * silent + trust.idle, faulty=faulty
    )


@cache
def trusts() -> Mapping[str, Trust]:
    """Return how far each witness is believed, by its name."""
    kept: dict[str, dict[str, float]] = json.loads(TRUST_FILE.read_text(encoding="utf-8"))["trust"]
    return {name: Trust(**values) for name, values in kept.items()}
