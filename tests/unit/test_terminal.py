"""What others have written is shown as it is: nothing that reaches the terminal is taken for markup."""

import ast
import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from api.cli.console import fault, styled, terminal, visible
from pipeline.reasons import Reason
from tests import ROOT

API = ROOT / "api"
FILES = [path for path in sorted(API.rglob("*.py")) if path != API / "cli" / "console.py"]
HOSTILE = ["[/x].jpg", "[bold red]galat[/]", "[link=http://x.example]a[/link]", ":skull:", "[", "]", "\\[x]", "[/]"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(API)))
def test_there_is_one_way_to_the_terminal(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {node.id if isinstance(node, ast.Name) else getattr(node, "attr", "") for node in called}
    assert "Console" not in names, "use api.cli.console.terminal, which knows no markup"
    assert not {"escape", "from_markup"} & {name for name in names if "rich" in path.read_text(encoding="utf-8")}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text.startswith(("[bold", "[red", "[green", "[yellow", "[dim"))]


@pytest.mark.parametrize("text", HOSTILE)
def test_brackets_are_brackets(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("Nama")
    table.add_row(text)
    console = terminal()
    console.print(text)
    console.print(styled(("+", "green"), f" {text}"))
    console.print(fault(Reason("file_missing", {"path": text}), "en"))
    console.print(table)
    assert capsys.readouterr().out.count(text) == 4


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\x07b", "a\rb", "a\u202eb", "a\x9b31mb", "a\u200fb"])
def test_what_moves_the_cursor_or_turns_the_line_is_an_escape(text: str) -> None:
    assert visible(text).isprintable()
    console = Console(file=io.StringIO(), markup=False)
    console.print(styled(text))
    assert visible(text) == "a\nb\n" or text not in console.file.getvalue()  # type: ignore[attr-defined]
