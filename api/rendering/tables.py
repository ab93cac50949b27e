"""Readings as CSV and as tables on the terminal."""

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.core.formatting import share
from api.core.language import Language, word
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading, shown

CSV_COLUMNS = (
    "document", "form", "form_page", "file", "file_page", "field",
    "value", "boxes", "confidence", "outcome", "reasons",
)  # fmt: skip
COLOURS = {Outcome.ACCEPTED: "green", Outcome.REVIEW: "yellow", Outcome.REJECTED: "red"}
MANY_DOCUMENTS = 4


class CsvWriter:
    """Writes one line a number, and one for a page without any."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(CSV_COLUMNS)

    def write(self, document: DocumentReading) -> None:
        """Write a document; a number stands with the decision over its whole document."""
        for page in document.pages:
            for name in page.fields or [""]:
                self._writer.writerow(_row(document, page, name))


def _row(document: DocumentReading, page: PageReading, name: str) -> list[object]:
    where = [_plain(document.document), page.form, page.form_page, _plain(page.source.name), page.source.page, name]
    reading = document.fields.get(name) or page.fields.get(name)
    if reading is None:
        return [*where, None, None, None, page.outcome.value, " ".join(reason.code for reason in page.reasons)]
    codes = " ".join(reason.code for reason in reading.reasons)
    return [*where, reading.value, reading.boxes, f"{shown(reading.confidence):.6f}", reading.outcome.value, codes]


def _plain(text: str) -> str:
    """Return a name that a spreadsheet will not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def print_documents(
    console: Console, documents: Sequence[DocumentReading], forms: Mapping[str, FormTemplate], language: Language
) -> None:
    """Print every number of a few documents, or one line a document of many, then one line over all."""
    if len(documents) > MANY_DOCUMENTS:
        console.print(_overview(documents, language))
    else:
        for document in documents:
            _print_document(console, document, forms, language)
    numbers = [field for document in documents for field in document.fields.values()]
    pages = [page for document in documents for page in document.pages]
    console.print(
        word("summary", language).format(
            documents=len(documents),
            pages=len(pages),
            accepted=sum(field.outcome is Outcome.ACCEPTED for field in numbers),
            review=sum(field.outcome is Outcome.REVIEW for field in numbers),
            rejected=sum(page.outcome is Outcome.REJECTED for page in pages),
        )
    )


def _overview(documents: Sequence[DocumentReading], language: Language) -> Table:
    table = Table(*(word(key, language) for key in ("document", "pages", "accepted", "outcome", "reason")))
    for document in documents:
        accepted = sum(field.outcome is Outcome.ACCEPTED for field in document.fields.values())
        table.add_row(
            escape(document.document),
            str(len(document.pages)),
            f"{accepted}/{len(document.fields)}",
            _coloured(document.outcome, language),
            escape("\n".join(_reasons(document, language))),
        )
    return table


def _print_document(
    console: Console, document: DocumentReading, forms: Mapping[str, FormTemplate], language: Language
) -> None:
    form = forms.get(document.form or "")
    title = f"{escape(document.document)} · {escape(_title(form, language))} · {_coloured(document.outcome, language)}"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(word("number", language))
    for key in ("boxes", "value", "confidence"):
        table.add_column(word(key, language), justify="right")
    table.add_column(word("outcome", language))
    labels = {} if form is None else {field.name: field.label for page in form.pages for field in page.numbers}
    for name, reading in document.fields.items():
        label = labels[name].id if language is Language.INDONESIAN else labels[name].en
        table.add_row(escape(label), *_cells(reading, language))
    if document.fields:
        console.print(table)
    else:
        console.print(title)
    for line in _reasons(document, language):
        console.print(f"  [yellow]•[/] {escape(line)}", highlight=False)
    console.print()


def _cells(reading: FieldReading, language: Language) -> tuple[str, str, str, str]:
    value = "" if reading.value is None else str(reading.value)
    sure = share(reading.confidence, language)
    return escape(reading.boxes), f"[bold]{value}[/]", sure, _coloured(reading.outcome, language)


def _reasons(document: DocumentReading, language: Language) -> list[str]:
    of_pages = [(f"{page.source.name}: ", reason) for page in document.pages for reason in page.reasons]
    return [
        prefix + reason.text(language.value)
        for prefix, reason in [*of_pages, *(("", reason) for reason in document.reasons)]
    ]


def _title(form: FormTemplate | None, language: Language) -> str:
    if form is None:
        return "?"
    return form.title.id if language is Language.INDONESIAN else form.title.en


def _coloured(outcome: Outcome, language: Language) -> str:
    return f"[{COLOURS[outcome]}]{word(outcome.value, language)}[/]"
