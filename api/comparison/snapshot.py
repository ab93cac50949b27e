"""The published file, brought into the work file once: which bytes it was, what it says, and what in it is faulty."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.comparison.mapping import PublishedMapping
from api.comparison.sources import check_published, hash_of, open_published
from api.comparison.work import Work
from api.core.pieces import in_pieces

BATCH = 2_000
Progress = Callable[[int], None]


def take_snapshot(work: Work, path: Path, mapping: PublishedMapping, taken_at: str | None, advance: Progress) -> None:
    """Bring a published file into the work file, unless it is there already.

    Args:
        work: The work file; what it holds of another file, or of another mapping, is forgotten.
        path: The file, or a folder.
        mapping: What it means.
        taken_at: When it was fetched from its publisher, as whoever did says.
        advance: Called with how many further stations and faults have come in.

    Raises:
        UsageError: What the readers of published files raise; `published_empty`.

    """
    check_published(path)
    sha256 = hash_of(path)
    whole = f"{sha256} {mapping.model_dump_json()}"
    if work.value("published") != whole:
        work.put("published", "")
        work.clear_published()
        for batch in in_pieces(open_published(path, mapping), BATCH):
            work.add_published(batch)
            advance(len(batch))
        work.put("published", whole)
    work.put("sha256", sha256)
    work.put("name", path.name)
    work.put("taken_at", taken_at or "")


def described(work: Work) -> dict[str, Any]:
    """Return which published file it was, and what in it is faulty."""
    first, last = work.times()
    counts, _ = work.faults()
    return {
        "name": work.value("name"),
        "sha256": work.value("sha256"),
        "taken_at": work.value("taken_at") or None,
        "first": first,
        "last": last,
        "stations": work.count(),
        "faults": counts,
    }
