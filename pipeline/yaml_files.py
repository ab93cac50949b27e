"""YAML by PyYAML's safe loader; what the program brings along is kept as JSON, which is read thirty times faster.

    ~/.cache/chasil/yaml-HASH.json      (or in XDG_CACHE_HOME) what a text says, by the hash of the text

Where that folder cannot be written, or may be written by others, nothing is kept and every text is read as YAML.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

MOST_CHARACTERS = 2_000_000
"""Of a text; the longest that comes with the program has 83,000."""

KEPT = 64
"""Texts that are kept; the oldest go."""

_FORM = f"1 {yaml.__version__}"
"""Names how a text becomes what is kept; of another form, nothing kept is used."""

_MERGE = "tag:yaml.org,2002:merge"
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """The safe loader, but a key that stands twice in a mapping is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            identity = (key.tag, key.value if isinstance(key.value, str) else id(key))
            if identity in seen and key.tag != _MERGE:
                fault = f"the key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, fault, key.start_mark)
            seen.add(identity)
        return super().construct_mapping(node, deep=deep)


def load_yaml(text: str) -> Any:
    """Return what a YAML text says; plain values only, never objects.

    Raises:
        yaml.YAMLError: It is no YAML, is longer than `MOST_CHARACTERS`, or has a key twice in one mapping.

    """
    if len(text) > MOST_CHARACTERS:
        raise yaml.YAMLError(f"{len(text):,} characters; {MOST_CHARACTERS:,} at most")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError, IndexError) as error:
        # What is taken for a date, a number or a tag need not be one: each kind has an error of its own.
        raise yaml.YAMLError(f"a value cannot be what it looks like: {str(error)[:100]}") from error


def load_kept(text: str) -> Any:
    """Return the same as `load_yaml`, from what was kept when this text was first read; for texts that seldom change.

    Raises:
        yaml.YAMLError: As `load_yaml`.

    """
    folder = _cache_folder()
    if folder is None:
        return load_yaml(text)
    name = hashlib.sha256(f"{_FORM}\n{text}".encode()).hexdigest()
    file = folder / f"yaml-{name}.json"
    with contextlib.suppress(OSError, ValueError):  # not kept yet, or not whole
        return json.loads(file.read_bytes())
    content = load_yaml(text)
    if _is_tree(content, len(text)):
        with contextlib.suppress(OSError):
            _keep(file, content)
    return content


def _cache_folder() -> Path | None:
    """Return a folder of this user that nobody else may write into; None where there is none."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chasil"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):
        return None
    return folder if found.st_uid == os.getuid() and not found.st_mode & 0o022 else None


def _is_tree(content: Any, most: int) -> bool:
    """Return whether a value has no more parts than its text characters: aliases can make a whole world of a line."""
    left = [content]
    for _ in range(most):
        if not left:
            return True
        part = left.pop()
        left += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return not left


def _keep(file: Path, content: Any) -> None:
    """Keep what a text says, in one step, where JSON says it too.

    Raises:
        OSError: The folder takes no more.

    """
    try:
        encoded = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        if json.loads(encoded) != content:  # keys that are no texts
            return
    except (TypeError, ValueError):  # a date
        return
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix="yaml-", delete=False) as draft:
        try:
            draft.write(encoded)
            draft.close()
            Path(draft.name).replace(file)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise
    newest_first = sorted(file.parent.glob("yaml-*"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT:]:
        old.unlink(missing_ok=True)
