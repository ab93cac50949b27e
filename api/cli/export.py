"""`chasil export`: numbers and sums in bulk, to a file or to standard output."""

from typing import Annotated

import typer

from api.cli.corrections import corrections
from api.cli.opened import opened
from api.files.atomic import whole_bytes
from api.tabulation.encode import Format
from api.tabulation.exports import Export, check_export, exported

app = typer.Typer(help="Ekspor angka dan jumlah. / Export numbers and sums.", no_args_is_help=True)

FormatOption = Annotated[Format, typer.Option("--format", help="csv, json, parquet.")]
OutOption = Annotated[str, typer.Option("--out", metavar="FILE", help="Berkas, atau - . / File, or - .")]
ElectionOption = Annotated[str | None, typer.Option(metavar="ID", help="Pemilihan. / Election.")]
RegionOption = Annotated[str, typer.Option(metavar="CODE", help="Hanya wilayah ini. / Only this region.")]


app.command("corrections")(corrections)


@app.command("tallies")
def export_tallies(
    format_: FormatOption = Format.CSV,
    out: OutOption = "-",
    election: ElectionOption = None,
    region: RegionOption = "0",
) -> None:
    """Jumlah tiap wilayah, nasional sampai kelurahan/desa. / The sums of every region, nation to village."""
    _export("tallies", format_, out, election, region)


@app.command("numbers")
def export_numbers(
    format_: FormatOption = Format.CSV,
    out: OutOption = "-",
    election: ElectionOption = None,
    region: RegionOption = "0",
) -> None:
    """Angka tiap TPS, dengan asal-usulnya. / Every number of every station, with where it comes from."""
    _export("numbers", format_, out, election, region)


@app.command("kpu")
def export_kpu(
    format_: FormatOption = Format.JSON,
    out: OutOption = "-",
    election: ElectionOption = None,
    region: RegionOption = "0",
) -> None:
    """Tiap TPS dalam bentuk berkas publik KPU. / Every station in the shape of the commission's public files."""
    _export("kpu", format_, out, election, region)


def _export(what: str, format_: Format, out: str, election: str | None, region: str) -> None:

    with opened() as records:
        chosen = check_export(records, Export(what), format_, election, region)
        with whole_bytes(out) as file:
            for piece in exported(records, Export(what), format_, chosen):
                file.write(piece)
