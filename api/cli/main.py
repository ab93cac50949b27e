"""The command line `chasil`. Commands lie beside it, one a file; what is heavy is imported when needed.

Exit codes: 0 all accepted, 2 wrong usage, 3 something needs review, 4 something was rejected, 130 interrupted.
"""

import io
import sys
from typing import Annotated

import typer
from typer.main import get_command

from api.cli.audit import app as audit_app
from api.cli.backup import backup, restore
from api.cli.compare import compare
from api.cli.console import styled, terminal
from api.cli.digits import digits
from api.cli.elections import app as elections_app
from api.cli.evaluate import app as evaluate_app
from api.cli.export import app as export_app
from api.cli.forms import app as forms_app
from api.cli.forms_edit import edit_form
from api.cli.forms_new import new_form
from api.cli.forms_print import print_form
from api.cli.forms_prints import make_prints
from api.cli.models import app as models_app
from api.cli.one_language import in_one_language, language_asked_for
from api.cli.published import app as published_app
from api.cli.read import read
from api.cli.regions import app as regions_app
from api.cli.review import app as review_app
from api.cli.serve import serve
from api.cli.service import init, retry, status, worker
from api.cli.simulate import simulate
from api.cli.train import app as train_app
from api.cli.user import app as user_app
from api.cli.watch import watch
from api.core.version import program_version
from pipeline.errors import ChasilError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="chasil",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
READING = "Membaca / Reading"
SERVICE = "Layanan / Service"
COUNT = "Hasil dan bukti / Results and proof"
LEARNING = "Melatih / Training"

app.command("read", rich_help_panel=READING)(read)
app.command("digits", rich_help_panel=READING)(digits)
app.command("compare", rich_help_panel=COUNT)(compare)
app.command("serve", rich_help_panel=SERVICE)(serve)
app.command("init", rich_help_panel=SERVICE)(init)
app.command("worker", rich_help_panel=SERVICE)(worker)
app.command("watch", rich_help_panel=SERVICE)(watch)
app.command("status", rich_help_panel=SERVICE)(status)
app.command("retry", rich_help_panel=SERVICE)(retry)
app.command("backup", rich_help_panel=SERVICE)(backup)
app.command("restore", rich_help_panel=SERVICE)(restore)
app.command("simulate", rich_help_panel=LEARNING)(simulate)
forms_app.command("new")(new_form)
forms_app.command("edit")(edit_form)
forms_app.command("print")(print_form)
forms_app.command("prints")(make_prints)
app.add_typer(train_app, name="train", rich_help_panel=LEARNING)
app.add_typer(evaluate_app, name="evaluate", rich_help_panel=LEARNING)
app.add_typer(forms_app, name="forms", rich_help_panel=READING)
app.add_typer(models_app, name="models", rich_help_panel=READING)
app.add_typer(user_app, name="user", rich_help_panel=SERVICE)
app.add_typer(regions_app, name="regions", rich_help_panel=SERVICE)
app.add_typer(review_app, name="review", rich_help_panel=SERVICE)
app.add_typer(elections_app, name="elections", rich_help_panel=SERVICE)
app.add_typer(published_app, name="published", rich_help_panel=COUNT)
app.add_typer(export_app, name="export", rich_help_panel=COUNT)
app.add_typer(audit_app, name="audit", rich_help_panel=COUNT)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"chasil {program_version()}")
        raise typer.Exit


@app.callback()
def _chasil(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Tampilkan versi program. / Show the version."
        ),
    ] = False,
) -> None:
    """Membaca formulir C.Hasil tulisan tangan menjadi angka. / Reads handwritten C.Hasil forms into numbers."""


def main() -> None:
    """Run the command line; every expected failure ends in one clear message and a code, never in a traceback."""
    _speak_utf8()
    try:
        in_one_language(get_command(app), language_asked_for(sys.argv[1:]))()
    except ChasilError as error:
        reason = error.reason
        said = styled((reason.code, "bold red"), f": {reason.text('id')}\n", (reason.text("en"), "dim"))
        terminal(stderr=True).print(said)
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough, as `head` does; the interpreter must not complain while closing it.
        sys.stderr.close()
        sys.exit(0)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the terminal or the file behind it is said to be: names come in every script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
