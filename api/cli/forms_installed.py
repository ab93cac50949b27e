"""`chasil forms list`, `show` and `check`: which templates are installed, what they say, whether one is sound."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.console import fault, styled, terminal
from api.cli.options import LanguageOption
from api.core.forms import installed_forms
from api.core.language import Language, word
from pipeline.errors import FormError
from pipeline.forms import (
    FORMS_FOLDER,
    Forms,
    FormTemplate,
    NumberField,
    load_variants,
    tagged_pages,
)
from pipeline.registration.prints.library import PrintLibrary


def list_forms(language: LanguageOption = Language.INDONESIAN) -> None:
    """Tampilkan templat yang terpasang. / List the installed templates."""
    forms = installed_forms()
    table = Table(word("form", language), "")
    table.columns[0].no_wrap = True  # an id is copied from here
    for family, variants in forms.families.items():
        table.add_row(family, styled("\n".join(_described(forms, variants, language))))
    terminal().print(table)


def show_form(
    form: Annotated[str, typer.Argument(metavar="ID")], language: LanguageOption = Language.INDONESIAN
) -> None:
    """Tampilkan isian dan aturan sebuah templat. / Show the numbers and rules of a template, or a family's variants."""
    forms = installed_forms(only=form)
    console = terminal()
    if form in forms:
        console.print(_numbers(forms[form], language))
        console.print(_rules(forms[form], language))
    else:
        console.print(_variants(forms, forms.families[form], language))


def check_forms(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]")] = None,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Periksa berkas templat; keluar 2 bila ada yang salah. / Check template files; exit 2 if one is faulty."""
    console = terminal()
    faulty = False
    sound: list[FormTemplate] = []
    for path in files or sorted(FORMS_FOLDER.glob("*.yaml")):
        try:
            variants = load_variants(path)
            sound += variants
            valid = (f"{path.name}: {word('valid', language)}", "green")
            console.print(styled(valid, f"; {_printed(path, variants, language)}"))
        except FormError as error:
            faulty = True
            console.print(fault(error.reason, language.value, "red"))
    tagged_pages(sound)
    raise typer.Exit(2 if faulty else 0)


def _printed(path: Path, variants: Sequence[FormTemplate], language: Language) -> str:
    """Return which pages are known by their print."""
    library = PrintLibrary({form.id: form for form in variants}, (path.parent,))
    pages = sorted({page.number for form in variants for page in form.pages if library.of(form, page.number)})
    return f"{word('print', language)} {_run(pages)}" if pages else word("without_print", language)


def _described(forms: Forms, variants: Sequence[str], language: Language) -> list[str]:
    """Return what a list says of a family: title, size, layout, and what its variants differ in."""
    known = forms.installed[variants[-1]]
    form = forms[known.id]  # the last variant has all that the others have
    counts = {"pages": len(form.pages), "number": sum(len(page.numbers) for page in form.pages)}
    sizes = [f"{word(key, language)} {count}" for key, count in (*counts.items(), ("rules", len(form.rules)))]
    lines = [
        known.family_title.id if language is Language.INDONESIAN else known.family_title.en,
        ", ".join(sizes),
        f"{word('layout', language)}: {word('confirmed' if known.confirmed else 'not_confirmed', language)}",
    ]
    if len(variants) > 1:
        lines.append(f"{word('variants', language)} {len(variants)}: {', '.join(_ranges(forms, variants))}")
    return lines


def _ranges(forms: Forms, variants: Sequence[str]) -> list[str]:
    """Return what the variants of a family differ in: `pairs 2..6`, `kolom_kosong`."""
    ranges = []
    for name in forms.installed[variants[0]].leading_parameters:
        values = sorted({forms.installed[form].parameters[name] for form in variants})
        if len(values) > 1:
            ranges.append(name if isinstance(values[0], bool) else f"{name} {_run(values)}")
    return ranges


def _run(values: Sequence[int]) -> str:
    """Return sorted numbers as `2..6`, or one by one where some are missing in between."""
    if len(values) > 2 and values[-1] - values[0] == len(values) - 1:
        return f"{values[0]}..{values[-1]}"
    return "/".join(str(value) for value in values)


def _variants(forms: Forms, variants: Sequence[str], language: Language) -> Table:
    table = Table(word("form", language), word("parameters", language), word("pages", language), word("tags", language))
    table.columns[0].no_wrap = True
    for form in variants:
        known = forms.installed[form]
        ranges = [
            f"{name}: {word('yes' if value else 'no', language) if isinstance(value, bool) else value}"
            for name, value in known.parameters.items()
        ]
        tags = [number for _, number in known.tags]
        table.add_row(form, styled(", ".join(ranges)), str(known.pages), _run(tags) if tags else "")
    return table


def _numbers(form: FormTemplate, language: Language) -> Table:
    table = Table(word("page", language), "name", word("number", language), "x, y mm", word("boxes", language), "+")
    for page in form.pages:
        for field in page.numbers:
            label = field.label.id if language is Language.INDONESIAN else field.label.en
            size = f"{field.boxes.count} x {field.boxes.width:g} x {field.boxes.height:g}"
            place = f"{field.boxes.x:g}, {field.boxes.y:g}"
            table.add_row(str(page.number), field.name, styled(label), place, size, _witnesses(field, language))
    return table


def _witnesses(field: NumberField, language: Language) -> str:
    witnesses = {"bubbles": field.bubbles, "tally": field.tally, "row_sums": field.row_sums, "words": field.words}
    return ", ".join(word(name, language) for name, place in witnesses.items() if place is not None)


def _rules(form: FormTemplate, language: Language) -> Table:
    table = Table("id", word("rules", language), "", "")
    for rule in form.rules:
        label = rule.label.id if language is Language.INDONESIAN else rule.label.en
        table.add_row(rule.id, styled(rule.expression), rule.severity, styled(label))
    return table
