"""Help is in one language, whichever is asked for; output is UTF-8 whatever the terminal; the version is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from api.cli.command_table import CommandTable, imported
from api.cli.main import app
from api.cli.one_language import in_one_language, language_of, one_of
from api.core.language import Language
from tests import ROOT
from tests.support.command import chasil


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    if isinstance(command, CommandTable):
        below = {listed.name: imported(listed) for listed in command.table}
    else:
        below = getattr(command, "commands", {})
    for word, made in below.items():
        yield from commands(made, f"{name} {word}")


def everything() -> Iterator[tuple[str, Any]]:
    """Yield the command line itself, and every command below it."""
    yield from commands(get_command(app), "chasil")


ALL = dict(everything())


@pytest.mark.parametrize("name", ALL)
def test_every_text_is_written_in_both_languages(name: str) -> None:
    command = ALL[name]
    texts = [command.help, *(getattr(one, "help", None) for one in command.params)]
    for text in filter(None, texts):
        for paragraph in text.split("\n\n"):
            parts = " ".join(paragraph.split()).split(" / ")
            assert len(parts) == 2 or parts == ["csv, json, parquet."], paragraph


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], "", Language.INDONESIAN),
        ([], "en", Language.ENGLISH),
        (["read", "--language", "en"], "", Language.ENGLISH),
        (["read", "--language=id"], "en", Language.INDONESIAN),
        (["read", "--language"], "en", Language.ENGLISH),
    ],
)
def test_the_language_is_known_before_anything_is_read(
    arguments: list[str], environment: str, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASIL_LANGUAGE", environment)
    assert language_of(arguments) is language


def test_halves_of_a_text() -> None:
    assert one_of("Satu. / One.\n\nDua. / Two.", Language.ENGLISH) == "One.\n\nTwo."
    assert one_of("csv, json.", Language.INDONESIAN) == "csv, json."


@pytest.mark.parametrize(
    ("language", "said", "not_said"),
    [
        ("id", ("Membaca", "Layanan", "Tampilkan bantuan"), "Show"),
        ("en", ("Reading", "Service", "Show this help"), "Tampilkan"),
    ],
)
def test_help_is_in_one_language_and_in_groups(
    language: str,
    said: tuple[str, ...],
    not_said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHASIL_LANGUAGE", language)
    out = chasil(capsys, "--help").out
    assert all(one in out for one in said)
    assert not_said not in out
    assert " / " not in chasil(capsys, "read", "--help").out


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("id", ("Pemakaian: ", "chasil regions import [PILIHAN] ", " untuk bantuan.")),
        ("en", ("Usage: ", "chasil regions import [OPTIONS] ", " for help.")),
    ],
)
def test_how_a_command_is_written_is_told_in_the_same_language(
    language: str, said: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASIL_LANGUAGE", language)
    assert said[0] in chasil(capsys, "--help").out
    told = chasil(capsys, "regions", "import", "--help").out
    assert all(one in told for one in said[:2])
    wrong = chasil(capsys, "regions", "import")
    assert wrong.code == 2
    assert all(one in wrong.err for one in said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read", "--foo"), "Tidak ada pilihan --foo. Maksudnya: --form?"),
        (("red",), "Tidak ada perintah 'red'. Maksudnya: 'read'?"),
        (("read",), "Masukan 'PATH...' belum disebut."),
        (("read", "x", "--jobs", "abc"), "Nilai '--jobs' salah: harus bilangan bulat"),
        (("read", "x", "--jobs", "0"), "Nilai '--jobs' salah: paling kecil 1"),
        (("read", "x", "--form"), "Sesudah '--form' harus ada nilainya."),
        (("status", "a", "b"), "Terlalu banyak masukan: a b"),
        (("simulate",), "Pilihan '--form' belum disebut."),
        (("user", "add", "a", "--role", "king"), "'king' tidak termasuk 'uploader'"),
    ],
    ids=" ".join,
)
def test_what_is_wrong_with_a_command_is_told_in_indonesian(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASIL_LANGUAGE", "id")
    run = chasil(capsys, *arguments)
    assert run.code == 2
    assert said in " ".join(run.err.replace("│", " ").split())
    monkeypatch.setenv("CHASIL_LANGUAGE", "en")
    assert said not in " ".join(chasil(capsys, *arguments).err.replace("│", " ").split())


def test_every_command_has_help_in_either_language() -> None:
    for language in Language:
        for name, command in everything():
            assert " / " not in (in_one_language(command, language).help or ""), name


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "--version")
    assert run.code == 0
    assert run.out.startswith("chasil ")


@pytest.mark.parametrize("name", ["Désa-p2.jpg", "TPS 📷-p2.jpg", "ꦠꦶꦩꦥ-p2.jpg"])
@pytest.mark.parametrize(("encoding", "to"), [("cp1252", "table"), ("ascii", "json"), ("latin-1", "csv")])
def test_output_is_utf8_whatever_the_terminal(encoding: str, to: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    arguments = {"table": [], "json": ["--json", "-"], "csv": ["--csv", "-"]}[to]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "api.cli", "read", name, *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 4, run.stderr
    assert name in run.stdout.decode("utf-8")
    assert b"Traceback" not in run.stderr
