"""The command line `chasil`. Commands lie beside it, one a file, and are imported when they are run.

Exit codes: 0 all accepted, 2 wrong usage, 3 something needs review, 4 something was rejected, 130 interrupted.
"""

import io
import sys
from typing import Annotated

import typer
from typer.main import get_command

from api.cli.commands import Chasil
from api.cli.console import styled, terminal
from api.cli.one_language import in_one_language, language_of
from api.core.version import program_version
from pipeline.errors import ChasilError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="chasil",
    cls=Chasil,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"chasil {program_version()}")
        raise typer.Exit


@app.callback()
def _chasil(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Tampilkan versi program. / Show the version."
        ),
    ] = False,
) -> None:
    """Membaca formulir C.Hasil tulisan tangan menjadi angka. / Reads handwritten C.Hasil forms into numbers."""


def main() -> None:
    """Run the command line; every expected failure ends in one clear message and a code, never in a traceback."""
    _write_utf8()
    try:
        in_one_language(get_command(app), language_of(sys.argv[1:]))()
    except ChasilError as error:
        reason = error.reason
        text = styled((reason.code, "bold red"), f": {reason.text('id')}\n", (reason.text("en"), "dim"))
        terminal(stderr=True).print(text)
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough, as `head` does; the interpreter must not complain while closing it.
        sys.stderr.close()
        sys.exit(0)


def _write_utf8() -> None:
    """Write UTF-8 whatever the terminal or the file behind it is said to be: names come in every script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
