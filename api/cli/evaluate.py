"""`chasil evaluate`: how well each reader reads, and whole pages and documents; fetched when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.research import DataOption, NamedFirst, need
from models.package import ModelPackage
from models.registry import find_package

app = typer.Typer(
    cls=NamedFirst,
    no_args_is_help=True,
    help="Nilai pembaca, halaman, atau dokumen; tanpa nama: digits. / "
    "Judge a reader, pages or documents; digits where nothing is named.",
)

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="Id atau folder paket. / Id or folder of a package.")
]
SimulatedArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="FOLDER...", help="Dari chasil simulate. / Made by chasil simulate.")
]
WindowsOption = Annotated[
    int, typer.Option("--windows", help="Halaman tiruan untuk jendela tunggal. / Pages drawn for single windows.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Benih acak. / Of what is drawn.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder hasil. / Folder of the results.")]
PackageOption = Annotated[
    str | None, typer.Option("--package", metavar="MODEL", help="Model angka. / Digit package; else the champion.")
]
FoldersArgument = Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Dari chasil simulate. / Simulated.")]
JobsOption = Annotated[int, typer.Option("--jobs", min=1, help="Jumlah utas. / Threads.")]
RealOption = Annotated[
    Path | None, typer.Option("--real", metavar="SHARED", help="Halaman asli juga. / Real pages too.")
]
SharedArgument = Annotated[Path, typer.Argument(metavar="SHARED", help="Halaman asli. / Sets of real pages.")]


@app.command("digits")
def evaluate_digits(
    model: ModelArgument,
    data: DataOption,
    out: OutOption = None,
    peers: Annotated[bool, typer.Option("--peers", help="Bandingkan pembaca lain. / Other readers too.")] = False,
) -> None:
    """Nilai pembaca kotak pada data uji. / Judge a reader of boxes on the test sets; write a report."""
    need("matplotlib", "torchvision")
    from training.digits.report import evaluate as judge  # noqa: PLC0415

    package = find_package(model)
    report = judge(package, data, out or Path("out") / f"evaluation-{package.id}", peers=peers)
    typer.echo(str(report))


@app.command("bubbles")
def evaluate_bubbles(
    model: ModelArgument, folders: SimulatedArgument = None, windows: WindowsOption = 0, seed: SeedOption = 5001
) -> None:
    """Nilai pembaca bulatan pada halaman tiruan. / Judge a reader of bubbles on simulated pages."""
    _evaluate_witness("bubbles", model, folders or [], windows, seed)


@app.command("tallies")
def evaluate_tallies(
    model: ModelArgument,
    folders: SimulatedArgument = None,
    windows: WindowsOption = 0,
    seed: SeedOption = 5001,
    real: RealOption = None,
) -> None:
    """Nilai pembaca turus dan jumlah baris. / Judge a reader of tallies, and row sums, on simulated pages.

    Dengan --real: turus halaman asli bagian calibrate. / With --real: tallies of real pages, the calibrate part.
    """
    if folders or windows or real is None:
        _evaluate_witness("tallies", model, folders or [], windows, seed)
    if real is not None:
        from training.witnesses.real_totals import judge_real  # noqa: PLC0415

        for line in judge_real(find_package(model), real):
            typer.echo(line)


@app.command("words")
def evaluate_words(
    model: Annotated[
        str, typer.Argument(metavar="MODEL|CONFIG", help="Paket, atau YAML lima lipatan. / Package, or YAML of folds.")
    ],
    data: DataOption,
    out: OutOption = None,
    part: Annotated[
        str,
        typer.Option(
            "--part",
            help="Bagian untuk paket: train, calibrate, test, learnt, all. / "
            "The part, for a package: train, calibrate, test, learnt, all.",
        ),
    ] = "calibrate",
) -> None:
    """Nilai paket pada baris asli, atau latih dan nilai lima lipatan. / Judge a package, or five folds, on real lines.

    Lima lipatan melihat bagian uji juga. / The folds are of all real lines, those of the test part among them.
    """
    need("torch", "onnx", "onnxscript")
    from training.evaluation.looks import note_look  # noqa: PLC0415
    from training.evaluation.split import Part, parts_of  # noqa: PLC0415
    from training.recipes.words import judge_folds, judge_package  # noqa: PLC0415

    folds, parts = model.endswith((".yaml", ".yml")), parts_of(part)
    if folds:
        score = judge_folds(Path(model), data, out, typer.echo)
    else:
        score = judge_package(find_package(model), data, out, parts)
    for line in (*score.wrong, *score.lines()):
        typer.echo(line)
    if folds or Part.TEST in parts:
        judged = f"{Path(model).name}, five folds" if folds else Path(model).name
        command = f"chasil evaluate words {model}" + ("" if folds else f" --part {part}")
        typer.echo(note_look(judged, command, "; ".join(score.lines())))


@app.command("documents")
def evaluate_documents(
    folders: FoldersArgument,
    form: Annotated[str, typer.Option("--form", help="ID formulir. / Form ID.")] = "c-hasil-ppwp-2024",
    package: PackageOption = None,
    jobs: JobsOption = 2,
) -> None:
    """Nilai dokumen utuh, dan sumbangan tiap saksi. / Judge whole documents, and what each witness buys."""
    from training.proof.documents import evaluate  # noqa: PLC0415

    evaluate(folders, form, _package(package), jobs)


@app.command("threshold")
def evaluate_threshold(
    folders: FoldersArgument,
    real: RealOption = None,
    budget: Annotated[
        float, typer.Option("--budget", min=1e-9, max=1.0, help="Bagian salah. / Share that may be wrong.")
    ] = 1e-4,
    package: PackageOption = None,
    store: Annotated[
        bool, typer.Option("--store", help="Simpan ambang di paket. / Write the threshold into the package.")
    ] = False,
    jobs: JobsOption = 2,
) -> None:
    """Cari ambang untuk batas salah. / From which probability on numbers are accepted, for an error budget."""
    from training.proof.threshold import evaluate  # noqa: PLC0415

    evaluate(folders, real, budget, _package(package), store=store, jobs=jobs)


@app.command("writer")
def evaluate_writer(shared: SharedArgument, jobs: JobsOption = 2) -> None:
    """Seberapa jauh kotak satu halaman saling mendengar. / How far the boxes of a page hear each other."""
    from training.proof.one_writer import evaluate  # noqa: PLC0415

    for line in evaluate(shared, jobs):
        typer.echo(line)


@app.command("pages")
def evaluate_pages(
    shared: SharedArgument,
    sets: Annotated[
        list[str] | None, typer.Option("--sets", metavar="SET", help="Boleh berulang. / Which sets; once for each.")
    ] = None,
    part: Annotated[
        str, typer.Option("--part", help="train, calibrate, test, learnt (= train, calibrate) / all.")
    ] = "learnt",
    package: PackageOption = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="WITNESS", help="Tanpa saksi ini. / Leave it unheard.")
    ] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="Tampilkan yang salah. / Every wrong number.")] = False,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", metavar="DIR", help="Gambar yang salah. / Boxes of wrong numbers.")
    ] = None,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Sumbangan tiap saksi. / What every witness buys.")
    ] = False,
) -> None:
    """Nilai halaman asli dengan kebenarannya. / Judge real pages with their truth."""
    from training.proof.real_pages import evaluate  # noqa: PLC0415

    evaluate(shared, sets, part, _package(package), without or (), wrong=wrong, pictures=pictures, ablation=ablation)


@app.command("worn")
def evaluate_worn(
    shared: SharedArgument,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Macam tiap halaman. / Kinds that a page meets.")] = 1,
    seed: SeedOption = 0,
    kinds: Annotated[
        list[str] | None, typer.Option("--kinds", metavar="KIND", help="Boleh berulang. / Which kinds; once for each.")
    ] = None,
    package: PackageOption = None,
    jobs: JobsOption = 2,
) -> None:
    """Nilai foto asli yang dibuat lebih sulit. / Judge real photographs that are made harder."""
    from training.proof.worn import evaluate  # noqa: PLC0415

    evaluate(shared, rounds, seed, kinds, _package(package), jobs)


@app.command("places")
def evaluate_places(
    count: Annotated[int, typer.Option("--count", min=1, help="Banyak halaman. / Pages.")] = 200,
    seed: SeedOption = 9100,
    difficulty: Annotated[
        str, typer.Option("--difficulty", help="easy, medium, hard, wild (foto / photographs), scan.")
    ] = "wild",
    form: Annotated[str, typer.Option("--form", help="ID formulir. / Form ID.")] = "c-hasil-ppwp-2024",
    jobs: JobsOption = 2,
) -> None:
    """Nilai pencarian lembar pada halaman tiruan. / Judge where drawn pages, and their numbers, are found."""
    from training.proof.places import evaluate  # noqa: PLC0415

    evaluate(form, difficulty, count, seed, jobs)


@app.command("proof")
def evaluate_proof(
    shared: SharedArgument,
    simulated: Annotated[
        int, typer.Option("--simulated", min=0, help="Dokumen tiruan. / Documents drawn at each difficulty.")
    ] = 40,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder. / Folder of pages.md.")] = Path(
        "docs/proof"
    ),
    readme: Annotated[
        Path, typer.Option("--readme", metavar="FILE", help="Tabelnya diganti. / Its marked table is replaced.")
    ] = Path("README.md"),
    jobs: JobsOption = 2,
) -> None:
    """Ukur semuanya, asli dan tiruan. / Measure everything on real and simulated pages; write the tables."""
    from training.proof.run import prove  # noqa: PLC0415

    prove(shared, simulated, out, readme, jobs, typer.echo)


@app.command("realism")
def evaluate_realism(
    crops: Annotated[Path, typer.Argument(metavar="CROPS", help="Potongan asli. / Real crops with labels.csv.")],
    picture: Annotated[Path, typer.Option("--picture", help="Gambar. / Picture side by side.")] = Path("realism.png"),
    seed: SeedOption = 0,
    epochs: Annotated[int, typer.Option("--epochs", help="Putaran latihan. / Of the small network.")] = 8,
) -> None:
    """Seberapa nyata kotak tiruan. / How well a network tells simulated boxes from real ones."""
    need("torch")
    from training.digits.realism import compare  # noqa: PLC0415

    for line in compare(crops, picture, seed=seed, epochs=epochs):
        typer.echo(line)


def _evaluate_witness(kind: str, model: str, folders: list[Path], windows: int, seed: int) -> None:
    from training.witnesses.evaluate import judge  # noqa: PLC0415

    for line in judge(kind, find_package(model), folders, windows, seed):
        typer.echo(line)


def _package(model: str | None) -> ModelPackage | None:
    return None if model is None else find_package(model)
