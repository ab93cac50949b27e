"""The JSON lines of a comparison: one a published number, then the summary."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from api.comparison.stations import JudgedNumber, JudgedStation
from api.comparison.totals import PairSum, Totals, difference
from api.comparison.verdict import Outcome
from pipeline.reading import shown


def number_line(station: str, one: JudgedNumber) -> dict[str, Any]:
    """Return the line of a published number; of one that no photograph shows, without what a reading says."""
    read = one.read
    line = {
        "kind": "number",
        "station": station,
        "field": one.field,
        "published": one.published,
        "read": one.written,
        "confidence": None if read is None else shown(read.confidence),
        "outcome": one.verdict.outcome.value,
        "reasons": [reason.code for reason in one.verdict.reasons],
        "page": _page(one),
    }
    if read is None:  # most of a nation may be like this
        return line
    return line | {
        "difference": None if one.written is None else difference(one),
        "difference_kind": None if one.kind is None else one.kind.value,
        "boxes": read.boxes,
        "witnesses": _witnesses(one),
    }


def station_lines(station: JudgedStation) -> list[dict[str, Any]]:
    """Return the lines of a station's published numbers."""
    return [number_line(station.published.code, one) for one in station.numbers]


def _witnesses(one: JudgedNumber) -> dict[str, Any]:
    """Return what each witness says; of a number that people decided, that they did."""
    evidence = {} if one.read is None else {name: evidence.to_json() for name, evidence in one.read.evidence.items()}
    return evidence if one.person is None else evidence | {"people": {"value": one.person, "probability": None}}


def _page(one: JudgedNumber) -> dict[str, Any] | None:
    if one.page is None:
        return None
    photograph, reading = one.page.photograph, one.page.reading
    return {
        "name": photograph.name,
        "page": photograph.page,
        "sha256": photograph.sha256,
        "address": photograph.address,
        "form": reading.form,
        "form_page": reading.form_page,
    }


def summary_line(totals: Totals, snapshot: Mapping[str, Any], by: Mapping[str, Any], sample: Any) -> dict[str, Any]:
    """Return the last line.

    Args:
        totals: What was added up.
        snapshot: Which published file it was.
        by: Who read: program, model, form, threshold.
        sample: What the sample says, or None.

    """
    numbers = {outcome.value: totals.numbers[outcome] for outcome in Outcome}
    count = sum(numbers.values())
    return {
        "kind": "summary",
        "snapshot": dict(snapshot),
        "read_by": dict(by),
        "stations": {
            "compared": totals.stations,
            "photographed": totals.photographed,
            "differing": totals.differing,
        },
        "numbers": numbers,
        "checked": {
            "numbers": totals.compared,
            "of": count,
            "share": round(totals.compared / count, 6) if count else 0.0,
        },
        "unpublished": totals.unpublished,
        "kinds": {kind.value: count for kind, count in sorted(totals.kinds.items())},
        "reasons": {f"{outcome.value}/{code}": count for (outcome, code), count in sorted(totals.reasons.items())},
        "regions": [region_line(region, pairs) for region, pairs in totals.regions()],
        "leanings": [asdict(one) for one in totals.leanings()],
        "sample": sample,
    }


def region_line(region: str, pairs: Mapping[str, PairSum]) -> dict[str, Any]:
    """Return the sums of a region."""
    return {"region": region, "pairs": {pair: asdict(total) for pair, total in pairs.items()}}


CSV_COLUMNS: Sequence[str] = (
    "station", "field", "published", "read", "difference", "confidence", "outcome", "difference_kind", "boxes",
    "reasons", "file", "file_page", "form_page", "address", "sha256",
)  # fmt: skip


def csv_row(line: Mapping[str, Any]) -> list[Any]:
    """Return the row of a line in the table of differences."""
    page = line["page"] or dict.fromkeys(("name", "page", "form_page", "address", "sha256"))
    own = [line.get(name) for name in CSV_COLUMNS[:9]]
    where = (page["name"], page["page"], page["form_page"], page["address"], page["sha256"])
    return [*own, " ".join(line["reasons"]), *where]
