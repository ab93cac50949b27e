"""Readings as CSV."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from api.core.spreadsheets import plain
from pipeline.reading import DocumentReading

CSV_COLUMNS = (
    "document", "form", "form_page", "file", "file_page", "field",
    "value", "boxes", "confidence", "outcome", "reasons",
)  # fmt: skip


class CsvWriter:
    """Writes one line a number, and one for a page without any."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._writer = file, csv.writer(file, lineterminator="\n")
        self._writer.writerow(CSV_COLUMNS)

    def write(self, document: DocumentReading) -> None:
        """Write a document; a number stands with the decision over its whole document."""
        self.write_lines([*(page.to_json() for page in document.pages), document.to_json()])

    def write_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write a document given as its JSON lines: its pages, then itself."""
        *pages, document = lines
        for page in pages:
            for name in page["fields"] or [""]:
                self._writer.writerow(_row(document, page, name))
        self._file.flush()


def _row(document: Mapping[str, Any], page: Mapping[str, Any], name: str) -> list[object]:
    source = page["source"]
    where = [plain(page["document"]), page["form"], page["form_page"], plain(source["name"]), source["page"], name]
    reading = document["fields"].get(name) or page["fields"].get(name)
    if reading is None:
        return [*where, None, None, None, page["outcome"], _codes(page)]
    confidence = f"{reading['confidence']:.6f}"
    return [*where, reading["value"], reading["boxes"], confidence, reading["outcome"], _codes(reading)]


def _codes(reading: Mapping[str, Any]) -> str:
    return " ".join(reason["code"] for reason in reading["reasons"])
