"""`chasil review`: hidden tests, the threshold, and what the desk keeps in order."""

from typing import Annotated

import typer

from api.cli.opened import opened
from api.core.language import both
from api.desk.gold import add_gold, agreed_numbers
from api.desk.refresh import refresh_all
from api.ledger.actors import COMMAND_LINE
from api.sampling.threshold import raise_threshold, redecide_below

app = typer.Typer(help="Meja pemeriksaan. / The review desk.", no_args_is_help=True)
gold = typer.Typer(help="Soal uji tersembunyi. / Hidden tests.", no_args_is_help=True)
app.add_typer(gold, name="gold")


@gold.command("add")
def add(
    document: Annotated[str, typer.Option(metavar="ID", help="Dokumen. / Document.")],
    field: Annotated[str, typer.Option(metavar="NAME", help="Angka, mis. paslon_1. / Number, such as paslon_1.")],
    boxes: Annotated[str, typer.Option(metavar="BOXES", help="Isi kotak, mis. X24. / What the boxes hold: X24.")],
) -> None:
    """Tambah angka yang kebenarannya diketahui. / Add a number whose truth is known."""
    with opened() as records, records.database.writing() as session:
        made = add_gold(session, document, field, boxes, COMMAND_LINE, "imported")
        typer.echo(f"{made.field} {made.boxes} ({made.source})")


@gold.command("agreed")
def agreed(
    count: Annotated[int, typer.Option(min=1, help="Paling banyak sekian. / At most so many.")] = 50,
) -> None:
    """Ambil angka yang dibaca sama oleh dua orang. / Take numbers that two people read the same."""
    with opened() as records, records.database.writing() as session:
        found = agreed_numbers(session, count)
        for number in found:
            add_gold(session, number.document_id, number.field, number.final_boxes, COMMAND_LINE, "agreed")
        typer.echo(both("new_tests", count=len(found)))


@app.command("threshold")
def threshold(
    value: Annotated[float, typer.Argument(min=0, max=1, help="Ambang baru. / The new threshold.")],
) -> None:
    """Naikkan ambang penerimaan; yang di bawahnya diperiksa. / Raise the threshold; what is below goes to review."""
    with opened() as records:
        with records.database.writing() as session:
            raise_threshold(session, records.threshold, value, COMMAND_LINE)
        typer.echo(both("decided_again", count=redecide_below(records, value)))


@app.command("refresh")
def refresh() -> None:
    """Susun ulang antrean dan tanda kotak. / Bring the queue and the marks of boxes up to date."""
    with opened() as records:
        pages, documents = refresh_all(records)
        typer.echo(both("desk_refreshed", pages=pages, documents=documents))
