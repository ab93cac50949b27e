"""`chasil compare`: published figures held against the ink of the photographs."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import typer

from api.cli.compare_options import (
    AllowPrivateOption,
    AtATimeOption,
    CompareOptions,
    ConfidenceOption,
    ElectionOption,
    FetchOption,
    FiguresFormOption,
    JobsOption,
    MappingOption,
    MirrorOption,
    OutOption,
    PairsOption,
    PhotographsArgument,
    PublishedArgument,
    ReportOption,
    SampleOption,
    SeedOption,
    ServiceOption,
    TakenAtOption,
    ThresholdOption,
)
from api.cli.console import terminal
from api.cli.opened import opened
from api.cli.options import JOBS, JsonOption, LanguageOption
from api.cli.progress import Bar, progress_bar
from api.comparison.compare import Comparison, Sampling, judge_all, read_all
from api.comparison.fetching.client import FetchLimits
from api.comparison.fetching.fetch import Fetching, Mirrored, fetch_all
from api.comparison.fetching.mirror import Mirror
from api.comparison.fetching.pace import Pace, Politeness
from api.comparison.holdings import Holdings
from api.comparison.mapping import load_mapping
from api.comparison.photographs import Folder, Photographs
from api.comparison.random_sample import Drawn, draw
from api.comparison.read_pages import PageReader
from api.comparison.report import write_report
from api.comparison.several import Several
from api.comparison.snapshot import take_snapshot
from api.comparison.table_of_findings import write_table
from api.comparison.work import Work
from api.core.forms import installed_forms
from api.core.language import Language, word
from api.files.atomic import whole_file, writable_folder
from pipeline.errors import UsageError
from pipeline.forms import chosen
from pipeline.reader import Reader

EXIT_DIFFERS = 3
OPEN = ("differs", "question", "page_contradicts", "other_station")
WORK, MIRROR = "work.sqlite", "mirror"
REPORT, TABLE, NUMBERS = "report.html", "differences.csv", "numbers.jsonl"


def compare(
    published: PublishedArgument,
    photographs: PhotographsArgument = None,
    out: OutOption = None,
    json_file: JsonOption = None,
    report: ReportOption = None,
    mapping: MappingOption = None,
    pairs: PairsOption = None,
    form: FiguresFormOption = None,
    sample: SampleOption = None,
    seed: SeedOption = None,
    confidence: ConfidenceOption = 0.95,
    taken_at: TakenAtOption = None,
    jobs: JobsOption = JOBS,
    threshold: ThresholdOption = None,
    fetch: FetchOption = False,
    mirror: MirrorOption = None,
    at_a_time: AtATimeOption = 4,
    allow_private: AllowPrivateOption = None,
    service: ServiceOption = False,
    election: ElectionOption = None,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Bandingkan angka yang diterbitkan dengan tinta di foto. / Hold published figures against the ink of photographs.

    Keluar: 0 semua sama, 3 ada yang berbeda atau terbuka. / Exit: 0 everything agrees, 3 something differs or is open.
    """
    options = CompareOptions(
        published, photographs or [], out, json_file, report, mapping, pairs, form, sample, seed, confidence, taken_at,
        jobs, threshold, language, fetch, mirror, at_a_time, tuple(allow_private or ()), service, election,
    )  # fmt: skip
    _check(options)
    with ExitStack() as stack:
        summary = _run(options, _folder(options, stack), stack)
    if options.json_file != "-":
        _print_summary(options, summary)
    raise typer.Exit(_exit_code(summary))


def _check(options: CompareOptions) -> None:
    if (options.sample is None) != (options.seed is None):
        raise UsageError("compare_sample_needs_seed")
    if not (options.photographs or options.fetch or options.service):
        raise UsageError("compare_no_photographs")
    if options.fetch and options.mirror is None and options.out is None:
        raise UsageError("compare_mirror_needed")
    for path in options.photographs:
        if not path.exists():
            raise UsageError("compare_photographs_missing", path=str(path))


def _folder(options: CompareOptions, stack: ExitStack) -> Path:
    """Return the folder of the work file: the one that was asked for, else one that goes when the command ends."""
    if options.out is not None:
        return writable_folder(options.out)
    if options.json_file is None and options.report is None:
        raise UsageError("compare_no_output")
    return Path(stack.enter_context(TemporaryDirectory(prefix="chasil-compare-")))


def _run(options: CompareOptions, folder: Path, stack: ExitStack) -> "Mapping[str, Any]":
    """Go through the steps of a comparison, each with its bar."""
    cv2.setNumThreads(1)
    work = Work(folder / WORK)
    stack.callback(work.close)
    with _bar("compare_published", None, options) as bar:
        take_snapshot(
            work, options.published, load_mapping(options.mapping, options.pairs), options.taken_at, bar.advance
        )
    if not work.count():
        raise UsageError("published_empty", path=str(options.published), faults=sum(work.faults()[0].values()))
    mirror = _mirror(options, folder, stack)
    comparison = _comparison(options, work, mirror, stack)
    if options.fetch and mirror is not None:
        _fetch(options, mirror, comparison)
    with _bar("compare_reading", comparison.count, options) as bar:
        read_all(comparison, options.jobs, bar.advance)
    with _bar("compare_judging", comparison.count, options) as bar, _outputs(options, folder) as write:
        summary = judge_all(comparison, write, bar.advance)
        write([summary])
    _write_reports(options, folder, work, summary)
    return summary


def _comparison(options: CompareOptions, work: "Work", mirror: "Mirror | None", stack: ExitStack) -> "Comparison":

    forms = installed_forms()
    family = None if options.form is None else next(iter(chosen(forms, options.form).values())).family
    # Whatever form a page is of is read: a page of another election in its place is told.
    reader = Reader(forms=forms, threshold=options.threshold)
    return Comparison(
        work=work,
        photographs=_photographs(options, work, reader, mirror, stack),
        pages=PageReader(reader, work),
        forms=reader.forms,
        threshold=reader.threshold,
        family=family,
        drawn=_drawn(options, work),
        sampling=Sampling(options.seed or "", options.confidence),
    )


def _photographs(
    options: CompareOptions, work: "Work", reader: "Reader", mirror: "Mirror | None", stack: ExitStack
) -> "Photographs":
    """Return where the photographs are: files, the mirror of what is fetched, the service."""
    places: list[Photographs] = []
    if options.photographs:
        places.append(Folder(options.photographs, work.stations(), reader.limits))
    if mirror is not None:
        places.append(Mirrored(mirror, reader.limits))
    if options.service:
        places.append(Holdings(stack.enter_context(opened()), options.election, reader.limits))
    return Several(places)


def _mirror(options: CompareOptions, folder: Path, stack: ExitStack) -> "Mirror | None":
    """Open the mirror of what is fetched now, or was before; None where none is asked for."""
    if not options.fetch and options.mirror is None:
        return None

    mirror = Mirror(options.mirror or folder / MIRROR)
    stack.callback(mirror.close)
    return mirror


def _fetch(options: CompareOptions, mirror: "Mirror", comparison: "Comparison") -> None:
    """Fetch the photographs of the stations that are compared, into the mirror; say what was refused."""
    limits = FetchLimits(allowed=frozenset(options.allow_private))
    fetching = Fetching(mirror, Pace(Politeness()), limits, options.at_a_time)
    with _bar("compare_fetching", comparison.count, options) as bar:
        fetch_all(comparison.stations(), fetching, bar.advance)
    counts = ", ".join(f"{code} {count}" for code, count in mirror.counts().items())
    text = word("compare_fetched", options.language).format(counts=counts or "0", path=mirror.folder)
    terminal(stderr=True).print(text, highlight=False, markup=False, soft_wrap=True)


def _drawn(options: CompareOptions, work: "Work") -> "list[Drawn] | None":

    return None if options.sample is None else draw(work.codes(), options.sample, options.seed or "")


@contextmanager
def _outputs(options: CompareOptions, folder: Path) -> "Iterator[Callable[[Any], None]]":
    """Open what takes the lines of numbers."""
    targets = [options.json_file] if options.json_file else []
    targets += [str(folder / NUMBERS)] if options.out else []
    with ExitStack() as stack:
        files = [stack.enter_context(whole_file(target)) for target in targets]

        def write(lines: Any) -> None:
            text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
            for file in files:
                file.write(text)

        yield write


def _write_reports(options: CompareOptions, folder: Path, work: "Work", summary: "Mapping[str, Any]") -> None:
    """Write the report, and beside it the table of differences."""
    reports = ([options.report] if options.report else []) + ([str(folder / REPORT)] if options.out else [])
    for target in reports:
        with whole_file(target) as file:
            write_report(file, work, summary, _command(options), options.language.value)
    if options.out is not None:
        with whole_file(str(folder / TABLE)) as file:
            write_table(file, work)


def _command(options: CompareOptions) -> str:
    """Return the command that makes the report again; of paths only the names, since folders are everyone's own."""
    words = ["chasil", "compare", options.published.name, *(path.name for path in options.photographs)]
    valued = {
        "--mapping": None if options.mapping is None else options.mapping.name,
        "--pairs": options.pairs,
        "--form": options.form,
        "--sample": options.sample,
        "--seed": options.seed,
        "--confidence": None if options.sample is None else options.confidence,
        "--taken-at": options.taken_at,
        "--mirror": MIRROR if options.fetch or options.mirror else None,
        "--election": options.election,
        "--threshold": options.threshold,
        "--language": None if options.language is Language.INDONESIAN else options.language.value,
        "--out": "FOLDER",
    }
    words += ["--service"] if options.service else []
    words += [part for name, value in valued.items() if value is not None for part in (name, str(value))]
    return shlex.join(words)


def _print_summary(options: CompareOptions, summary: "Mapping[str, Any]") -> None:
    """Print what it came to, and where it lies."""
    console = terminal()
    numbers, checked = summary["numbers"], summary["checked"]
    text = word("compare_summary", options.language).format(
        stations=summary["stations"]["compared"], **numbers, checked=checked["numbers"], of=checked["of"]
    )
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    target = options.report or (str(options.out / REPORT) if options.out else None)
    if target is not None:
        console.print(
            f"{word('compare_report', options.language)}: {target}", highlight=False, markup=False, soft_wrap=True
        )


def _exit_code(summary: "Mapping[str, Any]") -> int:
    numbers = summary["numbers"]
    return EXIT_DIFFERS if any(numbers[name] for name in OPEN) else 0


def _bar(key: str, total: int | None, options: CompareOptions) -> AbstractContextManager[Bar]:
    return progress_bar(word(key, options.language), total, language=options.language)
