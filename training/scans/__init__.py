"""Boxes of older forms: cells of a table on A4, written with thin pens and sent as scans, faxes and photocopies.

`draw_cell` draws the paper, `scan` is what a scanner makes of it; the two are apart so that one cell is scanned in many
ways, and so that boxes from anywhere else can be scanned, too. `close_up` is the reader's second look at small writing,
`augment` what cameras and careless cuts do to the picture of any box.
"""

from training.scans.cells import draw_cell
from training.scans.close_up import close_up
from training.scans.scanner import scan

__all__ = ["close_up", "draw_cell", "scan"]
