"""Readings for people on a terminal: what was read, and of every doubtful number why; at any width.

A document is shown when it is read: its votes, then its doubts, equal reasons once. Files that could not be read come
together at the end, by reason.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from api.core.language import Language, word
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from pipeline.reasons import Reason

VOTES = ("paslon_", "calon_", "partai_", "suara_", "rekap_")
"""How the names of numbers begin that are votes; of a form that has none of them, every number is shown."""

WIDEST = 100
COLOURS = {Outcome.ACCEPTED: "green", Outcome.REVIEW: "yellow", Outcome.REJECTED: "red"}
MARKS = {Outcome.ACCEPTED: "✓", Outcome.REVIEW: "?", Outcome.REJECTED: "✗"}
_OF_RULES = ("rule_broken", "rule_unusual")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


class Report:
    """Says what is read, document by document.

    Args:
        console: Where it is said.
        forms: The templates, by id.
        language: In which language.
        every: Whether every number is shown, and not the votes alone.

    """

    def __init__(
        self, console: Console, forms: Mapping[str, FormTemplate], language: Language, *, every: bool = False
    ) -> None:
        self._console, self._forms, self._language, self._every = console, forms, language, every
        self._unread: dict[str, list[str]] = {}
        self._pages: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        self._numbers: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        self._documents: dict[Outcome, int] = dict.fromkeys(Outcome, 0)

    def show(self, document: DocumentReading) -> None:
        """Show a document, and remember its counts and what of it could not be read."""
        self.count(
            document.outcome,
            [page.outcome for page in document.pages],
            [reading.outcome for reading in document.fields.values()],
        )
        for page in document.pages:
            if page.outcome is Outcome.REJECTED:
                for reason in page.reasons:
                    self._unread.setdefault(self._text_of(reason), []).append(_place_of(page))
        style = f"bold {COLOURS[document.outcome]}"
        if document.form is None:
            unread = word("not_read", self._language)
            self._line(f"{MARKS[document.outcome]} {document.document} · {unread}", style, hanging=2)
            return
        self._line(f"{MARKS[document.outcome]} {document.document}", style, hanging=2)
        self._line(self._heading(document), indent=2)
        for line in self._votes(document):
            self._line(line, indent=2, hanging=4)
        for line, style in self._doubts(document):
            indent = 2 if line[:1] != " " else 4
            self._line(line, style, indent=indent, hanging=indent + 2)
        self._console.print()

    def count(self, outcome: Outcome, pages: Sequence[Outcome], numbers: Sequence[Outcome]) -> None:
        """Count a document for the last line."""
        self._documents[outcome] += 1
        for counts, outcomes in ((self._pages, pages), (self._numbers, numbers)):
            for each in outcomes:
                counts[each] += 1

    def end(self, known: int = 0) -> None:
        """Print what could not be read, equal reasons once, and what was counted over all.

        Args:
            known: How many of the documents had been read before.

        """
        if self._unread:
            self._line(f"{word('unread_pages', self._language)}:", "bold red")
            for reason, pages in self._unread.items():
                self._line(f"{len(pages)} × {reason}", indent=2, hanging=4)
                for page in pages:
                    self._line(page, "dim", indent=6, hanging=8)
            self._console.print()
        if known:
            self._line(word("known_before", self._language).format(count=known))
        documents = sum(self._documents.values())
        counted = word("summary", self._language).format(
            documents=documents,
            pages=sum(self._pages.values()),
            accepted=self._numbers[Outcome.ACCEPTED],
            review=self._numbers[Outcome.REVIEW],
            rejected=self._pages[Outcome.REJECTED],
        )
        accepted = word("accepted_documents", self._language)
        self._line(counted)
        self._line(accepted.format(accepted=self._documents[Outcome.ACCEPTED], documents=documents), "bold")

    def _line(self, text: str, style: str = "", *, indent: int = 0, hanging: int = 0) -> None:
        """Print a text in as many lines as it takes; nothing of it is cut."""
        width = max(20, min(self._console.width, WIDEST))
        wrapped = textwrap.wrap(
            text.strip(),
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * max(indent, hanging),
            break_on_hyphens=False,
        )
        for line in wrapped or [""]:
            self._console.print(Text(line, style), soft_wrap=True)

    def _heading(self, document: DocumentReading) -> str:
        form = self._forms[str(document.form)]
        title = self._in(form.title.id, form.title.en)
        pages = sorted({page.form_page for page in document.pages if page.form_page is not None})
        of_pages = word("of_pages" if len(pages) > 1 else "of_page", self._language).format(
            pages=", ".join(map(str, pages))
        )
        return " · ".join((title, of_pages, word(document.outcome.value, self._language)))

    def _votes(self, document: DocumentReading) -> Iterator[str]:
        """Yield what was read: label and value, aligned."""
        labels = self._labels(document)
        shown = [name for name in document.fields if self._every or name.startswith(VOTES)] or list(document.fields)
        widest = max((len(labels.get(name, name)) for name in shown), default=0)
        for name in shown:
            reading = document.fields[name]
            value = "–" if reading.value is None else str(reading.value)
            mark = "" if reading.outcome is Outcome.ACCEPTED else "  ?"
            yield f"{labels.get(name, name):<{widest}}  {value:>5}{mark}"

    def _doubts(self, document: DocumentReading) -> Iterator[tuple[str, str]]:
        """Yield why anything of a document is in doubt, with the style of each line."""
        grouped = self._grouped(document)
        if grouped:
            count = sum(map(len, grouped.values()))
            heading = word("to_look_at", self._language).format(count=count, total=len(document.fields))
            yield f"{heading}:", "yellow"
        elif document.fields:
            yield word("all_accepted", self._language).format(total=len(document.fields)), "green"
        for texts, names in grouped.items():
            yield " " + "; ".join(names), ""
            yield from ((f"  → {text}", "dim") for text in texts)
        shown = {text for texts in grouped for text in texts}
        for page in document.pages:
            if page.outcome is not Outcome.REJECTED:
                of_page = [self._text_of(reason) for reason in page.reasons]
                yield from ((f"• {_place_of(page)}: {text}", "yellow") for text in of_page if text not in shown)
                shown.update(of_page)
        for reason in document.reasons:
            text = self._text_of(reason, document)
            if text not in shown and reason.code not in ("no_page_read", "pages_rejected"):
                yield f"• {text}", "yellow"

    def _grouped(self, document: DocumentReading) -> dict[tuple[str, ...], list[str]]:
        """Return the doubtful numbers by their reasons, each as label and value."""
        labels, form = self._labels(document), self._forms.get(document.form or "")
        grouped: dict[tuple[str, ...], list[str]] = {}
        for name, reading in document.fields.items():
            if reading.outcome is not Outcome.ACCEPTED:
                texts = tuple(self._text_of(reason, document) for reason in reading.reasons)
                optional = form is not None and name in form.optional
                grouped.setdefault(texts, []).append(self._named(labels.get(name, name), reading, optional=optional))
        return grouped

    def _named(self, label: str, reading: FieldReading, *, optional: bool) -> str:
        value = word("nothing_read", self._language) if reading.value is None else str(reading.value)
        return f"{label}: {value}" + (f" ({word('not_required', self._language)})" if optional else "")

    def _labels(self, document: DocumentReading) -> dict[str, str]:
        form = self._forms.get(document.form or "")
        fields = [] if form is None else [field for page in form.pages for field in page.numbers]
        return {field.name: self._in(field.label.id, field.label.en) for field in fields}

    def _text_of(self, reason: Reason, document: DocumentReading | None = None) -> str:
        """Return a reason in words: the file is named beside it, and numbers by their labels."""
        values = dict(reason.values)
        if "path" in values:
            values["path"] = word("this_file", self._language)
        if document is not None and reason.code in _OF_RULES:
            labels = self._labels(document)
            values["written"] = _WORD.sub(lambda one: labels.get(one[0], one[0]), str(values["written"]))
        return Reason(reason.code, values).text(self._language.value)

    def _in(self, indonesian: str, english: str) -> str:
        return indonesian if self._language is Language.INDONESIAN else english


def _place_of(page: PageReading) -> str:
    """Return the file of a page as it was named, and which page of it, where it has more than one."""
    return page.source.name if page.source.page == 1 else f"{page.source.name} ({page.source.page})"
