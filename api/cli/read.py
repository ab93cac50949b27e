"""`chasil read`: images, PDFs, ZIPs and folders into tallies."""

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.cli.options import LanguageOption
from api.core.language import Language, word

if TYPE_CHECKING:
    from pipeline.documents import Document
    from pipeline.forms import FormTemplate
    from pipeline.reader import Reader
    from pipeline.reading import DocumentReading

Item = TypeVar("Item")
Result = TypeVar("Result")

EXIT_REVIEW = 3
EXIT_REJECTED = 4


def read(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Gambar, PDF, ZIP, folder. / Images, PDFs, ZIPs, folders."),
    ],
    form: Annotated[
        str | None, typer.Option(metavar="ID", help="Hanya formulir ini. / Only this form (chasil forms list).")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="Tulis baris JSON. / Write JSON lines.")
    ] = None,
    csv_file: Annotated[
        str | None, typer.Option("--csv", metavar="FILE|-", help="Tulis CSV, satu baris per angka. / Write CSV.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Gambar hasil baca. / Pictures of what was read where.")
    ] = None,
    debug: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Gambar tiap tahap. / Pictures of what each stage saw.")
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Dokumen sekaligus. / Documents at a time.", show_default="cores")
    ] = min(os.cpu_count() or 1, 8),
    threshold: Annotated[
        float | None,
        typer.Option(min=0.5, max=1.0, help="Batas keyakinan. / Posterior from which a number is accepted."),
    ] = None,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Baca formulir menjadi angka. / Read forms into numbers.

    Keluar / exit: 0 semua diterima / all accepted, 3 perlu diperiksa / review, 4 ditolak / rejected.
    """
    # OpenCV and the network are fetched here, so that `chasil --help` stays quick.
    import cv2  # noqa: PLC0415

    from api.core.forms import installed_forms  # noqa: PLC0415
    from pipeline.documents import open_documents  # noqa: PLC0415
    from pipeline.reader import Reader  # noqa: PLC0415

    # Documents are read side by side; threads inside each would only get in each other's way.
    cv2.setNumThreads(1)
    reader = Reader(form, forms=installed_forms(), threshold=threshold)
    quiet = "-" in (json_file, csv_file)
    exit_code, kept = 0, []
    with ExitStack() as outputs:
        sinks = _sinks(outputs, json_file, csv_file)
        work = _work(reader, overlay, debug, language)
        readings = in_order(work, open_documents(paths, reader.limits), jobs)
        for reading in _progress(readings, quiet, language):
            for sink in sinks:
                sink(reading)
            exit_code = max(exit_code, exit_code_of(reading))
            if not quiet:
                kept.append(reading)
    if not quiet:
        _print(kept, reader.forms, overlay, language)
    raise typer.Exit(exit_code)


def _work(
    reader: "Reader", overlay: Path | None, debug: Path | None, language: Language
) -> "Callable[[Document], DocumentReading]":
    """Return what is done with every document: it is read, and the pictures that are wanted of it are drawn."""
    if debug is not None:
        from api.core.atomic_files import writable_folder  # noqa: PLC0415

        writable_folder(debug)
    draw = _drawer(overlay, language)

    def work(document: "Document") -> "DocumentReading":
        reading = reader.read_document(document, debug)
        draw(document, reading)
        return reading

    return work


def in_order(work: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """Yield `work(item)` in the order of the items, `jobs` at a time, never far ahead of whoever takes the results."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def exit_code_of(document: "DocumentReading") -> int:
    """Return 0, 3 or 4: what the whole document says, and 4 where any page of it cannot be read."""
    if "rejected" in {document.outcome.value, *(page.outcome.value for page in document.pages)}:
        return EXIT_REJECTED
    return EXIT_REVIEW if document.outcome.value == "review" else 0


def _sinks(
    outputs: ExitStack, json_file: str | None, csv_file: str | None
) -> list[Callable[["DocumentReading"], None]]:
    """Open the files that every reading is written to."""
    from api.core.atomic_files import whole_file  # noqa: PLC0415
    from api.rendering.tables import CsvWriter  # noqa: PLC0415

    sinks: list[Callable[[DocumentReading], None]] = []
    if json_file:
        lines = outputs.enter_context(whole_file(json_file))

        def write_json(document: "DocumentReading") -> None:
            for line in (*(page.to_json() for page in document.pages), document.to_json()):
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            lines.flush()

        sinks.append(write_json)
    if csv_file:
        sinks.append(CsvWriter(outputs.enter_context(whole_file(csv_file))).write)
    return sinks


def _drawer(folder: Path | None, language: Language) -> "Callable[[Document, DocumentReading], object]":
    """Return what draws the overlay pictures of a document, or does nothing."""
    if folder is None:
        return lambda _document, _reading: None
    from api.core.atomic_files import writable_folder  # noqa: PLC0415
    from api.rendering.overlay import write_overlays  # noqa: PLC0415

    writable_folder(folder)
    return lambda document, reading: write_overlays(document, reading, folder, language)


def _progress(readings: Iterator["DocumentReading"], quiet: bool, language: Language) -> Iterator["DocumentReading"]:
    """Pass readings on, showing how far it is on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(word("reading", language), total=None)
        for reading in readings:
            bar.update(task, advance=1, description=f"{word('reading', language)}: {reading.document}")
            yield reading


def _print(
    readings: "list[DocumentReading]", forms: "Mapping[str, FormTemplate]", overlay: Path | None, language: Language
) -> None:
    from rich.console import Console  # noqa: PLC0415

    from api.rendering.tables import print_documents  # noqa: PLC0415

    console = Console()
    print_documents(console, readings, forms, language)
    if overlay is not None:
        console.print(f"{word('overlays', language)}: {overlay}", highlight=False)
