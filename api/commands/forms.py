"""`chasil forms`: which templates are installed, what they say, whether one is sound."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.language import Language, word
from pipeline.errors import FormError
from pipeline.forms import FORMS_FOLDER, FormTemplate, NumberField, load_form, load_forms, tagged_pages

app = typer.Typer(help="Templat formulir. / Form templates.", no_args_is_help=True)
LanguageOption = Annotated[Language, typer.Option(envvar="CHASIL_LANGUAGE", help="Bahasa. / Language.")]


@app.command("list")
def list_forms(language: LanguageOption = Language.INDONESIAN) -> None:
    """Tampilkan templat yang terpasang. / List the installed templates."""
    table = Table(
        word("form", language), "", word("pages", language), word("number", language), word("rules", language)
    )
    for form in load_forms().values():
        title = form.title.id if language is Language.INDONESIAN else form.title.en
        note = "" if form.confirmed else f" ({word('not_confirmed', language)})"
        numbers = sum(len(page.numbers) for page in form.pages)
        table.add_row(form.id, escape(title + note), str(len(form.pages)), str(numbers), str(len(form.rules)))
    Console().print(table)


@app.command("show")
def show_form(
    form: Annotated[str, typer.Argument(metavar="ID")], language: LanguageOption = Language.INDONESIAN
) -> None:
    """Tampilkan isian dan aturan sebuah templat. / Show the numbers and rules of a template."""
    installed = load_forms()
    if form not in installed:
        raise FormError("form_unknown", form=form, installed=", ".join(installed))
    template = installed[form]
    console = Console()
    console.print(_numbers(template, language))
    console.print(_rules(template, language))


@app.command("check")
def check_forms(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]")] = None,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Periksa berkas templat; keluar 2 bila ada yang salah. / Check template files; exit 2 if one is faulty."""
    console = Console()
    faulty, sound = False, []
    for path in files or sorted(FORMS_FOLDER.glob("*.yaml")):
        try:
            sound.append(load_form(path))
            console.print(f"[green]{escape(str(path.name))}: {word('valid', language)}[/]")
        except FormError as error:
            faulty = True
            console.print(f"[red]{error.code}[/]: {escape(error.reason.text(language.value))}", highlight=False)
    tagged_pages(sound)
    raise typer.Exit(2 if faulty else 0)


def _numbers(form: FormTemplate, language: Language) -> Table:
    table = Table(word("page", language), "name", word("number", language), "x, y mm", word("boxes", language), "+")
    for page in form.pages:
        for field in page.numbers:
            label = field.label.id if language is Language.INDONESIAN else field.label.en
            size = f"{field.boxes.count} x {field.boxes.width:g} x {field.boxes.height:g}"
            place = f"{field.boxes.x:g}, {field.boxes.y:g}"
            table.add_row(str(page.number), field.name, escape(label), place, size, _witnesses(field))
    return table


def _witnesses(field: NumberField) -> str:
    witnesses = {"bubbles": field.bubbles, "tally": field.tally, "row sums": field.row_sums, "words": field.words}
    return ", ".join(name for name, place in witnesses.items() if place is not None)


def _rules(form: FormTemplate, language: Language) -> Table:
    table = Table("id", word("rules", language), "", "")
    for rule in form.rules:
        label = rule.label.id if language is Language.INDONESIAN else rule.label.en
        table.add_row(rule.id, escape(rule.expression), rule.severity, escape(label))
    return table
