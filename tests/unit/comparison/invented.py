"""Readings and published figures that nobody has read or published, for tests of what is made of them."""

from collections.abc import Mapping

from pipeline.forms import FormTemplate, load_forms
from pipeline.reading import Evidence, FieldReading, Outcome
from pipeline.reasons import Reason

FORM_ID = "c-hasil-ppwp-2024"
STATION = "0024010001002"

INK: Mapping[str, int] = {
    "paslon_1": 132,
    "paslon_2": 68,
    "paslon_3": 29,
    "suara_sah": 229,
    "suara_tidak_sah": 7,
    "suara_total": 236,
    "pengguna_j": 236,
    "pengguna_dpt_j": 234,
    "pengguna_dptb_j": 2,
    "pengguna_dpk_j": 0,
    "dpt_j": 274,
}
"""A station whose numbers obey the rules of its form."""


def form() -> FormTemplate:
    """Return the presidential form of 2024."""
    return load_forms()[FORM_ID]


def sure(
    value: int | None,
    *,
    boxes: str | None = None,
    confidence: float = 0.99999,
    said: Mapping[str, int] | None = None,
) -> FieldReading:
    """Return a reading that is accepted; `said` is what further witnesses state."""
    text = boxes or ("" if value is None else str(value).rjust(3, "X"))
    evidence = {"digits": Evidence(value, confidence)} | {
        name: Evidence(one, 0.99) for name, one in (said or {}).items()
    }
    return FieldReading(value, text, confidence, Outcome.ACCEPTED, evidence=evidence)


def doubtful(value: int | None, *, confidence: float = 0.97, code: str = "number_unsure") -> FieldReading:
    """Return a reading that goes to people."""
    reading = sure(value, confidence=confidence)
    values = {"boxes": reading.boxes, "seen": 97.0, "limit": 99.93}
    reasons = (Reason(code, values if code == "number_unsure" else {"boxes": "?"}),)
    return FieldReading(value, reading.boxes, confidence, Outcome.REVIEW, reasons, reading.evidence)


def contradicted(value: int, said: Mapping[str, int]) -> FieldReading:
    """Return a reading beside which another mark says something else."""
    reading = sure(value, said=said)
    reasons = (Reason("witnesses_disagree", {"said": "-", "disebut": "-"}),)
    return FieldReading(value, reading.boxes, reading.confidence, Outcome.REVIEW, reasons, reading.evidence)


def all_sure(values: Mapping[str, int], boxes: Mapping[str, str] | None = None) -> dict[str, FieldReading]:
    """Return readings that are all accepted."""
    return {name: sure(value, boxes=(boxes or {}).get(name)) for name, value in values.items()}
