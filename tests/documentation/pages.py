"""The pages: every code with its texts, from data/messages.yaml; every setting with its meaning, from its class."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from api.core.settings import PREFIX, Settings
from pipeline.texts import MESSAGES_FILE, messages
from tests import ROOT

REFERENCE = ROOT / "docs" / "reference"


def error_codes() -> str:
    """Return the page of codes, by the sections of the file of texts."""
    text = MESSAGES_FILE.read_text(encoding="utf-8")
    texts = messages()
    lines = [
        "# Kode · Codes",
        "",
        "Every code that a page, a number, a request or a command can be given, as `code` in JSON. A code never",
        "changes its meaning; texts may be improved. Words in braces are filled in with what was seen.",
        "Made by `make docs`.",
    ]
    for title, codes in _sections(text):
        lines += [
            "",
            f"## {title[:1].upper()}{title[1:]}",
            "",
            "| code | English | Bahasa Indonesia |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{code}` | {_cell(texts[code]['en'].unfilled)} | {_cell(texts[code]['id'].unfilled)} |"
            for code in codes
        ]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the page of settings: what is read from the environment."""
    meanings = _attributes(inspect.getdoc(Settings) or "")
    lines = [
        "# Pengaturan · Settings",
        "",
        f"Read from the environment when a command starts; an unknown name that begins with `{PREFIX}` is an error.",
        "Made by `make docs`.",
        "",
        "| variable | by default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "as many as cores" if field.default_factory else _default(field.default)
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {_cell(meanings[name])} |")
    return "\n".join(lines) + "\n"


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the sections of the file of texts: title and codes."""
    parts = re.split(r"^# -{3} (.+?) -+$", text, flags=re.MULTILINE)
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        yield title, re.findall(r"^([a-z_0-9]+):", body, flags=re.MULTILINE)


def _attributes(doc: str) -> dict[str, str]:
    """Return the meaning of each attribute of a docstring."""
    body = doc.partition("Attributes:")[2]
    found = re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", body, flags=re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in found}


def _default(value: object) -> str:
    if value is None or value == ():
        return ""
    return f"`{int(value) if isinstance(value, float) and value.is_integer() else value}`"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


PAGES: Mapping[Path, Callable[[], str]] = {
    REFERENCE / "error-codes.md": error_codes,
    REFERENCE / "settings.md": settings,
}
