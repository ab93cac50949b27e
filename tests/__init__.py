"""The tests, by what they take: unit, integration, browser, faults, fuzz, bench; `support` is what several share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

SAMPLES = ROOT / "data" / "samples"
"""Committed sample pages."""

SHARED = ROOT.parent / "shared"
"""Real pages and crops beside the checkout; absent on most machines."""
