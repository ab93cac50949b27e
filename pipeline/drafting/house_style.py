"""Templates as YAML in the style of those that are shipped: one thing a line, a number's boxes or a ruled line."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

_QUOTED = re.compile(r"^[a-z0-9][a-z0-9_-]*$", re.I)
_WIDE = 10_000
"""Lines are never broken: one thing a line."""


class _Dumper(yaml.SafeDumper):
    """Writes short things on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  PyYAML's own
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple)


def _is_short(value: Any) -> bool:
    """Return whether a value goes on one line: nothing inside but scalars and lists of scalars."""
    if isinstance(value, Mapping):
        return all(_is_leaf(item) or (not isinstance(item, Mapping) and _is_short(item)) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_is_leaf(item) or (not isinstance(item, Mapping) and _is_short(item)) for item in value)
    return True


def _mapping(dumper: yaml.SafeDumper, value: Mapping[str, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", value.items())
    node.flow_style = _is_short(value)
    return node


def _sequence(dumper: yaml.SafeDumper, value: Sequence[Any]) -> yaml.Node:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", value)
    node.flow_style = _is_short(value)
    return node


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = None if _QUOTED.match(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _decimal(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    text = f"{value:.3f}".rstrip("0")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text + "0" if text.endswith(".") else text)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)
_Dumper.add_representer(tuple, _sequence)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _decimal)


def template_text(content: Mapping[str, Any], comment: str = "") -> str:
    """Return a template as YAML.

    Args:
        content: What it says, in the words of `pipeline.forms.template`; key by key in this order.
        comment: Lines that begin the file, without their "#".

    """
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return head + yaml.dump(
        dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE, default_flow_style=None
    )


def comment_of(text: str) -> str:
    """Return the comment that begins a template file, without its "#"."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines)
