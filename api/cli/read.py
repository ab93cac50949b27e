"""`chasil read`: images, PDFs, ZIPs and folders into tallies."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import cv2
import typer
from rich.console import Console

from api.cli.console import terminal
from api.cli.options import JOBS, FormOption, JsonOption, LanguageOption, jobs_option, threshold_option
from api.cli.progress import Bar, progress_bar
from api.core.forms import installed_forms
from api.core.in_order import in_order
from api.core.language import Language, word
from api.core.malloc import keep_freed_memory
from api.files.atomic import writable_folder
from api.regions.codes_in_names import codes_in
from api.rendering.overlay import write_overlays
from api.rendering.report import Report
from api.rendering.resumable_output import ResumableLines, part_of, resumable_file, resumable_lines
from api.rendering.tables import CsvWriter
from pipeline.documents import Document, Group, list_documents, open_document
from pipeline.errors import UsageError
from pipeline.reader import Reader
from pipeline.reading import DocumentReading, Outcome

EXIT_REVIEW = 3
EXIT_REJECTED = 4

PathsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Gambar, PDF, ZIP, folder. / Images, PDFs, ZIPs, folders."),
]
CsvOption = Annotated[
    str | None, typer.Option("--csv", metavar="FILE|-", help="Tulis CSV, satu baris per angka. / Write CSV.")
]
OverlayOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Gambar hasil baca. / Pictures of what was read where.")
]
DebugOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Gambar tiap tahap. / Pictures of what each stage saw.")
]
JobsOption = Annotated[int, jobs_option("Dokumen sekaligus. / Documents at a time.")]
ThresholdOption = Annotated[
    float | None,
    threshold_option(
        "Terima angka mulai keyakinan ini (baku: milik model). / "
        "Accept numbers from this probability (default: the model's own)."
    ),
]
AllOption = Annotated[
    bool,
    typer.Option("--all", help="Tampilkan semua angka, bukan suara saja. / Show every number, not votes alone."),
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Teruskan yang terhenti, dengan --json. / Go on with what was interrupted.")
]


def read(
    paths: PathsArgument,
    form: FormOption = None,
    json_file: JsonOption = None,
    csv_file: CsvOption = None,
    overlay: OverlayOption = None,
    debug: DebugOption = None,
    jobs: JobsOption = JOBS,
    threshold: ThresholdOption = None,
    every: AllOption = False,
    resume: ResumeOption = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Baca formulir menjadi angka. / Read forms into numbers.

    Keluar: 0 semua diterima, 3 perlu diperiksa, 4 ada yang tidak terbaca. / Exit: 0 all accepted, 3 something needs
    review, 4 something cannot be read.
    """
    if resume and not json_file:
        raise UsageError("resume_needs_file")
    keep_freed_memory()
    reader = _reader(form, threshold)
    console, quiet = terminal(), "-" in (json_file, csv_file)
    report = None if quiet else Report(console, reader.forms, language, every=every)
    groups = list_documents(paths, reader.limits)
    so_far = RunSoFar(len(groups))
    try:
        with ExitStack() as outputs:
            kept = outputs.enter_context(resumable_lines(json_file, resume=resume)) if json_file else None
            table = _table(outputs, csv_file, resume=resume)
            work = _work(reader, kept, overlay, debug, language)
            bar = outputs.enter_context(_bar(console, quiet=quiet, total=len(groups), language=language))
            for done in in_order(work, groups, jobs):
                so_far.add(done)
                _write(done, kept, table)
                if report is not None:
                    done.shown_in(report)
                bar.advance()
    except KeyboardInterrupt:
        _print_interrupted(part_of(json_file) if json_file else None, so_far, language)
        raise
    _print_twice(so_far, language)
    if report is not None:
        report.end(so_far.known)
        if overlay is not None:
            console.print(f"{word('overlays', language)}: {overlay}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(so_far.exit_code)


@dataclass(slots=True)
class RunSoFar:
    """What a run has come to: its documents, how many of them were known before, and the exit code so far.

    `twice` are files whose bytes came under the codes of two polling stations, with the name of the first: one of the
    two names is wrong.
    """

    total: int
    documents: int = 0
    known: int = 0
    exit_code: int = 0
    twice: dict[str, str] = field(default_factory=dict)
    _files: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def add(self, done: "Done") -> None:
        """Count a document."""
        self.documents += 1
        self.known += done.reading is None
        self.exit_code = max(self.exit_code, exit_code_of(done.lines))
        for line in done.lines[:-1]:
            self._look_for_another(line["source"]["sha256"], line["source"]["name"])

    def _look_for_another(self, sha256: str, name: str) -> None:
        """Note a file whose bytes came before under the code of another polling station."""
        codes = codes_in(name)
        if not sha256 or not codes:
            return
        first, others = self._files.setdefault(sha256, (name, codes))
        if codes.isdisjoint(others):
            self.twice[name] = first
            self.exit_code = max(self.exit_code, EXIT_REVIEW)


@dataclass(frozen=True, slots=True)
class Done:
    """A document with its lines; its reading too, where it was read in this run and not before."""

    lines: "Sequence[Mapping[str, Any]]"
    reading: "DocumentReading | None"

    def shown_in(self, report: "Report") -> None:
        """Show it, or count it where it was read before."""
        if self.reading is not None:
            report.show(self.reading)
            return
        *pages, document = self.lines
        numbers = [Outcome(one["outcome"]) for one in document["fields"].values()]
        report.count(Outcome(document["outcome"]), [Outcome(page["outcome"]) for page in pages], numbers)


def _reader(form: str | None, threshold: float | None) -> "Reader":
    # OpenCV and the network are fetched here, so that `chasil --help` stays quick.

    # Documents are read side by side; threads inside each would only get in each other's way.
    cv2.setNumThreads(1)
    return Reader(forms=installed_forms(only=form), threshold=threshold)


def _print_twice(so_far: RunSoFar, language: Language) -> None:
    """Print in red which files came in two documents."""
    for name, first in so_far.twice.items():
        text = word("twice", language).format(name=name, first=first)
        terminal(stderr=True).print(text, style="red", soft_wrap=True)


def _print_interrupted(part: Path | None, so_far: RunSoFar, language: Language) -> None:
    """Print how far the work had come, and the file `part` where it lies, if there is one."""
    left = part is not None and part.exists()
    key = "interrupted" if left else "interrupted_bare"
    text = word(key, language).format(count=so_far.documents, total=so_far.total, path=part)
    terminal(stderr=True).print(f"\n{text}", highlight=False, markup=False, soft_wrap=True)


def _work(
    reader: "Reader", kept: "ResumableLines | None", overlay: Path | None, debug: Path | None, language: Language
) -> "Callable[[Group], Done]":
    """Return what is done with every document: it is read, and the pictures that are wanted of it are drawn."""
    if debug is not None:
        writable_folder(debug)
    draw = _drawer(overlay, reader, language)

    def work(group: "Group") -> Done:
        document = open_document(group, reader.limits)
        before = kept.of(document) if kept is not None else None
        if before is not None:
            return Done(before, None)
        reading = reader.read_document(document, debug)
        draw(document, reading)
        return Done([*(page.to_json() for page in reading.pages), reading.to_json()], reading)

    return work


def exit_code_of(lines: "Sequence[Mapping[str, Any]]") -> int:
    """Return 0, 3 or 4: what the whole document says, and 4 where any page of it cannot be read."""
    if "rejected" in {line["outcome"] for line in lines}:
        return EXIT_REJECTED
    return EXIT_REVIEW if lines[-1]["outcome"] == "review" else 0


def _table(outputs: ExitStack, csv_file: str | None, *, resume: bool) -> "CsvWriter | None":
    """Open the table that every document is written to; one that a run has left is written anew from its lines."""
    if csv_file is None:
        return None

    if resume:
        part_of(csv_file).unlink(missing_ok=True)
    return CsvWriter(outputs.enter_context(resumable_file(csv_file)))


def _write(done: Done, kept: "ResumableLines | None", table: "CsvWriter | None") -> None:
    if kept is not None and done.reading is not None:
        kept.write(done.lines)
    if table is not None:
        table.write_lines(done.lines)


def _drawer(
    folder: Path | None, reader: "Reader", language: Language
) -> "Callable[[Document, DocumentReading], object]":
    """Return what draws the overlay pictures of a document, or does nothing."""
    if folder is None:
        return lambda _document, _reading: None

    writable_folder(folder)
    forms = reader.forms
    return lambda document, reading: write_overlays(document, reading, folder, language, forms.get(reading.form or ""))


def _bar(console: "Console", *, quiet: bool, total: int, language: Language) -> AbstractContextManager[Bar]:
    """Return a bar that tells how many documents are read, of how many, and how long the rest will take."""
    # What is shown of documents scrolls above the bar, where both go to one terminal.
    where = console if console.is_terminal and not quiet else None
    mixed = quiet and console.is_terminal
    return progress_bar(word("reading", language), total, language=language, console=where, quiet=mixed)
