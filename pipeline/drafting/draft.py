"""A draft template from the pages of a blank form: everything that was found, in the words of a template."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.drafting.artwork import captions, table_lines
from pipeline.drafting.blank import Blank
from pipeline.drafting.bubbles import ring_columns, rings_of
from pipeline.drafting.cells import Cell, cells_of
from pipeline.drafting.fiducials import FoundCorners, FoundTag, find_corners, find_tag
from pipeline.drafting.grouping import FoundNumber, FoundNumbers, find_numbers
from pipeline.drafting.labels import Phrase, column_head, phrases_of, row_label, within
from pipeline.drafting.levelling import levelled
from pipeline.drafting.names import Namer, sums_of_candidates
from pipeline.drafting.paper import Paper
from pipeline.drafting.private import private_areas
from pipeline.drafting.ruling import Ruled, ruled_lines
from pipeline.forms import FormTemplate, Rule
from pipeline.reasons import Reason

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found on one page of a blank form.

    Attributes:
        number: Of the page, from 1.
        paper: The page.
        lines, cells: Its ruled lines, and the rectangles between them.
        tag, corners: Its fiducials.
        found: Its numbers.
        phrases: What is printed on it, as far as it could be read.
        notes: What was assumed on the way.

    """

    number: int
    paper: Paper
    lines: tuple[Ruled, ...]
    cells: tuple[Cell, ...]
    tag: FoundTag | None
    corners: FoundCorners | None
    found: FoundNumbers
    phrases: tuple[Phrase, ...]
    notes: tuple[Reason, ...]


def analyse(blank: Blank) -> Analysis:
    """Find everything on one page."""
    paper = blank.paper
    lines = ruled_lines(paper)
    cells = cells_of(paper, lines)
    found = find_numbers(paper, lines, cells, ring_columns(rings_of(paper)))
    written = [cell for number in found.numbers for cell in number.boxes.cells]
    phrases = phrases_of(paper, lines, written)
    notes = list(blank.notes)
    if found.cut_in_threes:
        notes.append(Reason("draft_cut_in_threes"))
    loose = len(found.loose_grids), len(found.loose_bubbles)
    if any(loose):
        notes.append(Reason("draft_loose", {"grids": loose[0], "columns": loose[1]}))
    return Analysis(
        blank.number, paper, lines, cells, find_tag(paper), find_corners(paper), found, phrases, tuple(notes)
    )


def draft_form(form: str, pages: Sequence[Analysis], source: str, installed: Iterable[FormTemplate] = ()) -> Content:
    """Return the content of a draft template.

    Args:
        form: Its id.
        pages: In order.
        source: Where the blank comes from, for people.
        installed: Templates; the rules of the one most like this form hold here too.

    Returns:
        A mapping that `FormTemplate` accepts, of plain values.

    """
    namer = Namer()
    drafted = [_page(page, namer) for page in pages]
    names = [field["name"] for page in drafted for field in page["numbers"]]
    title = _title(pages) or form
    paper = pages[0].paper
    return {
        "id": form,
        "title": {"id": title, "en": title},
        "source": source,
        "confirmed": False,
        "sheet": {"width": round(paper.width, 1), "height": round(paper.height, 1)},
        "pages": drafted,
        "rules": _rules(names, installed),
    }


def _page(page: Analysis, namer: Namer) -> Content:
    content: Content = {"number": page.number}
    if page.tag:
        square = [round(value, 2) for value in page.tag.square]
        content["tag"] = {
            "family": page.tag.family, "id": page.tag.id, "square": square, "rotation": page.tag.rotation,
        }  # fmt: skip
    if page.corners:
        names = ("top_left", "top_right", "bottom_right", "bottom_left")
        points = {name: [round(x, 2), round(y, 2)] for name, (x, y) in zip(names, page.corners.points, strict=True)}
        content["corners"] = {"kind": page.corners.kind, "square": round(page.corners.square, 2), **points}
    content["numbers"] = _fields(page, namer)
    if private := private_areas(page.paper, page.lines, page.found, page.phrases):
        content["private"] = [[round(value, 1) for value in area] for area in private]
    content["artwork"] = {
        "lines": table_lines(page.lines, page.found, page.paper.unit),
        "captions": captions(page.phrases),
    }
    return content


def _fields(page: Analysis, namer: Namer) -> list[Content]:
    numbers = page.found.numbers
    words = _words(page)
    fields = []
    for index, number in enumerate(numbers):
        row, head, alone = _printed(page, number)
        named = namer.name(row, head, alone)
        field: Content = {"name": named.name, "label": {"id": named.indonesian, "en": named.english}}
        field.update(_places(number))
        if not named.required:
            field["required"] = False
        if index in words:
            field["words"] = words[index]
        fields.append(field)
    levelled(fields, 0.05 * page.paper.unit)
    return fields


def _printed(page: Analysis, number: FoundNumber) -> tuple[str, str, bool]:
    """Return the words left of a number, those above it, and whether it is alone in its row."""
    boxes = number.boxes
    middle = boxes.y + boxes.height / 2
    row = [
        other.boxes
        for other in page.found.numbers
        if abs(other.boxes.y + other.boxes.height / 2 - middle) < boxes.height / 2
    ]
    before = [other for other in row if other.right <= boxes.x]
    since = max((other.right for other in before), default=0.0)
    head = column_head(boxes.x - boxes.width / 2, boxes.right + boxes.width / 2, boxes.y, page.phrases)
    between = [
        p
        for p in page.phrases
        if since <= p.x and p.middle[0] < boxes.x and abs(p.middle[1] - middle) < boxes.height / 2
    ]
    if before and between:  # words of its own, as those between day, month and year
        return " ".join(phrase.text for phrase in between), head, True
    first = min(other.x for other in row)
    label = row_label(first, middle, boxes.height / 2, page.cells, page.phrases)
    if len(row) > 1 and not before and _own_words(page, row, middle):
        return label.split(":")[-2].strip() if label.count(":") > 1 else label, head, True
    return label, head, len(row) == 1


def _own_words(page: Analysis, row: Sequence[Any], middle: float) -> bool:
    """Return whether words stand between the numbers of a row."""
    ordered = sorted(row, key=lambda boxes: boxes.x)
    return any(
        before.right <= phrase.x and phrase.middle[0] < after.x and abs(phrase.middle[1] - middle) < after.height / 2
        for before, after in pairwise(ordered)
        for phrase in page.phrases
    )


def _places(number: FoundNumber) -> Content:
    """Return where a number is stated."""
    boxes = number.boxes
    place: Content = {
        "x": boxes.x, "y": boxes.y, "width": boxes.width, "height": boxes.height,
        "pitch": boxes.pitch, "count": boxes.count, "line": round(boxes.line, 2),
    }  # fmt: skip
    if number.guide:
        place["guide"] = "seven_segment"
    places: Content = {"boxes": place}
    if number.bubbles:
        columns = number.bubbles
        pitch = (columns[-1].x - columns[0].x) / max(1, len(columns) - 1) or boxes.pitch
        places["bubbles"] = {
            "x": columns[0].x, "y": float(np.median([column.y for column in columns])),
            "diameter": float(np.median([column.diameter for column in columns])), "pitch_x": pitch,
            "pitch_y": float(np.median([column.pitch for column in columns])), "count": len(columns),
        }  # fmt: skip
    if number.tally:
        grid = number.tally
        places["tally"] = {
            "x": grid.x, "y": grid.y, "columns": grid.columns, "rows": len(grid.rows),
            "cell_width": grid.cell_width, "cell_height": grid.cell_height,
        }  # fmt: skip
    if number.tally and number.sums:
        sums = number.sums
        # An undivided cell holds as many digits as a full row needs, five strokes a cell of the grid, or one more: 053.
        free = {"free_digits": min(len(str(5 * number.tally.columns)) + 1, 3)} if sums.columns == 1 else {}
        places["row_sums"] = {
            "x": sums.x, "y": sums.y, "cell_width": (sums.right - sums.x) / sums.columns,
            "cell_height": sums.cell_height, "count": sums.columns, "rows": len(sums.rows), **free,
        }  # fmt: skip
    return places


def _words(page: Analysis) -> dict[int, list[float]]:
    """Return, by the number's index, the free cell for the number in words: that which asks for capital letters."""
    places: dict[int, list[float]] = {}
    for cell in page.cells:
        wanted = any(
            re.search(r"huruf kapital|capital letters", phrase.text, re.I) for phrase in within(cell, page.phrases)
        )
        index = _number_of(cell, page.found.numbers) if wanted else None
        if index is not None and index not in places:
            inside = 0.1 * page.paper.unit
            places[index] = [
                round(cell.x + inside, 1), round(cell.y + inside, 1),
                round(cell.width - 2 * inside, 1), round(cell.height - 2 * inside, 1),
            ]  # fmt: skip
    return places


def _number_of(cell: Cell, numbers: Sequence[FoundNumber]) -> int | None:
    """Return the number that a cell for words belongs to: level with it, or the last one that begins above it."""
    middles = [number.boxes.y + number.boxes.height / 2 for number in numbers]
    level = [index for index, middle in enumerate(middles) if cell.top.at < middle < cell.bottom.at]
    above = [index for index, middle in enumerate(middles) if middle < cell.bottom.at]
    return level[0] if level else max(above, key=lambda index: middles[index], default=None)


def _title(pages: Sequence[Analysis]) -> str | None:
    """Return what the form calls itself: the words behind MODEL, in a frame of its own."""
    for page in pages:
        for cell in page.cells:
            text = " ".join(phrase.text for phrase in within(cell, page.phrases))
            if found := re.match(r"MODEL\s+(.{3,60})", text):
                return found.group(1).strip()
    return None


def _rules(names: Sequence[str], installed: Iterable[FormTemplate]) -> list[Content]:
    """Return the hard rules of the installed form most like this one, where all their numbers have the same names."""
    rules: list[Content] = []
    if total := sums_of_candidates(names):
        label = {"id": total["id_label"], "en": total["en_label"]}
        rules.append({"id": total["id"], "expression": total["expression"], "label": label})
    for rule in _most_like(names, installed):
        of_candidates = sum(name.startswith("paslon_") for name in rule.parsed.names) > 1
        if rule.severity == "hard" and not of_candidates and set(rule.parsed.names) <= set(names):
            label = {"id": rule.label.id, "en": rule.label.en}
            rules.append({"id": rule.id, "expression": rule.expression, "label": label})
    return rules


def _most_like(names: Sequence[str], installed: Iterable[FormTemplate]) -> tuple[Rule, ...]:
    """Return the rules of the form that shares most names; of several, one that is confirmed."""

    def shared(form: FormTemplate) -> tuple[int, bool]:
        return len({field.name for page in form.pages for field in page.numbers} & set(names)), form.confirmed

    best = max(installed, key=shared, default=None)
    return best.rules if best is not None else ()


def counts(content: Mapping[str, Any]) -> dict[str, int]:
    """Return how many pages, numbers, boxes, bubbles, tally grids and rows of sums a template has."""
    fields = [field for page in content["pages"] for field in page["numbers"]]
    bubbles = [field["bubbles"] for field in fields if field.get("bubbles")]
    return {
        "pages": len(content["pages"]),
        "numbers": len(fields),
        "boxes": sum(field["boxes"]["count"] for field in fields),
        "bubbles": sum(10 * place["count"] for place in bubbles),
        "tallies": sum(bool(field.get("tally")) for field in fields),
        "row_sums": sum(field["row_sums"]["rows"] for field in fields if field.get("row_sums")),
        "tags": sum(bool(page.get("tag")) for page in content["pages"]),
        "corners": sum(bool(page.get("corners")) for page in content["pages"]),
        "lines": sum(len(page["artwork"]["lines"]) for page in content["pages"]),
        "rules": len(content["rules"]),
    }
