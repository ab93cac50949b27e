"""Pictures and tables of what was read; pixels and text, no SQL.

page_images  pages upright, straightened, masked; cuts of numbers
etags        what names a picture for caches
overlay      what was read, drawn where it was read
report       readings for people, on the terminal
tables       readings as CSV
markdown     pages of the documentation as HTML
resumable_output  results written as they come, gone on with after an end before its time
"""
