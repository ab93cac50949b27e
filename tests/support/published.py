"""The two sample stations with published figures beside them."""

import json
from pathlib import Path
from typing import Any

from api.tabulation.kpu import ADMINISTRATION

IDS = {"paslon_1": "100025", "paslon_2": "100026", "paslon_3": "100027"}


def truth_of(samples: Path) -> dict[str, dict[str, int]]:
    """Return what is written on the sample pages, by station."""
    found: dict[str, dict[str, int]] = {}
    for line in (samples / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        found.setdefault(page["file"][:13], {}).update(page["values"])
    return found


def published_of(values: dict[str, int], code: str) -> dict[str, Any]:
    """Return a station as the commission publishes it."""
    return {
        "mode": "hhcw",
        "chart": {their: values[ours] for ours, their in IDS.items()},
        "images": [f"https://example.org/{code}-p{page}.jpg" for page in (1, 2, 3)],
        "administrasi": {their: values[ours] for their, ours in ADMINISTRATION.items()},
        "psu": None,
        "ts": "2024-02-15 09:00:00",
        "status_suara": True,
        "status_adm": True,
    }
