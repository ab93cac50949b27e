"""`chasil evaluate proof`: read the real pages, draw others, and write what is so."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2

from models.package import default_package, load_package
from pipeline import Reader
from pipeline.forms import known_forms
from training.evaluation.looks import note_look, shows_the_test_part
from training.evaluation.truths import SETS, real_pages
from training.proof.cases import Case, of_folder, real_cases, simulated_cases
from training.proof.report import faults, gap, overview, parts, put_into, sheets, witnesses
from training.runs.whole_files import replace_text

FILE = "pages.md"
SEED = 2024
SIMULATED = ("medium", "hard")
KINDS = ("digits", "bubbles", "tallies", "words")

HEADING = """# Pages, measured

`make proof`, {date}, {machine}.
Models: {models}.

{pages}, each read as a document of its own; {drawn}
Intervals are Wilson's, 95 %; the bound on what was wrongly accepted is Clopper and Pearson's, one-sided, 95 %. A false
report is a contradiction reported of a number that was read rightly, where nothing on the page is known to differ.
Which page may teach is drawn once, by sheet (`training/evaluation/real_pages.csv`); every look at the test part stands
in [looks](looks.md).
"""

GAP = """## The reality gap

The same figures on real and on simulated pages. A witness answers for the number that the boxes are meant to say, on
pages that were found; some forms have no such witness.
"""


def prove(shared: Path, simulated: int, out: Path, readme: Path, jobs: int, log: Callable[[str], None]) -> Path:
    """Measure the whole program, and write the tables to `out`/pages.md and into the marked place of the README.

    Args:
        shared: The folder of the sets of real pages, or one set: `images/` and `truth.jsonl`.
        simulated: Documents of C.HASIL-PPWP 2024 that are drawn at each difficulty.
        out: Folder of the proof.
        readme: The document that holds the short table between two marks; left alone where it is not there.
        jobs: Pages read side by side.
        log: Takes lines for the terminal.

    """
    cv2.setNumThreads(1)
    reader = Reader()
    folder, sets = of_folder(shared)
    installed = {*reader.forms, *(form.family for form in known_forms(reader.forms))}
    pages = [page for page in real_pages(folder, sets or SETS) if page.form in installed]
    real = list(real_cases(pages, reader, jobs))
    form = reader.forms["c-hasil-ppwp-2024"]
    drawn = {
        f"simulated, {level}": list(
            simulated_cases(form, reader, count=simulated, difficulty=level, seed=SEED, jobs=jobs)
        )
        for level in SIMULATED
        if simulated
    }
    text = "\n".join(_document(shared.name, real, drawn)) + "\n"
    out.mkdir(parents=True, exist_ok=True)
    replace_text(out / FILE, text)
    if readme.is_file():
        replace_text(readme, put_into(readme.read_text(encoding="utf-8"), overview(real)))
    log(text)
    if shows_the_test_part(page.path.name for page in pages):
        log(note_look(", ".join(_models()), f"make proof, {simulated} simulated", _all(real)))
    return out / FILE


def _document(shared: str, real: Sequence[Case], drawn: Mapping[str, Sequence[Case]]) -> list[str]:
    heading = HEADING.format(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{platform.machine()} with {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        models=", ".join(_models()),
        pages=f"{len(real)} real pages of installed forms (`{shared}`)",
        drawn=_drawn(drawn),
    )
    return [
        heading,
        "## By sheet and capture",
        "",
        *sheets(real),
        "",
        "## By part",
        "",
        *parts(real),
        "",
        "## By what ails the picture",
        "",
        *faults(real),
        "",
        "## By witness",
        "",
        *witnesses(real),
        "",
        GAP,
        *gap(real, drawn),
    ]


def _drawn(drawn: Mapping[str, Sequence[Case]]) -> str:
    parts = [f"{len(cases)} pages {name}" for name, cases in drawn.items()]
    return f"{' and '.join(parts)} (seed {SEED})." if parts else "none simulated."


def _models() -> list[str]:
    packages = [load_package(default_package(kind)) for kind in KINDS]
    return [f"{package.id} ({package.sha256[:12]})" for package in packages]


def _all(real: Sequence[Case]) -> str:
    return next(line for line in parts(real) if line.startswith("| all ")).strip("| ").replace(" | ", "; ")
