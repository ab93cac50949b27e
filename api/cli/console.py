"""What goes to the terminal. Names of files, people and regions are written by others: they are shown as they are.

rich takes square brackets for markup, and a name such as `[/x].jpg` would end the program, or dress itself up as a
message of ours. So there is one way to the terminal, and it knows no markup: what is to look different is `styled`.
"""

from rich.console import Console
from rich.text import Text

from pipeline.reasons import Reason


def terminal(*, stderr: bool = False) -> Console:
    """Return the terminal; nothing that is printed there is taken for markup."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def styled(*parts: str | tuple[str, str]) -> Text:
    """Return a text from parts: as they are, or with a style; what would move the cursor is shown as an escape."""
    shown = [visible(part) if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts]
    return Text.assemble(*shown)


def visible(text: str) -> str:
    """Return a text whose characters can all be seen: of the others, line feeds alone are left."""
    return "".join(one if one == "\n" or one.isprintable() else _escape(one) for one in text)


def fault(reason: Reason, language: str, style: str = "bold red") -> Text:
    """Return a reason as one line: its code, and what it says."""
    return styled((reason.code, style), f": {reason.text(language)}")


def _escape(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
