"""Tables of commands. A command's module is imported when the command is run, and not when it is listed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as it is listed.

    Attributes:
        name: After `chasil`, or after the name of its group.
        panel: Under what it stands; None within a group.
        place: Module of this package, a colon, and the name there of the function, or of the typer with its commands.
        help: What it does, in both languages: the first paragraph of its own help.

    """

    name: str
    panel: str | None
    place: str
    help: str


class CommandTable(TyperGroup):
    """Lists its commands by a table; imports the one that is run.

    `prepare` is done to a command that was imported, before it is run.
    """

    table: ClassVar[Sequence[Listed]]
    prepare: Callable[[Any], None] | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": {listed.name: _stub(listed) for listed in self.table}})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is run, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is None or name is None:
            return name, command, rest
        command = imported(next(listed for listed in self.table if listed.name == name))
        if self.prepare is not None:
            self.prepare(command)
        return name, command, rest


def imported(listed: Listed) -> Any:
    """Return a command, or a group of them, out of its module."""
    module, _, attribute = listed.place.partition(":")
    found = getattr(import_module(f"api.cli.{module}"), attribute)
    around = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=listed.name)
    else:
        around.command(listed.name)(found)
    return get_group(around).commands[listed.name]


def _stub(listed: Listed) -> TyperCommand:
    """Return what stands in the list for a command."""
    return TyperCommand(name=listed.name, help=listed.help, rich_help_panel=listed.panel)
