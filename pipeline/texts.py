"""The catalogue of texts that people read, in Bahasa Indonesia and English, by key.

data/messages.yaml           codes of reasons and errors
data/texts/parts.yaml        words that messages are put together of
data/texts/pages/*.yaml      pages, in sections
data/texts/comparison.yaml   the report of `chasil compare`
data/texts/terminal.yaml     the command line
data/texts/operations.yaml   operations of the API
data/texts/operator.yaml     lines of the command line in both languages at once

English has a word for one and another for several: `{count} {count:file|files}`; the browser reads it by
api/web/static/fill.js.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.yaml_files import load_kept

MESSAGES_FILE = Path(__file__).resolve().parents[1] / "data" / "messages.yaml"
TEXTS_FOLDER = MESSAGES_FILE.parent / "texts"

_ONE_OR_MORE = re.compile(r"\{(\w+):([^{}|]+)\|([^{}|]+)\}")


class Text(str):
    """A text of the catalogue: of `{count:file|files}` the first is written where the count is one, else the second."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        """Return the text with values in it; a count may be written already, in digits."""
        chosen = _ONE_OR_MORE.sub(lambda found: found[2 if str(values[found[1]]) == "1" else 3], self)
        return chosen.format(*args, **values)

    @property
    def unfilled(self) -> str:
        """The text as documentation shows it: with its places, and the words of several."""
        return _ONE_OR_MORE.sub(r"\3", self)


Texts = Mapping[str, Mapping[str, Text]]
"""`{key: {"id": ..., "en": ...}}`."""


@cache
def messages() -> Texts:
    """Return the texts of every code."""
    loaded: Texts = _loaded(MESSAGES_FILE)
    return loaded


@cache
def texts(name: str) -> Texts:
    """Return a part of the catalogue: `terminal`, `comparison`, `parts`, `operations`."""
    loaded: Texts = _loaded(TEXTS_FOLDER / f"{name}.yaml")
    return loaded


@cache
def lines(name: str) -> Mapping[str, Text]:
    """Return a part whose texts are in both languages at once: `operator`."""
    loaded: Mapping[str, Text] = _loaded(TEXTS_FOLDER / f"{name}.yaml")
    return loaded


@cache
def page_texts() -> Mapping[str, Texts]:
    """Return the texts of all pages by section."""
    sections: dict[str, Texts] = {}
    for file in sorted((TEXTS_FOLDER / "pages").glob("*.yaml")):
        sections |= _loaded(file)
    return sections


def listed(keys: Sequence[str], language: str) -> str:
    """Return words of `parts` one after the other, with commas between."""
    return ", ".join(texts("parts")[key][language] for key in keys)


def _loaded(file: Path) -> Any:
    return _texts_in(load_kept(file.read_text(encoding="utf-8")))


def _texts_in(loaded: Any) -> Any:
    if isinstance(loaded, dict):
        return {key: _texts_in(value) for key, value in loaded.items()}
    return Text(loaded) if isinstance(loaded, str) else loaded
