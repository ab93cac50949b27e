"""A command's module is imported when the command is run: what is listed costs next to nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.command_table import Listed, imported
from api.cli.commands import COMMANDS
from api.cli.forms import FormsTable

_RUN = """
import json, sys
from api.cli.main import main
sys.argv = ["chasil", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
HEAVY = ("torch", "fastapi", "cv2", "onnxruntime", "pipeline.forms", "pipeline.documents", "models.package")


def ran(home: Path, *arguments: str) -> tuple[Any, set[str]]:
    """Run `chasil` in a process of its own; return its exit code and the modules that it has imported."""
    environment = {**os.environ, "CHASIL_HOME": str(home)}
    given = {"input": "empat kata yang panjang\n", "text": True, "capture_output": True, "env": environment}
    ended = subprocess.run([sys.executable, "-c", _RUN, *arguments], check=True, **given)  # type: ignore[call-overload]
    code, modules = json.loads(ended.stderr.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_what_only_tells_imports_no_command_and_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    code, modules = ran(tmp_path, *arguments)
    assert not code
    assert not modules & {*HEAVY, "numpy", "pydantic", "sqlalchemy"}
    assert not {f"api.cli.{listed.place.partition(':')[0]}" for listed in COMMANDS} & modules
    assert len(modules) < 500  # 388 with CPython 3.11


def test_a_person_is_added_without_forms_models_and_pictures(tmp_path: Path) -> None:
    code, modules = ran(tmp_path, "user", "add", "ani", "--role", "admin", "--password-stdin")
    assert not code
    assert (tmp_path / "chasil.db").is_file()
    assert not modules & {*HEAVY, "numpy"}
    assert len(modules) < 1000  # 833 with CPython 3.11


def test_a_command_of_a_group_imports_none_of_the_others(tmp_path: Path) -> None:
    code, modules = ran(tmp_path, "forms", "print", "--help")
    assert not code
    assert "api.cli.forms_print" in modules
    assert not modules & {"torch", "fastapi", "uvicorn", "onnxruntime", "pipeline.drafting", "api.cli.forms_new"}


@pytest.mark.parametrize("listed", [*COMMANDS, *FormsTable.table], ids=lambda listed: str(listed.name))
def test_a_command_is_listed_with_the_help_that_it_has(listed: Listed) -> None:
    command = imported(listed)
    assert command.name == listed.name
    assert " ".join(command.help.split("\n\n")[0].split()) == listed.help
