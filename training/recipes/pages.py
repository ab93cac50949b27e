"""How sure it is that a page, and each of its numbers, lies where it seems to: the weights of its verification."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.registration.verification import CALIBRATION_FILE
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import RealPage, real_pages
from training.recipes.request import STATE, Request
from training.registration.config import PagesConfig
from training.registration.fitting import as_finder_needs, fit, report
from training.registration.gathering import gathered
from training.runs.settings import read_settings


def train(request: Request) -> Path:
    """Look for all pages, fit, print the curves, and return the file of the weights."""
    config, shared = read_settings(request.config, PagesConfig), request.needed_data()
    out = request.begin(config.name, config)
    real = list(learnt_from(real_pages(shared), config.most_of_a_set))
    tasks: list[RealPage | int] = [*real, *range(config.simulated), *range(-1, -1 - config.strangers, -1)]
    pages, numbers = gathered(tasks, config.jobs, config.seed, out / STATE / "examples.jsonl")
    examples = {"page": as_finder_needs(pages), "number": as_finder_needs(numbers)}
    fitted = {name: fit([one for one in some if not one.held]) for name, some in examples.items()}
    for name, weights in fitted.items():
        for line in report(name, weights, [one for one in examples[name] if one.held]):
            request.log(line)
    file = out / CALIBRATION_FILE.name
    file.write_text(json.dumps({"weights": fitted}, indent=1) + "\n", encoding="utf-8")
    request.log(f"every page is verified by it once it lies at {CALIBRATION_FILE}")
    return file


def learnt_from(pages: Iterable[RealPage], most: int) -> Iterator[RealPage]:
    """Yield pages that may be learnt from, at most so many of one set."""
    seen: Counter[str] = Counter()
    for page in pages:
        kind = page.path.parent.parent.name
        seen[kind] += page.part in LEARNT_FROM
        if page.part in LEARNT_FROM and seen[kind] <= most:
            yield page
