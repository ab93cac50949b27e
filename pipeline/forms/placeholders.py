"""Placeholders in the texts of a form family: `paslon_{pair}`, `{first_tag+page}`, `{model}`.

A placeholder is a name, or a sum or difference of names and whole numbers. A value that is one placeholder and nothing
else becomes what it stands for (a number stays a number); in a longer text each is written out. There is no more to the
language, so that a family can never run code.
"""

import re
from collections.abc import Mapping
from typing import Any

Value = bool | int | str

_PLAIN = frozenset({bool, int, float, type(None)})
"""Kinds in which no placeholder can be: most of what a template holds is numbers."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TERM = re.compile(r"\s*([+-]?)\s*([a-z][a-z0-9_]*|\d+)\s*")


class PlaceholderError(ValueError):
    """A placeholder that means nothing here; the message says which, and what could stand there."""


def filled(content: Any, values: Mapping[str, Value]) -> Any:
    """Return nested lists and dictionaries with every placeholder replaced.

    Raises:
        PlaceholderError: A name is unknown, or adds up what is no number.

    """
    if isinstance(content, str):
        return _filled_text(content, values) if "{" in content else content
    if isinstance(content, dict):
        return {key: value if type(value) in _PLAIN else filled(value, values) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [value if type(value) in _PLAIN else filled(value, values) for value in content]
    return content


def whole(content: int | str, values: Mapping[str, Value]) -> int:
    """Return a count given as a number or as one placeholder.

    Raises:
        PlaceholderError: It is no whole number.

    """
    value = filled(content, values)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PlaceholderError(f"`{content}` is {value!r}, not a whole number")
    return value


def _filled_text(text: str, values: Mapping[str, Value]) -> Value:
    if (alone := _PLACEHOLDER.fullmatch(text)) is not None:
        return _value(alone.group(1), values)
    return _PLACEHOLDER.sub(lambda found: str(_value(found.group(1), values)), text)


def _value(expression: str, values: Mapping[str, Value]) -> Value:
    """Return what stands between the braces: one value of any kind, or the sum of whole numbers."""
    if expression in values:
        return values[expression]
    total, at = 0, 0
    while at < len(expression):
        term = _TERM.match(expression, at)
        if term is None or bool(at) != bool(term.group(1)):
            raise PlaceholderError(f"`{{{expression}}}` is not a name, or a sum such as {{first_tag+1}}")
        total += (-1 if term.group(1) == "-" else 1) * _number(term.group(2), expression, values)
        at = term.end()
    if not at:
        raise PlaceholderError("`{}` names nothing")
    return total


def _number(term: str, expression: str, values: Mapping[str, Value]) -> int:
    if term.isdigit():
        return int(term)
    if term not in values:
        raise PlaceholderError(f"`{{{expression}}}` speaks of {term}; known here: {', '.join(sorted(values))}")
    value = values[term]
    if isinstance(value, bool) or not isinstance(value, int):
        raise PlaceholderError(f"`{{{expression}}}` adds {term}, which is {value!r} and no whole number")
    return value
