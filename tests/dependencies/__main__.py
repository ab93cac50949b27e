"""`make licences` writes docs/reference/licences.md, `make sbom` out/sbom.cdx.json, `make lock` the lock file."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from tests import ROOT
from tests.dependencies.licences import PAGE, page
from tests.dependencies.lock import FILE, lock
from tests.dependencies.sbom import bill


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(prog="tests.dependencies", description=__doc__)
    parser.add_argument("what", choices=("licences", "lock", "sbom"))
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    out: Path = told.out or {"licences": PAGE, "lock": FILE, "sbom": ROOT / "out" / "sbom.cdx.json"}[told.what]
    out.parent.mkdir(parents=True, exist_ok=True)
    made: dict[str, Callable[[], str]] = {
        "licences": page,
        "lock": lock,
        "sbom": lambda: json.dumps(bill(), indent=1) + "\n",
    }
    text = made[told.what]()
    out.write_text(text, encoding="utf-8")
    Console().print(f"{out}: {len(text.splitlines())} lines", highlight=False)


main()
