"""`chasil train` and `chasil evaluate`: all that retraining takes. Torch is fetched only when they run."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.train_words import evaluate_words, train_words
from pipeline.errors import UsageError

DataOption = Annotated[
    Path,
    typer.Option(
        "--data", envvar="CHASIL_DATA", metavar="DIR", help="Folder kumpulan data. / Folder of the data sets."
    ),
]


WORDS = "words"
"""What is trained or judged where it is named first: the reader of words; else that of digits."""


def train(
    what: Annotated[str, typer.Argument(metavar="[words] CONFIG", help="Berkas YAML. / YAML file.")],
    data: DataOption,
    config: Annotated[Path | None, typer.Argument(hidden=True)] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder hasil. / Folder of the run.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Lanjutkan. / Go on from the last checkpoint.")] = False,
) -> None:
    """Latih pembaca, kalibrasi, dan kemas. / Train a reader, calibrate it, make a package of it.

    Untuk `words`, --data adalah folder halaman asli. / For `words`, --data is the folder of the real pages.
    """
    _need("torch", "torchvision", "onnx", "onnxscript", "tensorboard")
    if what == WORDS and config is not None:
        train_words(config, data, out, resume=resume)
        return
    from training.config import load_config  # noqa: PLC0415
    from training.export import export  # noqa: PLC0415
    from training.train import train as run  # noqa: PLC0415

    settings = load_config(Path(what))
    folder = out or Path("runs") / settings.name
    network = run(settings, data, folder, resume=resume, say=typer.echo)
    package = export(network, settings, data, folder)
    typer.echo(f"{package.path}  {package.sha256[:16]}")


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL|words CONFIG", help="Id atau folder. / Id or folder of a package.")
    ],
    data: DataOption,
    config: Annotated[Path | None, typer.Argument(hidden=True)] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder laporan. / Folder of the report.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Bandingkan pembaca lain. / Other readers too.")] = False,
) -> None:
    """Nilai sebuah model pada data uji dan tulis laporan. / Judge a model on the test sets and write a report."""
    _need("matplotlib", "torchvision")
    if model == WORDS and config is not None:
        evaluate_words(config, data, out)
        return
    from models.registry import find_package  # noqa: PLC0415
    from training.report import evaluate as judge  # noqa: PLC0415

    package = find_package(model)
    report = judge(package, data, out or Path("out") / f"evaluation-{package.id}", peers=peers)
    typer.echo(str(report))


def _need(*modules: str) -> None:
    """Refuse, with the command that helps, where the extra `train` is not installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    for module in modules:
        if find_spec(module) is None:
            raise UsageError("training_needs_extra", module=module)
