"""What `chasil train` and `chasil evaluate` share: digits where nothing is named, and the extra `train`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.errors import UsageError

UNNAMED = "digits"
"""What is meant where none of the names comes first: `chasil train CONFIG --data DIR`."""

DataOption = Annotated[
    Path,
    typer.Option(
        "--data", envvar="CHASIL_DATA", metavar="DIR", help="Folder kumpulan data. / Folder of the data sets."
    ),
]


class NamedFirst(TyperGroup):
    """Commands by what is trained or judged; a first argument that names none of them belongs to the digits."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name in front where it was left out. `ctx` is of click, or of the copy of it that typer holds."""
        named = not args or args[0] in self.commands or args[0] in self.get_help_option_names(ctx)
        return super().parse_args(ctx, args if named else [UNNAMED, *args])


def need(*modules: str) -> None:
    """Refuse, with the command that helps, where the extra `train` is not installed.

    Raises:
        UsageError: `training_needs_extra`.

    """
    for module in modules:
        if find_spec(module) is None:
            raise UsageError("training_needs_extra", module=module)
