"""Simulated boxes, drawn once and kept: drawing takes longer than learning from what was drawn."""

import hashlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.datasets.manifest import code_hash
from training.datasets.sets import CELL_SHARES, SIMULATED_SHARES, SPLITS, Boxes, Cells, Simulated, Split, sha256_of

CODE = Path(__file__).resolve().parents[1]
CACHE = CODE.parent / "data" / "cache"
CHUNK = 500

Drawn = Simulated | Cells


def simulated_boxes(count: int, seed: int, split: Split, jobs: int = 2) -> Boxes:
    """Return `count` simulated boxes of a split, from the cache where the same code has drawn them before."""
    drawn_by = f"{code_hash(CODE / 'handwriting')} {sorted(SIMULATED_SHARES.items())}"
    return _kept(Simulated(count, seed), drawn_by, split, jobs)


def cell_boxes(count: int, seed: int, split: Split, jobs: int = 2) -> Boxes:
    """Return `count` cells of older forms, on paper; from the cache where the same code has drawn them before."""
    code = " ".join(sha256_of(CODE / "scans" / name) for name in ("cells.py", "loose.py"))
    drawn_by = f"{code_hash(CODE / 'handwriting')} {code} {sorted(CELL_SHARES.items())}"
    return _kept(Cells(count, seed), drawn_by, split, jobs)


def scanned_boxes(count: int, split: Split) -> Boxes:
    """Return `count` cells of older forms as a scanner delivers them, always the same of a split."""
    from training.scans import scan  # noqa: PLC0415  drawing is slow to import, and not always used

    cells = cell_boxes(count, 1, split)
    rngs = (np.random.default_rng((SPLITS.index(split), index)) for index in range(count))
    pictures = [scan(picture, rng) for picture, rng in zip(cells.pictures, rngs, strict=True)]
    return Boxes(f"scans/{split}", pictures, cells.labels, ["scans"] * count, cells.names)


def _kept(source: Drawn, drawn_by: str, split: Split, jobs: int) -> Boxes:
    """Return the boxes of a source, drawn by code of this version now or before."""
    version = hashlib.sha256(drawn_by.encode()).hexdigest()[:12]
    rest = f"{source.seed}-{split}-{source.count}.npz"
    file = CACHE / f"{source.name}-{version}-{rest}"
    if not file.is_file():
        for outdated in CACHE.glob(f"{source.name}-*-{rest}"):
            outdated.unlink(missing_ok=True)
        _store(file, _draw(source, split, jobs))
    with np.load(file) as arrays:
        flat, shapes, labels = arrays["flat"], arrays["shapes"], arrays["labels"]
    ends = np.cumsum(np.prod(shapes, axis=1))
    pictures = [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
    names = [f"{split}-{index}" for index in range(source.count)]
    return Boxes(f"{source.name}/{split}", pictures, labels, [source.name] * source.count, names)


def _draw(source: Drawn, split: Split, jobs: int) -> list[Boxes]:
    starts = range(0, source.count, CHUNK)
    parts = [(replace(source, count=min(CHUNK, source.count - start)), split, start) for start in starts]
    if jobs < 2 or len(parts) < 2:
        return [_draw_part(part) for part in parts]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_draw_part, parts))


def _draw_part(part: tuple[Drawn, Split, int]) -> Boxes:
    source, split, start = part
    return source.boxes(split, start)


def _store(file: Path, parts: list[Boxes]) -> None:
    """Write the pictures as one flat array with their shapes, whole or not at all."""
    pictures: list[NDArray[np.uint8]] = [picture for part in parts for picture in part.pictures]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as scratch:
        np.savez(
            scratch,
            flat=np.concatenate([picture.ravel() for picture in pictures]),
            shapes=np.array([picture.shape for picture in pictures]),
            labels=np.concatenate([part.labels for part in parts]),
        )
    os.replace(scratch.name, file)  # noqa: PTH105  the one call that replaces on every system
