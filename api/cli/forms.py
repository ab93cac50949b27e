"""`chasil forms`: a table of its commands."""

import typer

from api.cli.command_table import CommandTable, Listed


class FormsTable(CommandTable):
    """What can be done with templates."""

    table = (
        Listed(
            "list",
            None,
            "forms_installed:list_forms",
            "Tampilkan templat yang terpasang. / List the installed templates.",
        ),
        Listed(
            "show",
            None,
            "forms_installed:show_form",
            "Tampilkan isian dan aturan sebuah templat. / "
            "Show the numbers and rules of a template, or a family's variants.",
        ),
        Listed(
            "check",
            None,
            "forms_installed:check_forms",
            "Periksa berkas templat; keluar 2 bila ada yang salah. / Check template files; exit 2 if one is faulty.",
        ),
        Listed(
            "new",
            None,
            "forms_new:new_form",
            "Buat draf templat dari formulir kosong. / Draft a template from a blank form.",
        ),
        Listed("edit", None, "forms_edit:edit_form", "Sunting templat di peramban. / Edit a template in the browser."),
        Listed(
            "print",
            None,
            "forms_print:print_form",
            "Cetak formulir kosong ke PDF, ukuran asli. / Print a blank form to a PDF, true to size.",
        ),
        Listed(
            "prints",
            None,
            "forms_prints:make_prints",
            "Buat ciri cetakan formulir yang terpasang. / Make the prints of the installed forms.",
        ),
    )


app = typer.Typer(cls=FormsTable, help="Templat formulir. / Form templates.", no_args_is_help=True)
