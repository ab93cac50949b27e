"""How far bubbles, tallies, row sums and words are believed: the likeliest temperature and share of idle statements."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

from pydantic import Field

from models.strict import Strict
from pipeline.recognition.trust import TRUST_FILE
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import real_pages
from training.recipes.request import STATE, Request
from training.runs.journal import journalled
from training.runs.settings import read_settings
from training.witnesses.trust import Stated, fit, read_pages, report


class TrustConfig(Strict):
    """One run: its name, and the processes that read pages. Nothing is drawn, so there is no seed."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    jobs: int = Field(default=2, ge=1)


def train(request: Request) -> Path:
    """Read the pages, fit, report, and return the file of what was fitted."""
    config, shared = read_settings(request.config, TrustConfig), request.needed_data()
    out = request.begin(config.name, config)
    pages = [page for page in real_pages(shared) if page.part in LEARNT_FROM and page.page is not None]
    found = journalled(out / STATE / "statements.jsonl", pages, partial(read_pages, jobs=config.jobs))
    stated: dict[str, list[Stated]] = {}
    for one in (Stated.of_json(kept) for some in found for kept in some):
        stated.setdefault(one.statement.witness, []).append(one)
    fitted = {name: fit([one for one in some if one.held]) for name, some in sorted(stated.items())}
    for line in report(stated, fitted):
        request.log(line)
    file = out / TRUST_FILE.name
    kept = {"trust": {name: asdict(trust) for name, trust in fitted.items()}}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    request.log(f"every witness is believed so once it lies at {TRUST_FILE}")
    return file
