"""The reader of words: drawn lines, and where the configuration gives them a share, the real ones for training.

Without real lines a run has no package: it is what another run begins with.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from models.package import ModelPackage
from pipeline.errors import UsageError
from training.evaluation.split import Part
from training.recipes.request import Request
from training.words.config import load_words_config
from training.words.evaluate import Score, judge, read_by
from training.words.export import export
from training.words.folds import cross_validate
from training.words.real import RealLine, digest, load, of_parts, real_lines, save
from training.words.sources import sources_of
from training.words.train import run

REAL, DRAWN = "real-lines.npz", "drawn-lines.npz"
"""Files beside the runs that keep the lines; the first holds pieces of photographs: keep it out of every repository."""


def train(request: Request) -> Path:
    """Train a line reader; return its package, calibrated on the real lines for that, or the folder of the run."""
    settings = load_words_config(request.config)
    out = request.folder(settings.name)
    needs_real = settings.real_share > 0 or settings.spliced_share > 0
    real = lines_beside(out, request.needed_data()) if needs_real else []
    sources = sources_of(settings, of_parts(real, [Part.TRAIN]), out.parent / DRAWN)
    network = run(settings, sources, out, resume=request.resume, log=request.log)
    if not needs_real:
        return out
    hashes = {f"real-{part.value}": digest(of_parts(real, [part])) for part in (Part.TRAIN, Part.CALIBRATE)}
    return export(network, settings.name, of_parts(real, [Part.CALIBRATE]), hashes, out / "package").path


def judge_folds(config: Path, shared: Path, out: Path | None, log: Callable[[str], None]) -> Score:
    """Train and judge fold by fold over all real lines, those of the test part among them."""
    settings = load_words_config(config)
    folder = out or Path("runs") / f"{settings.name}-folds"
    return cross_validate(settings, lines_beside(folder, shared), folder, folder.parent / DRAWN, log)


def judge_package(package: ModelPackage, shared: Path, out: Path | None, parts: Collection[Part]) -> Score:
    """Judge a package on the real lines of some parts."""
    lines = of_parts(lines_beside(out or Path("runs") / f"{package.id}-lines", shared), parts)
    return judge(lines, read_by(package, lines))


def lines_beside(out: Path, shared: Path) -> list[RealLine]:
    """Return the real lines, cut once and kept beside the runs.

    Raises:
        UsageError: `file_missing` where the folder holds no sets of real pages.

    """
    if not (shared / "wild").is_dir():
        raise UsageError("file_missing", path=str(shared / "wild"))
    file = out.parent / REAL
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        save(file, real_lines(shared))
    return load(file)
