"""Errors of publication, planted into figures whose truth is known; what a comparison makes of them, counted."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from api.sampling.intervals import upper_bound, wilson
from pipeline.forms import FormTemplate

Figures = dict[str, dict[str, int]]
"""By station and field."""

KINDS = ("one_digit", "x_as_8", "swapped", "shifted", "page_missing", "whole_station")
PEOPLE = ("question", "page_contradicts")


@dataclass(frozen=True, slots=True)
class Written:
    """What is written at stations.

    Attributes:
        values: By station and field.
        boxes: The marks of the same, one a box.
        slips: Stations whose officer erred, with what the figures would be corrected to, by field.
        pages: By station, the fields of each page.
        files: By station, its pictures.

    """

    values: Figures
    boxes: Mapping[str, Mapping[str, str]]
    slips: Mapping[str, Mapping[str, int]]
    pages: Mapping[str, Sequence[Sequence[str]]]
    files: Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Planted:
    """Published figures, with what is wrong in them.

    Attributes:
        figures: As published.
        kinds: By (station, field): the kind of the planted error.
        corrected: (station, field) of officers' slips that the publisher has mended.

    """

    figures: Figures
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    corrected: set[tuple[str, str]] = field(default_factory=set)


def plant(written: Written, errors: int, rng: np.random.Generator) -> Planted:
    """Return the figures with so many wrong numbers planted, of all kinds in turn; half of the slips are mended."""
    published = Planted({station: dict(values) for station, values in written.values.items()})
    for index, (station, mended) in enumerate(sorted(written.slips.items())):
        if index % 2:
            published.figures[station] |= mended
            published.corrected |= {(station, name) for name in mended}
    stations = [str(one) for one in rng.permutation(sorted(written.values))]
    turn = 0
    while stations and len(published.kinds) < errors:
        station = stations.pop()
        for _ in KINDS:  # the first kind, from the one whose turn it is, that can be done here
            kind = KINDS[turn % len(KINDS)]
            turn += 1
            wrong = _wrong(kind, station, written, rng)
            if wrong and errors - len(published.kinds) >= min(len(wrong), 1):
                break
        else:
            continue
        published.figures[station] |= wrong
        published.kinds |= {(station, name): kind for name in wrong}
        published.corrected -= set(published.kinds)
    return published


def _wrong(kind: str, station: str, written: Written, rng: np.random.Generator) -> dict[str, int]:
    """Return the wrong figures of one error at a station; nothing where it cannot be done, or would change nothing."""
    values, rows = (
        written.values[station],
        sorted(name for name in written.values[station] if name.startswith("paslon_")),
    )
    made: dict[str, int] = {}
    if kind == "one_digit":
        made = _one_digit(values, written.boxes[station], rng)
    elif kind == "x_as_8":
        made = _x_as_8(written.boxes[station], rng)
    elif kind == "swapped" and len(rows) > 1:
        first, second = (str(one) for one in rng.permutation(rows)[:2])
        made = {first: values[second], second: values[first]}
    elif kind == "shifted" and len(rows) > 2:
        made = {rows[0]: 0} | {below: values[above] for above, below in pairwise(rows)}
    elif kind == "page_missing":
        made = dict.fromkeys(written.pages[station][int(rng.integers(len(written.pages[station])))], 0)
    elif kind == "whole_station":
        others = [
            one for one in sorted(written.values) if one != station and written.values[one].keys() >= values.keys()
        ]
        made = {name: written.values[others[int(rng.integers(len(others)))]][name] for name in values} if others else {}
    return {name: value for name, value in made.items() if value != values[name]}


def _one_digit(values: Mapping[str, int], boxes: Mapping[str, str], rng: np.random.Generator) -> dict[str, int]:
    name = str(rng.choice(sorted(values)))
    width = max(len(boxes[name]), 1)
    digits = list(str(values[name]).zfill(width))
    place = int(rng.integers(width))
    digits[place] = str((int(digits[place]) + int(rng.integers(1, 10))) % 10)
    return {name: int("".join(digits))}


def _x_as_8(boxes: Mapping[str, str], rng: np.random.Generator) -> dict[str, int]:
    with_x = sorted(name for name, marks in boxes.items() if "X" in marks and "#" not in marks)
    if not with_x:
        return {}
    name = str(rng.choice(with_x))
    return {name: int(boxes[name].replace("X", "8").replace("-", "0").replace("_", "0"))}


def mended(
    form: FormTemplate, values: Mapping[str, int], line_errors: Iterable[str], marks: Mapping[str, int]
) -> dict[str, int]:
    """Return what a publisher would mend at a station whose officer erred; nothing where one figure does not do.

    Args:
        form: The form.
        values: As written in the boxes.
        line_errors: What the truth says the officer got wrong.
        marks: What the other marks of a number say, where they say another.

    """
    rules = [rule for rule in form.rules if rule.severity == "hard"]
    broken = [rule for rule in rules if rule.id in set(line_errors) and rule.parsed.comparison == "=="]
    for name in dict.fromkeys(name for rule in broken for name in rule.parsed.names):
        left, right = broken[0].parsed.sides(values)
        for moved in (values.get(name, -1) + int(right - left), values.get(name, -1) - int(right - left)):
            tried = {**values, name: moved}
            if moved >= 0 and all(rule.parsed.holds(tried) is not False for rule in rules):
                return {name: moved}
    return dict(marks)


def table_of(written: Written, planted: Planted, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a comparison made of planted errors, as a table for people."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    pages: dict[str, set[str]] = defaultdict(set)
    numbers = [line for line in lines if line["kind"] == "number"]
    for line in numbers:
        if line["outcome"] not in ("no_photograph", "other_station") and not _whole_page_unread(line):
            pages[line["station"]].add(line["field"])
    for line in numbers:
        key = (line["station"], line["field"])
        if line["field"] not in pages[line["station"]]:
            found["not readable"][line["outcome"]] += 1
        elif key in planted.kinds:
            found[f"planted {planted.kinds[key]}"][line["outcome"]] += 1
            found["planted"][line["outcome"]] += 1
        else:
            group = (
                "mended slip" if key in planted.corrected else "slip" if line["station"] in written.slips else "right"
            )
            found[group][line["outcome"]] += 1
    return _table(found)


def _whole_page_unread(line: Mapping[str, Any]) -> bool:
    return line["outcome"] == "unreadable" and line["page"] is None


def _table(found: Mapping[str, Counter[str]]) -> list[str]:
    names = ("agrees", "differs", *PEOPLE, "unreadable", "no_photograph", "other_station")
    rows = ["| figures | of | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for group in sorted(found):
        counts = found[group]
        rows.append(f"| {group} | {counts.total()} | " + " | ".join(str(counts[name]) for name in names) + " |")
    planted, right = found["planted"], found["right"] + found["slip"]
    told = planted["differs"] + sum(planted[name] for name in PEOPLE)
    rows.append("")
    rows.append(
        f"planted, on readable pages: {_share(planted['differs'], planted.total())} differ; "
        f"{_share(told, planted.total())} differ or are put to people"
    )
    rows.append(
        f"right figures: {right['differs']} of {right.total()} differ, "
        f"at most {upper_bound(right['differs'], right.total()):.3%} with 95 % confidence"
    )
    slips = found["mended slip"]
    rows.append(f"officers' slips that were mended: {slips['differs']} of {slips.total()} differ")
    return rows


def _share(part: int, of: int) -> str:
    low, high = wilson(part, of)
    return f"{part} of {of} ({part / of if of else 0:.1%}; {low:.1%} to {high:.1%})"


def publish(path: Path, figures: Figures, images: Mapping[str, Sequence[str]]) -> None:
    """Write figures as a table, a row a number, with a mapping beside it; every image by its name."""
    stations = {
        station: {
            "chart": {
                name.removeprefix("paslon_"): value for name, value in values.items() if name.startswith("paslon_")
            },
            "administrasi": {name: value for name, value in values.items() if name.startswith("suara_")}
            | _voters(values),
            "images": [f"https://example.org/{name}" for name in images.get(station, [])],
        }
        for station, values in figures.items()
    }
    path.write_text(json.dumps(stations), encoding="utf-8")


def _voters(values: Mapping[str, int]) -> dict[str, int]:
    from api.tabulation.kpu import ADMINISTRATION  # noqa: PLC0415

    return {
        their: values[ours]
        for their, ours in ADMINISTRATION.items()
        if ours in values and not ours.startswith("suara_")
    }
