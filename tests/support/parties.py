"""A form such as those of elections to parliament: 18 parties with 10 candidates each, their sums, the totals."""

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.number import number_posteriors
from pipeline.evidence import NumberEvidence
from pipeline.forms import Rule
from pipeline.forms.template import Text
from pipeline.recognition.digits import CLASSES

PARTIES, CANDIDATES = 18, 10


def rules() -> list[Rule]:
    """Return the sum of every party, and the totals."""
    expressions = {
        f"jumlah_{party}": " + ".join([f"partai_{party}", *(f"calon_{party}_{i}" for i in range(1, CANDIDATES + 1))])
        for party in range(1, PARTIES + 1)
    }
    expressions["suara_sah"] = " + ".join(expressions)
    expressions["suara_total"] = "suara_sah + suara_tidak_sah"
    label = Text(id="", en="")
    return [
        Rule(id=f"{name}-is-sum", expression=f"{name} == {terms}", label=label) for name, terms in expressions.items()
    ]


def votes(rng: np.random.Generator) -> dict[str, int]:
    """Return the numbers of one polling station, adding up."""
    values: dict[str, int] = {}
    for party in range(1, PARTIES + 1):
        own = {f"partai_{party}": int(rng.poisson(3))}
        own.update({f"calon_{party}_{i}": int(rng.poisson(1.0)) for i in range(1, CANDIDATES + 1)})
        values |= own | {f"jumlah_{party}": sum(own.values())}
    values["suara_sah"] = sum(values[f"jumlah_{party}"] for party in range(1, PARTIES + 1))
    values["suara_tidak_sah"] = int(rng.poisson(8))
    values["suara_total"] = values["suara_sah"] + values["suara_tidak_sah"]
    return values


def written(value: int, certainty: float, rng: np.random.Generator) -> NumberEvidence:
    """Return three boxes read with this certainty; what is left is spread over all marks, unevenly."""
    marks = str(value).rjust(3, "X")
    rows: NDArray[np.float64] = (1 - certainty) * rng.dirichlet(np.full(len(CLASSES), 0.5), 3)
    rows[range(3), [CLASSES.index(mark) for mark in marks]] += certainty
    return NumberEvidence(number_posteriors([rows])[0])
