"""Help in one language: every text of a command is written in both, and only one of them is shown.

In the source a paragraph of help is "Bahasa Indonesia. / English."; which half is shown follows `--language`, else
CHASIL_LANGUAGE, else it is Indonesian, before anything else of the command line is looked at.
"""

import os
from collections.abc import Sequence
from typing import Any

import typer.rich_utils

from api.cli.command_table import CommandTable
from api.cli.usage_errors import PRINTED
from api.core.language import Language

_BETWEEN = " / "
_FRAME = {
    "OPTIONS_PANEL_TITLE": ("Pilihan", "Options"),
    "ARGUMENTS_PANEL_TITLE": ("Masukan", "Arguments"),
    "COMMANDS_PANEL_TITLE": ("Perintah", "Commands"),
    "ERRORS_PANEL_TITLE": ("Kesalahan", "Error"),
    "DEFAULT_STRING": ("[baku: {}]", "[default: {}]"),
    "ENVVAR_STRING": ("[lingkungan: {}]", "[env var: {}]"),
    "REQUIRED_LONG_STRING": ("[wajib]", "[required]"),
    "RICH_HELP": (
        "Coba [blue]'{command_path} {help_option}'[/] untuk bantuan.",
        "Try [blue]'{command_path} {help_option}'[/] for help.",
    ),
    "ABORTED_TEXT": ("Dibatalkan.", "Aborted."),
}
_USAGE = ("Pemakaian: ", "Usage: ")
_OPTIONS = ("[PILIHAN]", "[OPTIONS]")
_BELOW = ("PERINTAH [MASUKAN]...", "COMMAND [ARGS]...")
_HELP = "Tampilkan bantuan ini. / Show this help."


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language that a command line asks for, or the environment; Indonesian where neither names one."""
    wanted = os.environ.get("CHASIL_LANGUAGE", "")
    for index, argument in enumerate(arguments):
        if argument == "--language" and index + 1 < len(arguments):
            wanted = arguments[index + 1]
        elif argument.startswith("--language="):
            wanted = argument.partition("=")[2]
    return Language.ENGLISH if wanted.lower() == Language.ENGLISH else Language.INDONESIAN


def one_of(text: str, language: Language) -> str:
    """Return a text, paragraph by paragraph, in one language; what is written in one only stays as it is."""
    which = 0 if language is Language.INDONESIAN else 1
    paragraphs = (" ".join(paragraph.split()).split(_BETWEEN) for paragraph in text.split("\n\n"))
    return "\n\n".join(parts[which] if len(parts) == 2 else _BETWEEN.join(parts) for parts in paragraphs)


def in_one_language(command: Any, language: Language) -> Any:
    """Return a command of typer, and all below it, with the help of every part in one language."""
    for name, pair in _FRAME.items():
        setattr(typer.rich_utils, name, pair[0 if language is Language.INDONESIAN else 1])
    setattr(typer.rich_utils, "rich_format_error", PRINTED[language])  # noqa: B010  typer asks for it there
    _in_language(command, language)
    return command


def _in_language(command: Any, language: Language) -> None:
    for holder, name in ((command, "help"), (command, "short_help"), (command, "rich_help_panel")):
        text = getattr(holder, name, None)
        if isinstance(text, str):
            setattr(holder, name, one_of(text, language))
    for parameter in command.params:
        if isinstance(getattr(parameter, "help", None), str):
            parameter.help = one_of(parameter.help, language)
    _print_usage(command, 0 if language is Language.INDONESIAN else 1)
    _point_to_help(command, language)
    for below in getattr(command, "commands", {}).values():
        _in_language(below, language)
    if isinstance(command, CommandTable):
        command.prepare = lambda imported: _in_language(imported, language)


def _print_usage(command: Any, which: int) -> None:
    """Let the first line of the help, how a command is written, be in the same language."""
    command.options_metavar = _OPTIONS[which]
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = _BELOW[which]

    def written(context: Any, formatter: Any) -> None:
        formatter.write_usage(context.command_path, " ".join(command.collect_usage_pieces(context)), _USAGE[which])

    command.format_usage = written


def _point_to_help(command: Any, language: Language) -> None:
    """Let the option that shows the help say so in the same language."""
    made = command.get_help_option

    def made_in_one_language(context: Any) -> Any:
        option = made(context)
        if option is not None:
            option.help = one_of(_HELP, language)
        return option

    command.get_help_option = made_in_one_language
