"""Photographs of filled sheets of one page to its clean print, at true proportions: where no blank is to be had.

opening       photographs to a blank page, with what is to be said of it
recovery      the flow: everything below, one after the other
matching      whether two photographs show one page              laying: all of them on each other
photograph    a photograph and its place in a common frame       ranks: pixels in order of brightness
consensus     the frame bent until nobody's own bends are in it  anchors: held by the corner markers
perspective   the sheet turned square as a whole                 true_lines: its lines made straight, level, upright
proportions   as tall as cameras say
corner_marks  the sheet's markers, by all photographs together   millimetres: and so its scale
unrolled      bends that all sheets share, taken back            cleaning: ink off, lines kept
"""

from pipeline.drafting.filled.corner_marks import Layout, layouts
from pipeline.drafting.filled.opening import open_filled
from pipeline.drafting.filled.recovery import FEWEST, Recovered, recover

__all__ = ["FEWEST", "Layout", "Recovered", "layouts", "open_filled", "recover"]
