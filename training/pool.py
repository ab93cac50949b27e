"""Simulated boxes, drawn once and kept: drawing takes longer than learning from what was drawn."""

import hashlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.datasets import SIMULATED_SHARES, Boxes, Simulated, Split
from training.manifest import code_hash

CACHE = Path(__file__).resolve().parents[1] / "data" / "cache"
CHUNK = 500


def simulated_boxes(count: int, seed: int, split: Split, jobs: int = 2) -> Boxes:
    """Return `count` simulated boxes of a split, from the cache where the same code has drawn them before."""
    drawn_by = f"{code_hash(Path(__file__).parent / 'handwriting')} {sorted(SIMULATED_SHARES.items())}"
    version = hashlib.sha256(drawn_by.encode()).hexdigest()[:12]
    file = CACHE / f"simulated-{version}-{seed}-{split}-{count}.npz"
    if not file.is_file():
        for outdated in CACHE.glob(f"simulated-*-{seed}-{split}-{count}.npz"):
            outdated.unlink(missing_ok=True)
        _store(file, _draw(count, seed, split, jobs))
    with np.load(file) as arrays:
        flat, shapes, labels = arrays["flat"], arrays["shapes"], arrays["labels"]
    ends = np.cumsum(np.prod(shapes, axis=1))
    pictures = [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
    names = [f"{split}-{index}" for index in range(count)]
    return Boxes(f"simulated/{split}", pictures, labels, ["simulated"] * count, names)


def _draw(count: int, seed: int, split: Split, jobs: int) -> list[Boxes]:
    parts = [(min(CHUNK, count - start), seed, split, start) for start in range(0, count, CHUNK)]
    if jobs < 2 or len(parts) < 2:
        return [_draw_part(part) for part in parts]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_draw_part, parts))


def _draw_part(part: tuple[int, int, Split, int]) -> Boxes:
    count, seed, split, start = part
    return Simulated(count, seed).boxes(split, start)


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
