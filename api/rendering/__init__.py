"""Pictures and tables of what was read; pixels and text, no SQL.

page_images  pages upright, straightened, masked; cuts of numbers
overlay      what was read, drawn where it was read
tables       readings on the terminal and as CSV
"""
