"""`chasil train`: every model again, each by one command with its configuration; torch is fetched when it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.cli.research import NamedFirst, need
from models.package import load_package

TORCH = ("torch", "torchvision", "onnx", "onnxscript", "tensorboard")

TRAINED: dict[str, tuple[str, tuple[str, ...]]] = {
    "digits": ("Pembaca kotak angka. / The reader of boxes.", TORCH),
    "bubbles": ("Pembaca bulatan. / The reader of bubbles.", TORCH),
    "tallies": ("Pembaca turus. / The reader of tallies.", TORCH),
    "words": ("Pembaca bilangan dengan huruf. / The reader of numbers in words.", TORCH),
    "pages": ("Kepastian letak halaman dan angka. / How sure the place of a page and its numbers is.", ()),
    "trust": ("Kepercayaan pada tiap saksi. / How far each witness is believed.", ()),
}
"""What can be trained: what it is, and the packages that this takes. `training.recipes` says how."""

app = typer.Typer(
    cls=NamedFirst,
    no_args_is_help=True,
    help="Latih pembaca, kalibrasi, dan kemas; tanpa nama: digits. / "
    "Train a reader, calibrate it, make a package of it; digits where nothing is named.",
)


def _command(name: str, modules: tuple[str, ...]) -> Callable[..., None]:
    """Return the command that trains one thing."""

    def train(
        config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Berkas YAML. / YAML file.")],
        data: Annotated[
            Path | None,
            typer.Option(
                "--data",
                envvar="CHASIL_DATA",
                metavar="DIR",
                help="Kumpulan data, atau halaman asli. / Data sets, or sets of real pages.",
            ),
        ] = None,
        out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder hasil. / Folder of the run.")] = None,
        resume: Annotated[bool, typer.Option("--resume", help="Lanjutkan. / Go on where a run stopped.")] = False,
    ) -> None:
        need(*modules)
        from training.recipes import recipe_of  # noqa: PLC0415
        from training.recipes.request import Request  # noqa: PLC0415

        made = recipe_of(name)(Request(config, data, out, resume, typer.echo))
        typer.echo(_lines_of(made))

    return train


def _lines_of(made: Path) -> str:
    """Return where it lies; of a package also the beginning of its hash."""
    return f"{made}  {load_package(made).sha256[:16]}" if (made / "model.json").is_file() else str(made)


for _name, (_help, _modules) in TRAINED.items():
    app.command(_name, help=_help)(_command(_name, _modules))
