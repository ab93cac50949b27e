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
    Asked,
    AtATimeOption,
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
    asked = Asked(
        published, photographs or [], out, json_file, report, mapping, pairs, form, sample, seed, confidence, taken_at,
        jobs, threshold, language, fetch, mirror, at_a_time, tuple(allow_private or ()), service, election,
    )  # fmt: skip
    _check(asked)
    with ExitStack() as stack:
        summary = _run(asked, _folder(asked, stack), stack)
    if asked.json_file != "-":
        _tell(asked, summary)
    raise typer.Exit(_exit_code(summary))


def _check(asked: Asked) -> None:
    if (asked.sample is None) != (asked.seed is None):
        raise UsageError("compare_sample_needs_seed")
    if not (asked.photographs or asked.fetch or asked.service):
        raise UsageError("compare_no_photographs")
    if asked.fetch and asked.mirror is None and asked.out is None:
        raise UsageError("compare_mirror_needed")
    for path in asked.photographs:
        if not path.exists():
            raise UsageError("compare_photographs_missing", path=str(path))


def _folder(asked: Asked, stack: ExitStack) -> Path:
    """Return the folder of the work file: the one that was asked for, else one that goes when the command ends."""
    if asked.out is not None:
        return writable_folder(asked.out)
    if asked.json_file is None and asked.report is None:
        raise UsageError("compare_no_output")
    return Path(stack.enter_context(TemporaryDirectory(prefix="chasil-compare-")))


def _run(asked: Asked, folder: Path, stack: ExitStack) -> "Mapping[str, Any]":
    """Go through the steps of a comparison, each with its bar."""
    cv2.setNumThreads(1)
    work = Work(folder / WORK)
    stack.callback(work.close)
    with _bar("compare_published", None, asked) as bar:
        take_snapshot(work, asked.published, load_mapping(asked.mapping, asked.pairs), asked.taken_at, bar.advance)
    if not work.count():
        raise UsageError("published_empty", path=str(asked.published), faults=sum(work.faults()[0].values()))
    mirror = _mirror(asked, folder, stack)
    comparison = _comparison(asked, work, mirror, stack)
    if asked.fetch and mirror is not None:
        _fetch(asked, mirror, comparison)
    with _bar("compare_reading", comparison.count, asked) as bar:
        read_all(comparison, asked.jobs, bar.advance)
    with _bar("compare_judging", comparison.count, asked) as bar, _outputs(asked, folder) as tell:
        summary = judge_all(comparison, tell, bar.advance)
        tell([summary])
    _write_reports(asked, folder, work, summary)
    return summary


def _comparison(asked: Asked, work: "Work", mirror: "Mirror | None", stack: ExitStack) -> "Comparison":

    forms = installed_forms()
    family = None if asked.form is None else next(iter(chosen(forms, asked.form).values())).family
    # Whatever form a page is of is read: a page of another election in its place is told.
    reader = Reader(forms=forms, threshold=asked.threshold)
    return Comparison(
        work=work,
        photographs=_photographs(asked, work, reader, mirror, stack),
        pages=PageReader(reader, work),
        forms=reader.forms,
        threshold=reader.threshold,
        family=family,
        drawn=_drawn(asked, work),
        sampling=Sampling(asked.seed or "", asked.confidence),
    )


def _photographs(
    asked: Asked, work: "Work", reader: "Reader", mirror: "Mirror | None", stack: ExitStack
) -> "Photographs":
    """Return where the photographs are: files, the mirror of what is fetched, the service."""
    places: list[Photographs] = []
    if asked.photographs:
        places.append(Folder(asked.photographs, work.stations(), reader.limits))
    if mirror is not None:
        places.append(Mirrored(mirror, reader.limits))
    if asked.service:
        places.append(Holdings(stack.enter_context(opened()), asked.election, reader.limits))
    return Several(places)


def _mirror(asked: Asked, folder: Path, stack: ExitStack) -> "Mirror | None":
    """Open the mirror of what is fetched now, or was before; None where none is asked for."""
    if not asked.fetch and asked.mirror is None:
        return None

    mirror = Mirror(asked.mirror or folder / MIRROR)
    stack.callback(mirror.close)
    return mirror


def _fetch(asked: Asked, mirror: "Mirror", comparison: "Comparison") -> None:
    """Fetch the photographs of the stations that are compared, into the mirror; say what was refused."""
    limits = FetchLimits(allowed=frozenset(asked.allow_private))
    fetching = Fetching(mirror, Pace(Politeness()), limits, asked.at_a_time)
    with _bar("compare_fetching", comparison.count, asked) as bar:
        fetch_all(comparison.stations(), fetching, bar.advance)
    counts = ", ".join(f"{code} {count}" for code, count in mirror.counts().items())
    said = word("compare_fetched", asked.language).format(counts=counts or "0", path=mirror.folder)
    terminal(stderr=True).print(said, highlight=False, markup=False, soft_wrap=True)


def _drawn(asked: Asked, work: "Work") -> "list[Drawn] | None":

    return None if asked.sample is None else draw(work.codes(), asked.sample, asked.seed or "")


@contextmanager
def _outputs(asked: Asked, folder: Path) -> "Iterator[Callable[[Any], None]]":
    """Open what takes the lines of numbers."""
    targets = [asked.json_file] if asked.json_file else []
    targets += [str(folder / NUMBERS)] if asked.out else []
    with ExitStack() as stack:
        files = [stack.enter_context(whole_file(target)) for target in targets]

        def tell(lines: Any) -> None:
            text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
            for file in files:
                file.write(text)

        yield tell


def _write_reports(asked: Asked, folder: Path, work: "Work", summary: "Mapping[str, Any]") -> None:
    """Write the report, and beside it the table of differences."""
    reports = ([asked.report] if asked.report else []) + ([str(folder / REPORT)] if asked.out else [])
    for target in reports:
        with whole_file(target) as file:
            write_report(file, work, summary, _command(asked), asked.language.value)
    if asked.out is not None:
        with whole_file(str(folder / TABLE)) as file:
            write_table(file, work)


def _command(asked: Asked) -> str:
    """Return the command that makes the report again; of paths only the names, since folders are everyone's own."""
    words = ["chasil", "compare", asked.published.name, *(path.name for path in asked.photographs)]
    options = {
        "--mapping": None if asked.mapping is None else asked.mapping.name,
        "--pairs": asked.pairs,
        "--form": asked.form,
        "--sample": asked.sample,
        "--seed": asked.seed,
        "--confidence": None if asked.sample is None else asked.confidence,
        "--taken-at": asked.taken_at,
        "--mirror": MIRROR if asked.fetch or asked.mirror else None,
        "--election": asked.election,
        "--threshold": asked.threshold,
        "--language": None if asked.language is Language.INDONESIAN else asked.language.value,
        "--out": "FOLDER",
    }
    words += ["--service"] if asked.service else []
    words += [part for name, value in options.items() if value is not None for part in (name, str(value))]
    return shlex.join(words)


def _tell(asked: Asked, summary: "Mapping[str, Any]") -> None:
    """Say what it came to, and where it lies."""
    console = terminal()
    numbers, checked = summary["numbers"], summary["checked"]
    said = word("compare_summary", asked.language).format(
        stations=summary["stations"]["compared"], **numbers, checked=checked["numbers"], of=checked["of"]
    )
    console.print(said, highlight=False, markup=False, soft_wrap=True)
    target = asked.report or (str(asked.out / REPORT) if asked.out else None)
    if target is not None:
        console.print(
            f"{word('compare_report', asked.language)}: {target}", highlight=False, markup=False, soft_wrap=True
        )


def _exit_code(summary: "Mapping[str, Any]") -> int:
    numbers = summary["numbers"]
    return EXIT_DIFFERS if any(numbers[name] for name in OPEN) else 0


def _bar(key: str, total: int | None, asked: Asked) -> AbstractContextManager[Bar]:
    return progress_bar(word(key, asked.language), total, language=asked.language)
