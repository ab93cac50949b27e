"""A page's reading as bytes and back, distributions included, so that its document can be decided again later.

The reading itself is a JSON object, the distributions are arrays beside it (`arrays`). No pickled objects: bytes
that someone has changed can be wrong, but can do nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.documents import Source
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.packing.arrays import Arrays, from_bytes, to_bytes
from pipeline.reading import (
    Evidence,
    FieldReading,
    ModelReading,
    Outcome,
    PageReading,
    Quadrilateral,
    RegistrationReading,
)
from pipeline.reasons import Reason

VERSION = 4
"""Grows when what is packed changes; older bytes stay readable."""

REGISTRATION = ("method", "rotation", "error_mm", "sharpness", "pixels_per_mm", "outline", "score")

_NOTHING = 1e-9
"""A probability below this is stored as 0: such tails neither decide anything nor compress."""


def pack(reading: PageReading) -> bytes:
    """Return a page's reading as bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    header = {
        "version": VERSION,
        "document": reading.document,
        "source": _plain(reading.source, ("name", "page", "sha256", "width", "height")),
        "outcome": reading.outcome.value,
        "form": reading.form,
        "form_page": reading.form_page,
        "reasons": _reasons(reading.reasons),
        "registration": reading.registration and _plain(reading.registration, REGISTRATION),
        "model": reading.model and _plain(reading.model, ("id", "sha256")),
        "timing_ms": dict(reading.timing_ms),
        "fields": {name: _field(field) for name, field in reading.fields.items()},
        "evidence": {name: _evidence(name, evidence, arrays) for name, evidence in reading.evidence.items()},
    }
    return to_bytes(header, arrays)


def unpack(data: bytes) -> PageReading:
    """Return the reading that `pack` made these bytes of.

    Raises:
        ValueError: They are of a later version, or no packed reading.

    """
    try:
        return _unpacked(data)
    except ValueError:
        raise
    except Exception as error:  # zlib, ZIP, NumPy and JSON raise a dozen types on bytes that somebody has changed
        raise ValueError(f"no packed reading ({type(error).__name__}: {error})") from error


def _unpacked(data: bytes) -> PageReading:
    header, arrays = from_bytes(data)
    if header["version"] > VERSION:
        raise ValueError(f"a reading packed by a later program (version {header['version']}; up to {VERSION})")
    evidence = {name: _unpacked_evidence(name, part, arrays) for name, part in header["evidence"].items()}
    registration, model = header["registration"], header["model"]
    return PageReading(
        document=header["document"],
        source=Source(**header["source"]),
        outcome=Outcome(header["outcome"]),
        form=header["form"],
        form_page=header["form_page"],
        reasons=_unpacked_reasons(header["reasons"]),
        registration=registration
        and RegistrationReading(**{**registration, "outline": _corners(registration["outline"])}),
        fields={name: _unpacked_field(field) for name, field in header["fields"].items()},
        model=model and ModelReading(**model),
        timing_ms=header["timing_ms"],
        evidence=evidence,
    )


def _plain(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "values": dict(reason.values)} for reason in reasons]


def _unpacked_reasons(reasons: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(reason["code"], reason["values"]) for reason in reasons)


def _field(field: FieldReading) -> dict[str, Any]:
    return {
        **_plain(field, ("value", "boxes", "confidence", "region", "box_regions")),
        "outcome": field.outcome.value,
        "reasons": _reasons(field.reasons),
        "evidence": {name: _packed_evidence(evidence) for name, evidence in field.evidence.items()},
    }


def _packed_evidence(evidence: Evidence) -> list[object]:
    return [evidence.value, evidence.probability, *([] if evidence.text is None else [evidence.text])]


def _unpacked_field(field: Mapping[str, Any]) -> FieldReading:
    return FieldReading(
        value=field["value"],
        boxes=field["boxes"],
        confidence=field["confidence"],
        outcome=Outcome(field["outcome"]),
        reasons=_unpacked_reasons(field["reasons"]),
        evidence={name: Evidence(*evidence) for name, evidence in field["evidence"].items()},
        region=field["region"] and _corners(field["region"]),
        box_regions=tuple(_corners(box) for box in field["box_regions"]),
    )


def _corners(points: list[list[float]]) -> Quadrilateral:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth


def _evidence(name: str, evidence: NumberEvidence, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return what is no array of a number's evidence; put its arrays beside the others."""
    arrays[name] = _stored(evidence.boxes.values)
    for statement in evidence.statements:
        arrays[f"{name}/{statement.witness}"] = _stored(statement.values)
    return {
        "empty": float(evidence.boxes.empty),
        "unreadable": float(evidence.boxes.unreadable),
        "boxes": evidence.boxes.boxes,
        "overexposed": bool(evidence.overexposed),
        "outside": bool(evidence.outside),
        "withheld": _reasons(evidence.withheld),
        "place": float(evidence.place),
        "unread": bool(evidence.unread),
        "statements": {
            statement.witness: [float(statement.silent), float(statement.faulty), statement.text]
            for statement in evidence.statements
        },
    }


def _unpacked_evidence(name: str, part: Mapping[str, Any], arrays: Arrays) -> NumberEvidence:
    boxes = NumberPosterior(arrays[name].astype(np.float64), part["empty"], part["unreadable"], part["boxes"])
    statements = tuple(
        Statement(witness, arrays[f"{name}/{witness}"].astype(np.float64), *statement)
        for witness, statement in part["statements"].items()
    )
    withheld = _unpacked_reasons(part.get("withheld", []))
    place = part.get("place", 1.0)  # version 1: a number in doubt was withheld
    outside, unread = part.get("outside", False), part.get("unread", False)
    return NumberEvidence(boxes, statements, part["overexposed"], outside, withheld, place, unread)


def _stored(values: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.where(values < _NOTHING, 0.0, values).astype(np.float32)
