"""Simulated handwriting: pen strokes of our own, ink, printed boxes, and the camera's view of them.

A page is written in this order: `draw_box` prints, `write_character` (and `write_struck`, `write_tally`,
`fill_bubble`, `write_word`) gives strokes in units of their box, the caller scales them to pixels, `draw_strokes`
inks them, and `camera` degrades the picture. `simulate_box` does all of it for one crop.
"""

from training.handwriting import camera
from training.handwriting.boxes import BoxStyle, draw_box
from training.handwriting.crop import LABELS, simulate_box
from training.handwriting.hand import Hand, Stroke
from training.handwriting.ink import draw_strokes
from training.handwriting.letters import write_word
from training.handwriting.marks import BubbleStyle, fill_bubble, write_character, write_struck, write_tally
from training.handwriting.tallies import TallyStyle, write_bundles

__all__ = [
    "LABELS",
    "BoxStyle",
    "BubbleStyle",
    "Hand",
    "Stroke",
    "TallyStyle",
    "camera",
    "draw_box",
    "draw_strokes",
    "fill_bubble",
    "simulate_box",
    "write_bundles",
    "write_character",
    "write_struck",
    "write_tally",
    "write_word",
]
