"""YAML, built from the events of libyaml's C parser: start-up reads some thousand lines of it.

PyYAML's own loader builds a tree of nodes and tries a list of patterns on every scalar; that takes three times as long
as the parser itself. Here plain scalars of the usual kinds are told at once and remembered; whatever is unusual (dates,
octal numbers, anchors, tags) goes the way of PyYAML, so that the result is the same.
"""

import re
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_MAY_BE_MORE = frozenset("-+.0123456789~<=")
"""A plain scalar that starts otherwise is a text, but for these:"""
_NO_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_NO_KEY = object()


class _Unusual(Exception):  # noqa: N818  no error: the text takes the slow way
    """Anchors, aliases or tags."""


def load_yaml(text: str) -> Any:
    """Return what a YAML text says; plain values only, never objects.

    Raises:
        yaml.YAMLError: It is no YAML.

    """
    try:
        return _built_or_slowly(text)
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError, IndexError) as error:
        # What is taken for a date, a number or a tag need not be one: each kind has an error of its own.
        raise yaml.YAMLError(f"a value cannot be what it looks like: {str(error)[:100]}") from error


def _built_or_slowly(text: str) -> Any:
    try:
        return _built(_LOADER(text))
    except _Unusual:
        return _slowly(text)


def _built(parser: Any) -> Any:
    """Return the one document of a stream of events."""
    root: list[Any] = []
    outer: list[tuple[Any, Any]] = []
    inside, key = cast("Any", root), _NO_KEY
    plain: dict[str, Any] = {}
    event = parser.get_event()
    while not isinstance(event, StreamEndEvent):
        if isinstance(event, CollectionStartEvent):
            _refuse_unusual(event)
            outer.append((inside, key))
            inside, key = [] if isinstance(event, SequenceStartEvent) else {}, _NO_KEY
        elif isinstance(event, ScalarEvent | MappingEndEvent | SequenceEndEvent):
            if isinstance(event, ScalarEvent):
                value = _value(event, plain)
            else:
                value = inside
                inside, key = outer.pop()
            key = _kept(inside, key, value)
        elif isinstance(event, AliasEvent):
            raise _Unusual
        event = parser.get_event()
    if len(root) != 1:
        raise _Unusual  # empty, or several documents
    return root[0]


def _kept(inside: Any, key: Any, value: Any) -> Any:
    """Put a value into its list or mapping; return the key that waits for its value now."""
    if isinstance(inside, list):
        inside.append(value)
    elif key is _NO_KEY:
        if value == "<<" or isinstance(value, list | dict):
            raise _Unusual
        return value
    else:
        inside[key] = value
    return _NO_KEY


def _refuse_unusual(event: Event) -> None:
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise _Unusual


def _value(event: ScalarEvent, plain: dict[str, Any]) -> Any:
    """Return what a scalar says; `plain` remembers those without quotes."""
    _refuse_unusual(event)
    text: str = event.value
    if not event.implicit[0]:
        return text  # in quotes
    if text not in plain:
        plain[text] = _plain(text)
    return plain[text]


def _plain(text: str) -> Any:
    if text and text[0] not in _MAY_BE_MORE and text.lower() not in _NO_WORDS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    loader: Any = yaml.SafeLoader("")
    return loader.construct_object(yaml.ScalarNode(loader.resolve(yaml.ScalarNode, text, (True, False)), text))


def _slowly(text: str) -> Any:
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe loader
