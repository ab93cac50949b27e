"""The command line `chasil`. Commands lie beside it, one a file; what is heavy is imported when needed.

Exit codes: 0 all accepted, 2 wrong usage, 3 something needs review, 4 something was rejected, 130 interrupted.
"""

import sys

import typer
from rich.console import Console
from rich.markup import escape

from api.cli.audit import app as audit_app
from api.cli.digits import digits
from api.cli.evaluate import app as evaluate_app
from api.cli.export import app as export_app
from api.cli.forms import app as forms_app
from api.cli.forms_edit import edit_form
from api.cli.forms_new import new_form
from api.cli.forms_print import print_form
from api.cli.forms_prints import make_prints
from api.cli.models import app as models_app
from api.cli.read import read
from api.cli.regions import app as regions_app
from api.cli.review import app as review_app
from api.cli.serve import serve
from api.cli.service import init, retry, status, worker
from api.cli.simulate import simulate
from api.cli.train import app as train_app
from api.cli.user import app as user_app
from api.cli.watch import watch
from pipeline.errors import ChasilError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="chasil",
    help="Membaca formulir C.Hasil tulisan tangan menjadi angka. / Reads handwritten C.Hasil forms into numbers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("read")(read)
app.command("serve")(serve)
app.command("init")(init)
app.command("worker")(worker)
app.command("watch")(watch)
app.command("status")(status)
app.command("retry")(retry)
app.command("digits")(digits)
app.command("simulate")(simulate)
forms_app.command("new")(new_form)
forms_app.command("edit")(edit_form)
forms_app.command("print")(print_form)
forms_app.command("prints")(make_prints)
app.add_typer(train_app, name="train")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(forms_app, name="forms")
app.add_typer(models_app, name="models")
app.add_typer(user_app, name="user")
app.add_typer(regions_app, name="regions")
app.add_typer(review_app, name="review")
app.add_typer(export_app, name="export")
app.add_typer(audit_app, name="audit")


def main() -> None:
    """Run the command line; every expected failure ends in one clear message and a code, never in a traceback."""
    try:
        app()
    except ChasilError as error:
        reason = error.reason
        indonesian, english = escape(reason.text("id")), escape(reason.text("en"))
        Console(stderr=True).print(f"[bold red]{reason.code}[/]: {indonesian}\n[dim]{english}[/]")
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough, as `head` does; the interpreter must not complain while closing it.
        sys.stderr.close()
        sys.exit(0)
