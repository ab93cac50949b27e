"""`chasil models`: which readers there are, which one reads, and how another takes its place."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.console import terminal
from api.cli.research import DataOption
from api.core.language import both
from models.package import PACKAGES, ModelPackage
from models.registry import Comparison, Registry, compare

app = typer.Typer(help="Model pembaca. / Models that read.", no_args_is_help=True)
FolderOption = Annotated[
    Path | None, typer.Option("--packages", metavar="DIR", help="Folder paket. / Folder of the packages.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="Id atau folder. / Id or folder.")]


@app.command("list")
def list_models(packages: FolderOption = None) -> None:
    """Tampilkan semua model; * = yang dipakai. / List the models; * = the one that reads."""
    registry = _registry(packages)
    champions = registry.champions()
    table = Table(
        "", "Id", both("head_kind"), both("head_network"), both("head_weights"), "SHA-256", both("head_created")
    )
    for package in registry.list():
        made = package.description
        mark = "*" if champions.get(made.kind) == package.id else ""
        created = made.created.date().isoformat()
        table.add_row(mark, made.id, made.kind, made.network, f"{made.parameters:,}", package.sha256[:12], created)
    terminal().print(table)


@app.command("show")
def show_model(model: ModelArgument, packages: FolderOption = None) -> None:
    """Tampilkan kontrak, kalibrasi, asal, dan kartu sebuah model. / Show a model's description and card."""
    package = _registry(packages).find(model)
    shown = package.description.model_dump(mode="json")
    shown["calibration"] |= {"matrix": f"{len(shown['classes'])} x {len(shown['classes'])}"}
    typer.echo(json.dumps(shown, indent=1, ensure_ascii=False))
    typer.echo((package.path / "CARD.md").read_text(encoding="utf-8"))


@app.command("compare")
def compare_models(
    first: ModelArgument, second: ModelArgument, data: DataOption, packages: FolderOption = None
) -> None:
    """Bandingkan dua model pada data uji yang sama. / Compare two models on the same frozen test set."""
    registry = _registry(packages)
    typer.echo(json.dumps(_compare(registry.find(first), registry.find(second), data).to_json(), indent=1))


@app.command("promote")
def promote_model(
    challenger: ModelArgument,
    data: DataOption,
    reason: Annotated[str, typer.Option(help="Alasan bila tidak terukur lebih baik. / Why, if not better.")] = "",
    packages: FolderOption = None,
) -> None:
    """Jadikan sebuah model pembaca utama, setelah uji berpasangan. / Promote a model after a paired test."""
    registry = _registry(packages)
    package = registry.find(challenger)
    champion = registry.champion(package.description.kind)
    comparison = _compare(champion, package, data)
    registry.promote(package, comparison, reason)
    typer.echo(json.dumps(comparison.to_json(), indent=1))
    typer.echo(f"{champion.id} -> {package.id}")


@app.command("rollback")
def rollback_model(
    kind: Annotated[str, typer.Argument(help="Jenis model. / Kind of model.")] = "digits", packages: FolderOption = None
) -> None:
    """Kembalikan model sebelumnya. / Bring the former champion back."""
    typer.echo(_registry(packages).rollback(kind))


def _registry(packages: Path | None) -> Registry:
    return Registry(packages or PACKAGES)


def _compare(first: ModelPackage, second: ModelPackage, data: Path) -> Comparison:
    """Let both read the frozen test set: the test blocks and the held-out writers."""
    from pipeline.recognition.digits import DigitReader  # noqa: PLC0415  fetches the runtime of models
    from training.datasets.sets import frozen_test  # noqa: PLC0415

    boxes = frozen_test(data)
    guesses = [DigitReader(package).read(boxes.pictures).argmax(axis=1) for package in (first, second)]
    return compare(first.id, second.id, boxes.names, boxes.labels, guesses[0], guesses[1])
