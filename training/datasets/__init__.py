"""Boxes to learn from and to be judged on: public sets, drawn ones, and those cut from real pages.

sets        every data set as a small class over paths, each giving `Boxes` for one split
page_boxes  boxes that the program itself cut from pages
real_boxes  boxes cut from real pages, by the split that every part of the project keeps to
drawn_boxes  simulated boxes, drawn once and kept
manifest    which data a run saw, by hash
"""
