"""Accept a number or send it to people, and say why.

The boxes are what the form legally says. Where their ink leaves room for several values, the other witnesses and the
rules say which of these is the likeliest; that one is shown, with the reason, and goes to people. A number is never
accepted because arithmetic wants it: its own ink must carry it, and carry it in its place.
"""

import math
from dataclasses import dataclass

import numpy as np

from pipeline.decision.contradiction import contradictions
from pipeline.decision.joint import Posterior, own_ink
from pipeline.evidence import PLACED, NumberEvidence
from pipeline.forms import NumberField
from pipeline.marks import LEADS
from pipeline.reading import Evidence, Outcome
from pipeline.reasons import Reason

INK_FLOOR = 0.9
"""Posterior that the ink of a number must reach by itself, its boxes with all else that is written of it, before the
sums of the form can get it accepted."""

UNSURE = "number_unsure"
"""The reason of a number whose confidence, the posterior under everything, is below the threshold."""

LIKELIER, LEAST_INK = 0.5, 0.005
"""The boxes alone must give an accepted number at least the first: likelier than not. Another value than their own best
is shown if its posterior under everything is at least the first, and the boxes alone give it at least the second: what
the ink does not leave open is never put in its place."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one number."""

    value: int | None
    boxes: str
    confidence: float
    outcome: Outcome
    reasons: tuple[Reason, ...]
    evidence: dict[str, Evidence]


def decide_number(field: NumberField, evidence: NumberEvidence, posterior: Posterior, threshold: float) -> Decision:
    """Decide one number.

    Args:
        field: The number on the form.
        evidence: All that the page says of it.
        posterior: Of its values, under all witnesses and rules that are at hand.
        threshold: Posterior from which it is accepted.

    """
    read, from_boxes = evidence.boxes.best
    value = _likeliest(evidence, posterior)
    confidence = from_boxes * evidence.place if value is None else posterior.of(value)
    reasons = (
        *evidence.withheld,
        *contradictions(evidence, value),
        *_estimated(evidence, value),
        *(_doubts(field, evidence, confidence, threshold) if value == read else ()),
    )
    others = {
        statement.witness: Evidence(*statement.best, statement.text if statement.witness == "words" else None)
        for statement in evidence.statements
    }
    return Decision(
        value,
        evidence.boxes.boxes if value is None or value == read else marks_for(value, evidence.boxes.boxes),
        confidence,
        Outcome.REVIEW if reasons else Outcome.ACCEPTED,
        reasons,
        {"digits": Evidence(read, from_boxes), **others},
    )


def marks_for(value: int, boxes: str) -> str:
    """Return the marks that make `value`, with the leads of `boxes` where they can stay."""
    digits = str(value) if value else ""
    leads = boxes[: len(boxes) - len(digits)]
    return "".join(mark if mark in LEADS + "0" else "X" for mark in leads) + digits


def _likeliest(evidence: NumberEvidence, posterior: Posterior) -> int | None:
    """Return the value that the boxes say, or the one of those they leave open that everything else makes likelier."""
    read, _ = evidence.boxes.best
    if not len(posterior.values):
        return read
    likeliest = int(posterior.values[int(np.argmax(posterior.probabilities))])
    better = posterior.of(likeliest) >= LIKELIER and float(evidence.boxes.values[likeliest]) >= LEAST_INK
    return likeliest if better else read


def _estimated(evidence: NumberEvidence, value: int | None) -> tuple[Reason, ...]:
    """Return that the value shown is not the boxes' own best."""
    read, from_boxes = evidence.boxes.best
    if value == read:
        return ()
    detail = {"boxes": evidence.boxes.boxes, "seen": round(100 * from_boxes), "value": value}
    return (Reason("number_estimated", detail),)


def _doubts(field: NumberField, evidence: NumberEvidence, confidence: float, threshold: float) -> tuple[Reason, ...]:
    """Return what the boxes themselves leave open; nothing if they can be accepted."""
    boxes = evidence.boxes
    value, from_boxes = boxes.best
    if evidence.unread or evidence.outside:
        return (Reason("number_typed" if evidence.unread else "number_outside"),)
    if value is None and boxes.unreadable > boxes.empty:
        code = "number_struck" if "#" in boxes.boxes else "number_disordered"
        return (Reason(code, {"boxes": boxes.boxes}),)
    if value is None and evidence.overexposed:
        return (Reason("number_overexposed"),)
    if value is None and field.required:
        return (Reason("number_empty"),)
    own = from_boxes * evidence.place if value is None else float(own_ink(evidence)[0][value])
    checks = (
        ("number_boxes_unsure", from_boxes, LIKELIER),
        ("number_ink_unsure", own, INK_FLOOR),
        (UNSURE, confidence, threshold),
    )
    for code, seen, limit in checks:
        if seen < limit:
            in_doubt = evidence.place < PLACED
            return (Reason("number_place_unsure") if in_doubt else unsure(boxes.boxes, seen, limit, code),)
    return ()


def unsure(boxes: str, seen: float, limit: float, code: str = UNSURE) -> Reason:
    """Return that a number is less sure than it must be, both in parts of one.

    Three probabilities must suffice, and each has a name of its own: `number_boxes_unsure` is of the boxes alone,
    `number_ink_unsure` of all that is written of the number, `number_unsure` of everything with the sums: the
    confidence that is shown wherever a number is shown.
    """
    percent = {"seen": math.floor(seen * 10_000) / 100, "limit": round(100 * limit, 6)}
    return Reason(code, {"boxes": boxes, **percent})
