"""Close calls on a page, and sums that do not add up: for people who learn to fill in the form."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from api.triage.box_marks import box_digits, digit_of
from api.triage.rules import sum_of
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, PageReading

LEAST = 0.002
"""Probability of another digit from which a box is worth a word; below it a writer could not have done better."""

MOST = 8
"""Boxes of a page that are spoken of, the closest calls first."""


def close_calls(page: PageReading) -> list[dict[str, Any]]:
    """Return the boxes of a page whose second most probable digit is not far off, closest first.

    As `api.schemas.common.CloseCall`: `probability` is that of the digit that was read, `rival_probability` that of the
    next; `region` is the box's place in px of the upright picture, clockwise from its upper left corner.
    """
    found = [call for name, field in page.fields.items() if field.value is not None for call in _calls(page, name)]
    return sorted(found, key=lambda call: -float(call["rival_probability"]))[:MOST]


def broken_sums(document: DocumentReading, forms: Mapping[str, FormTemplate]) -> list[dict[str, Any]]:
    """Return the rules that the numbers of a document break, as `api.schemas.common.SumBody`: both sides as trees."""
    form = forms.get(document.form or "")
    broken = {rule.id for rule in document.rules if rule.holds is False}
    return [sum_of(rule).model_dump(mode="json") for rule in (form.rules if form else ()) if rule.id in broken]


def _calls(page: PageReading, name: str) -> list[dict[str, Any]]:
    evidence, field = page.evidence.get(name), page.fields[name]
    if evidence is None or len(field.box_regions) != len(evidence.boxes.boxes):
        return []
    calls = []
    for box, digits in enumerate(box_digits(evidence.boxes)):
        mark = evidence.boxes.boxes[box]
        own = digit_of(mark)
        rival = int(np.where(np.arange(10) == own, -1.0, digits).argmax())
        if digits[rival] >= LEAST:
            calls.append(
                {
                    "field": name,
                    "box": box,
                    "mark": mark,
                    "rival": rival,
                    "probability": round(float(digits[own]), 6),
                    "rival_probability": round(float(digits[rival]), 6),
                    "region": [[round(x, 1), round(y, 1)] for x, y in field.box_regions[box]],
                }
            )
    return calls
