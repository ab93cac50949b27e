"""Boxes of older forms: cells of a table on A4, written with thin pens and sent as scans, faxes and photocopies.

`draw_cell` draws the paper, `scan` is what a scanner makes of it; the two are apart so that one cell is scanned in many
ways, and so that boxes from anywhere else can be scanned, too.
"""

from training.scans.cells import draw_cell
from training.scans.scanner import scan

__all__ = ["draw_cell", "scan"]
