"""Imports point one way, as the page on architecture says, and what that page and all others name is there."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from api.cli.commands import COMMANDS
from api.cli.forms import FormsTable
from api.http.pages.regions import EXAMPLE
from pipeline.forms.loader import FORMS_FOLDER
from pipeline.texts import MESSAGES_FILE, TEXTS_FOLDER
from tests import ROOT

ORDER = ("models", "pipeline", "training", "api")
"""From what knows nothing to what may use everything."""

CONTENTS = [
    file.parent
    for package in ("pipeline", "api")
    for file in sorted((ROOT / package).rglob("__init__.py"))
    if "\n\n" in file.read_text(encoding="utf-8").split('"""')[1]
]
"""Packages that begin with a list of what lies in them."""

LONGEST_FUNCTION = 50
"""Lines of a function, its docstring among them."""

PAGES = tuple(sorted(file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.md")))


def imported(file: Path, *, lazily: bool) -> set[str]:
    """Return our packages that a file imports at its top, or with `lazily` anywhere."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree) if lazily else tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
    return found & set(ORDER)


@pytest.mark.parametrize("package", ORDER)
def test_imports_point_one_way(package: str) -> None:
    above = set(ORDER[ORDER.index(package) + 1 :])
    for file in (ROOT / package).rglob("*.py"):
        lazily = file != ROOT / "models" / "package.py"  # it fetches its error when it refuses
        assert not imported(file, lazily=lazily) & above, file


@pytest.mark.parametrize("folder", CONTENTS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_the_contents_of_a_package_name_all_that_is_in_it(folder: Path) -> None:
    contents = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    there = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert not there - {"__init__"} - set(re.findall(r"\w+", contents))


def test_training_is_imported_by_commands_alone_and_only_when_they_run() -> None:
    using = {file for file in (ROOT / "api").rglob("*.py") if "training" in imported(file, lazily=True)}
    assert {file.stem for file in using} == {"train", "evaluate", "models", "simulate", "forms_print", "forms_prints"}
    at_their_top = {file.stem for file in using if "training" in imported(file, lazily=False)}
    of_one_command = {one.place.partition(":")[0] for one in (*COMMANDS, *FormsTable.table) if ":app" not in one.place}
    assert at_their_top <= of_one_command  # such a module is imported when its command is run


@pytest.mark.parametrize("package", ORDER)
def test_no_function_is_longer_than_a_reader_keeps_in_mind(package: str) -> None:
    files = (file for file in sorted((ROOT / package).rglob("*.py")) if file.parent.name != "versions")  # of migrations
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", [FORMS_FOLDER, MESSAGES_FILE, TEXTS_FOLDER, EXAMPLE], ids=lambda path: str(path.name))
def test_what_the_program_reads_outside_its_packages_is_installed_with_it(path: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    name = path.relative_to(ROOT).as_posix()
    assert installed[name] == name


@pytest.mark.parametrize("name", PAGES)
def test_links_and_commands_of_a_page_lead_somewhere(name: str) -> None:
    page = ROOT / "docs" / name
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert not [link for link in links if not (page.parent / link).exists()]
    assert not [path for path in re.findall(r"`(docs/[\w./-]+)`", text) if not (ROOT / path).exists()]
    from typer.main import get_command  # noqa: PLC0415

    from api.cli.main import app  # noqa: PLC0415

    known = set(getattr(get_command(app), "commands", {}))
    assert set(re.findall(r"\bchasil ([a-z]+)", re.sub(r"`[^`]*[Cc]hasil-[^`]*`", "", _code(text)))) <= known


def _code(text: str) -> str:
    """Return what stands in code on a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
