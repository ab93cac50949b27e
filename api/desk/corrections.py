"""What people decided, box by box, as a data set to train on: the layout of `training.datasets.sets.CropFolder`.

    OUT/labels.csv      a row a box: file, label, block, near_boundary, note, and where it comes from
    OUT/7/..., OUT/X/..., OUT/dash/..., OUT/blank/...

Every number that a person has confirmed or corrected, and that counts, gives its boxes; a block is a document, so that
splits never part a page. Hidden tests and audit samples are left out: nobody may train on what people and machines are
measured by. So are numbers that nobody can read, for no one knows what their single boxes hold.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import GoldNumber, ReviewItem
from api.db.states import ItemKind, NumberState
from api.db.tables import Decision, Document, Number, Page, Reading
from api.documents.open_original import open_page
from pipeline.documents import Limits, Reduction
from pipeline.documents import Page as OpenPage
from pipeline.extraction.cells import MARGIN, MIN_SIDE, straighten
from pipeline.packing import unpack
from pipeline.reading import PageReading, Quadrilateral

FOLDERS = {"-": "dash", "_": "blank"}
"""What the folders call the marks that have no name of one letter, as the crops of 2024 do."""

COLUMNS = (
    *("file", "label", "block", "near_boundary", "note"),
    *("document", "page", "field", "box", "reading", "decision", "person_said", "machine_said"),
)

ENOUGH_SIDE = 2 * MIN_SIDE
"""A box is taken from the smallest decoding that leaves it this many px, as the reader does."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A number that a person decided, and where it is shown."""

    number: Number
    decision: Decision
    page: Page


def export_corrections(records: Records, out: Path) -> int:
    """Write the boxes of every decided number; return how many there are. The list is written last."""
    out.mkdir(parents=True, exist_ok=True)
    with records.database.reading() as session:
        decided = list(decided_numbers(session))
    rows = [row for one in _by_page(decided) for row in _page_rows(records, one, out)]
    partial = out / "labels.csv.part"
    with partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    partial.replace(out / "labels.csv")
    return len(rows)


def decided_numbers(session: Session) -> Iterator[Decided]:
    """Yield what may be trained on, page by page."""
    test = exists().where(and_(GoldNumber.document_id == Number.document_id, GoldNumber.field == Number.field))
    sample = exists().where(
        and_(
            ReviewItem.document_id == Number.document_id,
            ReviewItem.field == Number.field,
            ReviewItem.kind.in_((ItemKind.AUDIT, ItemKind.GOLD)),
        )
    )
    wanted = (
        select(Number, Decision, Page)
        .join(Decision, Decision.id == Number.decision_id)
        .join(Page, Page.id == Number.page_id)
        .join(Document, Document.id == Number.document_id)
        .where(Number.state == NumberState.REVIEWED, Document.moved_to.is_(None), ~test, ~sample)
        .order_by(Number.page_id, Number.field)
    )
    for number, decision, page in session.execute(wanted):
        yield Decided(number, decision, page)


def _by_page(decided: Iterable[Decided]) -> list[list[Decided]]:
    pages: dict[str, list[Decided]] = {}
    for one in decided:
        pages.setdefault(one.page.id, []).append(one)
    return list(pages.values())


def _page_rows(records: Records, decided: list[Decided], out: Path) -> Iterator[dict[str, object]]:
    """Cut the boxes of one page, and yield a row for each."""
    page = decided[0].page
    with records.database.reading() as session:
        packed = session.scalars(select(Reading.evidence).where(Reading.id == page.reading_id)).first()
    opened = open_page(page, records.originals.fetch(page.original), Limits())
    if packed is None or not isinstance(opened, OpenPage):
        return
    reading, pictures = unpack(packed), dict[Reduction, NDArray[np.uint8]]()
    for one in decided:
        for box, (mark, region) in enumerate(_boxes(one.number, reading)):
            label = FOLDERS.get(mark, mark)
            file = f"{label}/{page.reading_id}-{one.number.field}-{box}.png"
            (out / label).mkdir(exist_ok=True)
            (out / file).write_bytes(cv2.imencode(".png", _crop(opened, region, pictures))[1].tobytes())
            yield _row(one, file, label, box)


def _boxes(number: Number, reading: PageReading) -> list[tuple[str, Quadrilateral]]:
    """Return what a person says of each box, and where it lies; nothing where the page was read otherwise since."""
    read = reading.fields.get(number.field)
    if read is None or len(read.box_regions) != len(number.final_boxes):
        return []
    return list(zip(number.final_boxes, read.box_regions, strict=True))


def _crop(page: OpenPage, region: Quadrilateral, pictures: dict[Reduction, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Cut a box with its frame and a margin, as the reader cuts it."""
    frame = np.array(region, np.float64)
    grown = frame.mean(axis=0) + (frame - frame.mean(axis=0)) * (1 + 2 * MARGIN)
    side = float(np.hypot(*(grown[1] - grown[0])))
    candidates: tuple[Reduction, ...] = (8, 4, 2)
    reduction: Reduction = next((step for step in candidates if side / step >= ENOUGH_SIDE), 1)
    if reduction not in pictures:
        pictures[reduction] = page.grey(reduction)
    return straighten(pictures[reduction], (grown + 0.5) / reduction - 0.5)


def _row(one: Decided, file: str, label: str, box: int) -> dict[str, object]:
    return {
        "file": file,
        "label": label,
        "block": one.number.document_id,
        "near_boundary": 0,
        "note": one.decision.kind,
        "document": one.number.document_id,
        "page": one.page.id,
        "field": one.number.field,
        "box": box,
        "reading": one.page.reading_id,
        "decision": one.decision.id,
        "person_said": one.number.final_boxes,
        "machine_said": one.number.boxes,
    }
