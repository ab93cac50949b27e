"""Simulated pages: a blank sheet is printed, filled in by a simulated officer, and photographed or scanned.

`scenario` (what is true) -> `sheet` (what is printed) -> `fill` (what is written) -> `photograph` or `scan` (what the
camera sees) -> `processing` (what becomes of it on its way) -> `truth` (what a reader should find); `simulate` does it
for whole documents.
"""
