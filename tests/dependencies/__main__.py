"""`make licences` writes docs/reference/licences.md, `make sbom` writes out/sbom.cdx.json (CycloneDX 1.6)."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from tests import ROOT
from tests.dependencies.licences import PAGE, page
from tests.dependencies.sbom import bill


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(prog="tests.dependencies", description=__doc__)
    parser.add_argument("what", choices=("licences", "sbom"))
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    out: Path = told.out or (PAGE if told.what == "licences" else ROOT / "out" / "sbom.cdx.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    text = page() if told.what == "licences" else json.dumps(bill(), indent=1) + "\n"
    out.write_text(text, encoding="utf-8")
    Console().print(f"{out}: {len(text.splitlines())} lines", highlight=False)


main()
