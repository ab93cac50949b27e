"""JSON files of any size, an element at a time: an object by station codes, an array, lines, or one station alone.

No more of a file is in memory than the element at hand; how large that may be is limited, and so is how deep it nests.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from api.regions.codes import is_station
from pipeline.errors import UsageError

CHUNK = 1 << 20
LARGEST_ELEMENT = 4 << 20
"""Characters read at a time, and of the largest element: one station of the commission has about 1,500."""

_SPACE = " \t\r\n"


def elements_of(path: Path, name: str) -> Iterator[tuple[str | None, Any]]:
    """Yield the elements of a file, each with the station code that it stands under, where there is one.

    Args:
        path: The file.
        name: As it is called in an error.

    Raises:
        UsageError: `published_damaged`, with how far it was read; `published_unreadable`.

    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _elements(_Text(file, name))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("published_unreadable", path=name, why=str(error)) from error


class _Text:
    """The text of a file, from where it has been read to."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._text, self._at, self._gone = "", 0, 0

    def next(self) -> str:
        """Return the next character that is no space, without taking it; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, wanted: str) -> str:
        """Take the next character, one of `wanted`."""
        found = self.next()
        if not found or found not in wanted:
            raise self.damaged()
        self._at += 1
        return found

    def value(self) -> Any:
        """Take the next JSON value."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError) or not self._may_go_on() or not self._more():
                    raise self.damaged() from error
                continue
            # A number may go on behind the end of what is in memory.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return value

    def damaged(self) -> UsageError:
        """Return the error that says how far the file was read."""
        return UsageError("published_damaged", path=self._name, at=self._gone + self._at)

    def _may_go_on(self) -> bool:
        return len(self._text) - self._at <= LARGEST_ELEMENT

    def _more(self) -> bool:
        """Bring more of the file into memory, and forget what was taken."""
        chunk = self._file.read(CHUNK)
        self._gone += self._at
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)


def _elements(text: _Text) -> Iterator[tuple[str | None, Any]]:
    if text.next() == "[":
        text.take("[")
        for _ in _members(text, "]"):
            yield None, text.value()
        return
    while text.next():
        yield from _object(text)


def _object(text: _Text) -> Iterator[tuple[str | None, Any]]:
    """Yield an object's members where it begins with a station code, else the object itself."""
    text.take("{")
    members: dict[str, Any] = {}
    by_station = False
    for index, _ in enumerate(_members(text, "}")):
        key = text.value()
        text.take(":")
        if not isinstance(key, str) or key in members:
            raise text.damaged()
        by_station = by_station or (index == 0 and is_station(key))
        if by_station:
            yield key, text.value()
        else:
            members[key] = text.value()
    if not by_station:
        yield None, members


def _members(text: _Text, end: str) -> Iterator[None]:
    """Yield before each member of an object or array; take the commas between and what ends it."""
    if text.next() == end:
        text.take(end)
        return
    while True:
        yield
        if text.take("," + end) == end:
            return


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one that names a member twice says two things, and is refused."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member named twice")
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
