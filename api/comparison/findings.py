"""What the report shows, kept in the work file: every number that differs or is open, with its ink; read by rank."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from api.comparison.lines import number_line
from api.comparison.stations import JudgedStation
from api.comparison.totals import stake
from api.comparison.verdict import Outcome
from api.comparison.work import Work

REPORTED = (Outcome.DIFFERS, Outcome.PAGE_CONTRADICTS, Outcome.QUESTION, Outcome.OTHER_STATION)
"""Outcomes that the report lists number by number; of the others it gives counts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A number that the report shows.

    Attributes:
        line: Its JSON line.
        label: What the form calls it, by language.
        reasons: Why, in words, by language.
        ink: Its ink, as JPEG; None where none may be shown.

    """

    line: Mapping[str, Any]
    label: Mapping[str, str]
    reasons: Mapping[str, list[str]]
    ink: bytes | None


@dataclass(frozen=True, slots=True)
class FoundStation:
    """A station with the numbers that the report shows of one outcome."""

    code: str
    stake: int
    findings: list[Finding]


def add_findings(work: Work, station: JudgedStation, inks: Mapping[str, bytes]) -> None:
    """Keep what the report shows of a station."""
    labels = {
        number.name: {"id": number.label.id, "en": number.label.en}
        for page in (station.form.pages if station.form else ())
        for number in page.numbers
    }
    at_stake = stake(station)
    rows = []
    for place, one in enumerate(station.numbers):
        if one.verdict.outcome not in REPORTED:
            continue
        content = {
            "line": number_line(station.published.code, one),
            "label": labels.get(one.field, {"id": one.field, "en": one.field}),
            "reasons": {name: [reason.text(name) for reason in one.verdict.reasons] for name in ("id", "en")},
        }
        text = json.dumps(content, ensure_ascii=False)
        rows.append((station.published.code, place, one.verdict.outcome.value, at_stake, text, inks.get(one.field)))
    work.add_findings(rows)


def stations_with(work: Work, outcome: Outcome) -> Iterator[FoundStation]:
    """Yield the stations with numbers of an outcome, those with most votes at stake first."""
    query = "SELECT station, stake, told, ink FROM finding WHERE outcome = ? ORDER BY stake DESC, station, place"
    for (code, at_stake), rows in groupby(work.rows(query, outcome.value), lambda row: (row[0], row[1])):
        yield FoundStation(code, at_stake, [_finding(text, ink) for _, _, text, ink in rows])


def _finding(text: str, ink: bytes | None) -> Finding:
    content = json.loads(text)
    return Finding(content["line"], content["label"], content["reasons"], ink)
