"""Look for all pages, fit, write the weights, print the curves: `python -m training.registration`."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pipeline.registration.verification import CALIBRATION_FILE
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import RealPage, real_pages
from training.registration.fitting import as_asked, fit, report
from training.registration.gathering import gathered

MOST_OF_A_SET = 70
"""Real pages of one set."""


def _some(pages: Iterator[RealPage]) -> Iterator[RealPage]:
    """Yield pages that may be learnt from, not many more of one kind than of another."""
    seen: Counter[str] = Counter()
    for page in pages:
        kind = page.path.parent.parent.name
        seen[kind] += page.part in LEARNT_FROM
        if page.part in LEARNT_FROM and seen[kind] <= MOST_OF_A_SET:
            yield page


def main() -> None:
    """Look for all pages, fit, write the weights, print the curves."""
    parser = argparse.ArgumentParser(description="Calibrate the verification of registrations.")
    parser.add_argument("shared", type=Path, help="folder of the sets of real pages")
    parser.add_argument("--pages", type=int, default=300, help="simulated pages")
    parser.add_argument("--strangers", type=int, default=96, help="drawn pictures that are no form")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--out", type=Path, default=CALIBRATION_FILE)
    parser.add_argument("--keep", type=Path, help="write all examples here as JSON")
    arguments = parser.parse_args()
    real = list(_some(real_pages(arguments.shared)))
    tasks: list[RealPage | int] = [*real, *range(arguments.pages), *range(-1, -1 - arguments.strangers, -1)]
    examples = dict(zip(("page", "number"), gathered(tasks, arguments.jobs, arguments.seed), strict=True))
    if arguments.keep:
        rows = {name: [asdict(one) for one in some] for name, some in examples.items()}
        arguments.keep.write_text(json.dumps(rows), encoding="utf-8")
    examples = {name: as_asked(some) for name, some in examples.items()}
    fitted = {name: fit([one for one in some if not one.held]) for name, some in examples.items()}
    for name, weights in fitted.items():
        held = [one for one in examples[name] if one.held]
        print(*report(name, weights, held), sep="\n")  # noqa: T201
    arguments.out.write_text(json.dumps({"weights": fitted}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
