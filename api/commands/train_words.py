"""What `chasil train words` and `chasil evaluate words` do; torch is fetched only when they run."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from training.words.real import RealLine

REAL, DRAWN = "real-lines.npz", "drawn-lines.npz"
"""Files of a run that keep the lines; the first holds pieces of photographs and stays out of every repository."""


def train_words(config: Path, shared: Path, out: Path | None, *, resume: bool) -> None:
    """Train the reader of words on drawn lines and on the real ones for training; calibrate, judge, make a package."""
    from training.evaluation.split import Part  # noqa: PLC0415
    from training.words.config import load_words_config  # noqa: PLC0415
    from training.words.export import export  # noqa: PLC0415
    from training.words.real import digest, of_parts  # noqa: PLC0415
    from training.words.sources import sources_of  # noqa: PLC0415
    from training.words.train import run  # noqa: PLC0415

    settings = load_words_config(config)
    folder = out or Path("runs") / settings.name
    needs_real = settings.real_share > 0 or settings.spliced_share > 0
    real = _real_lines(shared, folder) if needs_real else []
    sources = sources_of(settings, of_parts(real, [Part.TRAIN]), folder.parent / DRAWN)
    network = run(settings, sources, folder, resume=resume, say=typer.echo)
    if not needs_real:
        typer.echo(f"{folder}: no real lines, so no package; begin another run with it")
        return
    hashes = {f"real-{part.value}": digest(of_parts(real, [part])) for part in (Part.TRAIN, Part.CALIBRATE)}
    package = export(network, settings.name, of_parts(real, [Part.CALIBRATE]), hashes, folder / "package")
    typer.echo(f"{package.path}  {package.sha256[:16]}")


def evaluate_words(config: Path, shared: Path, out: Path | None) -> None:
    """Train and judge fold by fold over all real lines; print the counts, and every line that was read wrongly."""
    from training.words.config import load_words_config  # noqa: PLC0415
    from training.words.folds import cross_validate  # noqa: PLC0415

    settings = load_words_config(config)
    folder = out or Path("runs") / f"{settings.name}-folds"
    score = cross_validate(settings, _real_lines(shared, folder), folder, folder.parent / DRAWN, typer.echo)
    for line in (*score.wrong, *score.lines()):
        typer.echo(line)


def _real_lines(shared: Path, folder: Path) -> list["RealLine"]:
    """Return the real lines, cut once and kept beside the runs."""
    from training.words.real import load, real_lines, save  # noqa: PLC0415

    if not (shared / "wild").is_dir():
        raise UsageError("file_missing", path=str(shared / "wild"))
    file = folder.parent / REAL
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        save(file, real_lines(shared))
    return load(file)
