"""The manifest of a run: which data it saw, by hash, so that a result can be traced to what it came from."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from training.datasets.sets import Cells, Dataset, Simulated, sha256_of


def make_manifest(datasets: Sequence[Dataset]) -> dict[str, dict[str, object]]:
    """Return for every data set its number of files and one hash over all of them.

    The hash of a data set is the hash over the lines "sha256  path", sorted by path relative to their common folder,
    so that it does not depend on where the data lies. Drawn boxes are named by the code that draws them and their seed.
    """
    return {dataset.name: _entry(dataset) for dataset in datasets}


def _entry(dataset: Dataset) -> dict[str, object]:
    if isinstance(dataset, Simulated | Cells):
        folder = "scans" if isinstance(dataset, Cells) else "handwriting"
        return {"files": 0, "sha256": code_hash(Path(__file__).resolve().parents[1] / folder), "seed": dataset.seed}
    files = sorted(set(dataset.files()))
    root = Path(os.path.commonpath([file.parent for file in files]))
    lines = "".join(f"{sha256_of(file)}  {file.relative_to(root).as_posix()}\n" for file in files)
    return {"files": len(files), "sha256": hashlib.sha256(lines.encode()).hexdigest()}


def manifest_hash(manifest: dict[str, dict[str, object]]) -> str:
    """Return one hash for a whole manifest."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def code_hash(folder: Path) -> str:
    """Return one hash over the Python files of a folder: the version of the code that ran, committed or not."""
    files = sorted(folder.rglob("*.py"))
    lines = "".join(f"{sha256_of(file)}  {file.relative_to(folder).as_posix()}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()
