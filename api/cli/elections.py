"""`chasil elections`: which elections are on, under which titles, and the names of their pairs."""

from typing import Annotated

import typer
from rich.table import Table

from api.administration.elections import ElectionChange, change_election
from api.cli.console import terminal
from api.cli.opened import opened
from api.core.context import PROGRAM
from api.core.language import both
from api.tabulation.amounts import PAIR
from api.tabulation.elections import elections_of, named_pair, pair_names, title_of

app = typer.Typer(help="Pemilihan yang ditampilkan. / Elections that are shown.", no_args_is_help=True)

PairOption = Annotated[
    list[str] | None,
    typer.Option("--pair", metavar="1=NAMA", help="Nama pasangan; boleh berulang. / Name of a pair; repeatable."),
]


@app.command("list")
def list_elections() -> None:
    """Daftar pemilihan. / List the elections."""
    with opened() as records, records.database.reading() as session:
        known = elections_of(session)
        there = {one.id for one in (*known.listed, *known.aside)}
        table = Table(box=None, pad_edge=False)
        heads = map(both, ("head_on", "head_main", "head_pages", "head_title", "head_pairs"))
        for head in ("id", *heads):
            table.add_column(head, overflow="fold")
        for one in known.every:
            names = ", ".join(str(named_pair(one, field)) for field in pair_names(one))
            marks = (not known.is_off(one), known.is_main(one), one.id in there)
            table.add_row(one.id, *("✓" if mark else "–" for mark in marks), title_of(one)["id"], names)
    terminal().print(table)


@app.command("set")
def set_election(
    election: Annotated[str, typer.Argument(metavar="ID", help="Pemilihan. / Election.")],
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Ditampilkan atau tidak. / Whether it is shown.")
    ] = None,
    main: Annotated[
        bool, typer.Option("--main", help="Yang tampil lebih dulu. / The one that is shown first.")
    ] = False,
    title: Annotated[str | None, typer.Option(metavar="TEKS", help="Judul. / Title in Indonesian.")] = None,
    title_en: Annotated[str | None, typer.Option(metavar="TEXT", help="Judul Inggris. / Title in English.")] = None,
    pair: PairOption = None,
    differences: Annotated[
        bool | None,
        typer.Option(
            "--differences/--no-differences",
            help="Selisih dengan angka terbitan untuk umum. / Whether differences are shown to everyone.",
        ),
    ] = None,
) -> None:
    """Tentukan pemilihan yang tampil dan nama pasangannya. / Say which election is shown, and its pairs' names."""
    given = [one.partition("=") for one in pair or []]
    pairs = {f"{PAIR}{number.strip()}": name for number, _, name in given} or None
    change = ElectionChange(
        is_on=on, main=main or None, title_id=title, title_en=title_en, pairs=pairs, differences=differences
    )
    with opened() as records, records.database.writing() as session:
        change_election(session, PROGRAM, election, change)
    typer.echo(both("saved", election=election))
