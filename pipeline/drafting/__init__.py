"""A blank form to a draft of its template: what is printed on the sheet tells where everything is written.

blank        open PDF or pictures; the size of the sheet      paper, straighten
fiducials    AprilTags and corner markers
ruling       every ruled line                                 artwork: those of tables
cells        the rectangles between them
boxes        rows of boxes and of touching cells              grids: tallies, row sums, numbers below each other
bubbles      columns of ten rings
grouping     boxes, bubbles, tallies and sums into numbers
labels       the printed words, where a program reads them    names: what numbers are called by them
draft        all of it in the words of a template             private, levelling, house_style: YAML
overlay      a picture to check it by
kept_blank   the blank itself, kept beside the draft for practice pages
filled        the clean print of a page from photographs of filled sheets, where no blank is to be had
filled_print, print_features   what is printed on a page, from filled sheets or a blank, to know it by in a photograph
"""

from pipeline.drafting.blank import A4, Blank, open_blank
from pipeline.drafting.draft import Analysis, analyse, counts, draft_form
from pipeline.drafting.house_style import comment_of, template_text
from pipeline.drafting.labels import reader_name
from pipeline.drafting.overlay import draw_page, png

__all__ = [
    "A4",
    "Analysis",
    "Blank",
    "analyse",
    "comment_of",
    "counts",
    "draft_form",
    "draw_page",
    "open_blank",
    "png",
    "reader_name",
    "template_text",
]
