"""The page of licences: every package that pyproject.toml asks for, in which range, under which licence."""

import re

from tests import ROOT
from tests.dependencies.installed import UNKNOWN, Required, found, licence_of, required

PAGE = ROOT / "docs" / "reference" / "licences.md"

BEGIN = "<!-- Written by `make licences`: do not edit below. -->"

GROUPS = {
    "": "To read and to serve",
    "cluster": "Extra `cluster`: workers on many machines",
    "labels": "Extra `labels`: words of new forms",
    "oidc": "Extra `oidc`: login at an institution",
    "train": "Extra `train`: training",
    "dev": "Extra `dev`: tests, lint and types; not part of what runs",
}


def page() -> str:
    """Return the page with its tables written anew; what stands above them stays."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    known = listed(before)
    lines = [before.partition(BEGIN)[0] + BEGIN]
    for group, title in _titles().items():
        lines += ["", f"## {title}", "", "| package | range | licence |", "|---|---|---|"]
        lines += [_row(one, known) for one in required() if one.group == group]
    return "\n".join(lines) + "\n"


def listed(text: str) -> dict[tuple[str, str], str]:
    """Return the licence of every package and range on a page."""
    rows = re.findall(r"^\| (\S+) \| `(.+)` \| (.+) \|$", text, re.MULTILINE)
    return {(name, wanted): licence for name, wanted, licence in rows}


def row_key(one: Required) -> tuple[str, str]:
    """Return name, with extras, and range, as they stand in a row."""
    extras = ",".join(sorted(one.requirement.extras))
    return one.name + (f"[{extras}]" if extras else ""), str(one.requirement.specifier)


def _titles() -> dict[str, str]:
    return {group: GROUPS.get(group, f"Extra `{group}`") for group in dict.fromkeys(one.group for one in required())}


def _row(one: Required, known: dict[tuple[str, str], str]) -> str:
    """Return a row; of a package that is not installed here it says what the page said before."""
    package, (name, wanted) = found(one.name), row_key(one)
    licence = licence_of(package) if package else known.get((name, wanted), UNKNOWN)
    return f"| {name} | `{wanted}` | {licence} |"
