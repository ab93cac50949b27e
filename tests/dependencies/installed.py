"""Required packages, what they require in turn, and under which licence each is given."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import ROOT

UNKNOWN = "unknown"

LONG = 40
"""Above this many characters the field `License` is the text of a licence, and not its name."""

KNOWN_TEXTS = {"MIT License": "MIT", "Apache License": "Apache-2.0", "BSD 3-Clause License": "BSD-3-Clause"}
"""Headings of licence files, for packages that name their licence nowhere else."""

PLAIN_NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


@dataclass(frozen=True, slots=True)
class Required:
    """A package that pyproject.toml asks for.

    Attributes:
        group: "" for what reading and the service need, else the extra.
        requirement: As written there.

    """

    group: str
    requirement: Requirement

    @property
    def name(self) -> str:
        """The package's name, as written."""
        return self.requirement.name


def required(project: Path = ROOT / "pyproject.toml") -> list[Required]:
    """Return every package that pyproject.toml asks for, by group."""
    told: dict[str, Any] = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    groups = {"": told["dependencies"], **told["optional-dependencies"]}
    return [Required(group, Requirement(line)) for group, lines in groups.items() for line in lines]


def found(name: str) -> metadata.Distribution | None:
    """Return an installed package, or None."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def licence_of(package: metadata.Distribution) -> str:
    """Return the licence of a package, in SPDX names where it can be told: several it may be chosen from by OR."""
    told = package.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    classified = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    names = [PLAIN_NAMES.get(name, name) for name in classified if name not in {"OSI Approved", "DFSG approved"}]
    if names:
        return " OR ".join(sorted(set(names)))
    field = told["License"].strip() if "License" in told else ""
    if 0 < len(field) <= LONG and "\n" not in field:
        return PLAIN_NAMES.get(field, field)
    return _by_its_text(package)


def _by_its_text(package: metadata.Distribution) -> str:
    """Return the licence that the licence file of a package begins with."""
    files = [file for file in package.files or () if re.match(r"(LICEN[CS]E|COPYING)", file.name, re.IGNORECASE)]
    for file in files:
        beginning = file.read_text(encoding="utf-8")[:200]
        for heading, name in KNOWN_TEXTS.items():
            if heading in beginning:
                return name
    return UNKNOWN


def binds_the_whole(licence: str) -> bool:
    """Return whether a licence leaves no choice but the GPL or AGPL, which would bind what is built on the package.

    The LGPL and the MPL bind changes to the package alone.
    """
    return all(_is_gpl(choice) for choice in re.split(r"\bOR\b", licence))


def _is_gpl(choice: str) -> bool:
    named = re.search(r"(?<![A-Za-z])A?GPL|Affero|GNU General Public", choice)
    return named is not None and "WITH" not in choice


def closure(names: Iterable[tuple[str, frozenset[str]]]) -> dict[str, metadata.Distribution]:
    """Return installed packages with all that they require in turn, by canonical name.

    Args:
        names: Packages, each with its extras.

    """
    seen: dict[tuple[str, frozenset[str]], None] = {}
    packages: dict[str, metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name, extras = waiting.pop()
        key = (canonicalize_name(name), extras)
        package = found(name)
        if key in seen or package is None:
            continue
        seen[key] = None
        packages[key[0]] = package
        waiting += needs(package, extras)
    return dict(sorted(packages.items()))


def needs(package: metadata.Distribution, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what a package with these extras requires on this machine, each with its extras."""
    for line in package.requires or ():
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield one.name, frozenset(one.extras)


def carried_gpl(package: metadata.Distribution) -> bool:
    """Return whether the package's own list of the libraries inside its binary wheel names the GPL for one of them."""
    files = [file for file in package.files or () if re.match(r"LICENSES?[_-]bundled", file.name, re.IGNORECASE)]
    told = [re.findall(r"^License:\s*(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE) for file in files]
    return any(_is_gpl(licence) and "exception" not in licence for licences in told for licence in licences)
