"""Pictures and tables of what was read; pixels and text, no SQL.

page_images  pages upright, straightened, masked; cuts of numbers
"""
