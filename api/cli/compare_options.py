"""What `chasil compare` can be asked: its arguments and options, and what a command line asks for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import jobs_option, threshold_option
from api.core.language import Language

PublishedArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PUBLISHED",
        help="Angka yang diterbitkan: JSON, folder JSON, CSV, Parquet. / "
        "Published figures: JSON, a folder of it, CSV, Parquet.",
    ),
]
PhotographsArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PHOTOS]...", help="Foto: berkas, ZIP, folder. / Photographs: files, ZIPs, folders."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Laporan, tabel, dan berkas kerja; perintah yang sama meneruskannya. / "
        "Report, tables and the work file; the same command goes on with it.",
    ),
]
ReportOption = Annotated[str | None, typer.Option(metavar="FILE", help="Tulis laporan HTML. / Write the report, HTML.")]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.yaml", help="Arti kolom dan pasangan. / What columns and pairs mean (docs/guides/compare.md)."
    ),
]
PairsOption = Annotated[
    str | None,
    typer.Option(metavar="ID=N,...", help="Nomor pasangan tiap id. / The pair's number of each id: 100025=1,100026=2."),
]
FiguresFormOption = Annotated[
    str | None, typer.Option(metavar="ID", help="Formulir angka itu. / The form that the figures are of.")
]
SampleOption = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Undi sekian TPS. / Draw so many stations by chance.")
]
SeedOption = Annotated[
    str | None, typer.Option(metavar="S", help="Benih undian, umum. / What chance begins with, in public.")
]
ConfidenceOption = Annotated[
    float,
    typer.Option(min=0.5, max=0.9999, help="Keyakinan pernyataan sampel. / Confidence of what a sample says."),
]
TakenAtOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Kapan berkas diambil. / When the file was taken from its publisher."),
]
JobsOption = Annotated[int, jobs_option("TPS sekaligus. / Stations at a time.")]
ThresholdOption = Annotated[
    float | None,
    threshold_option(
        "Perbedaan dinyatakan mulai keyakinan ini (baku: milik model). / "
        "State differences from this probability (default: the model's own)."
    ),
]
FetchOption = Annotated[
    bool,
    typer.Option("--fetch", help="Ambil foto dari alamat yang diterbitkan. / Fetch photographs from their addresses."),
]
MirrorOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Tempat foto yang diambil. / Where fetched files are kept (OUT/mirror)."),
]
AtATimeOption = Annotated[
    int, typer.Option(min=1, max=16, metavar="N", help="Berkas sekaligus. / Files fetched at a time.")
]
AllowPrivateOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Mesin sendiri yang boleh ditanya. / A machine of one's own network that may be asked.",
    ),
]
ServiceOption = Annotated[
    bool,
    typer.Option("--service", help="Pakai foto di layanan mesin ini. / Take what the service of this machine holds."),
]
ElectionOption = Annotated[str | None, typer.Option(metavar="ID", help="Pemilihan di layanan. / Election there.")]


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What a command line asks for."""

    published: Path
    photographs: list[Path]
    out: Path | None
    json_file: str | None
    report: str | None
    mapping: Path | None
    pairs: str | None
    form: str | None
    sample: int | None
    seed: str | None
    confidence: float
    taken_at: str | None
    jobs: int
    threshold: float | None
    language: Language
    fetch: bool
    mirror: Path | None
    at_a_time: int
    allow_private: tuple[str, ...]
    service: bool
    election: str | None
