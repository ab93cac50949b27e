"""Administrative regions, from the nation to the polling station.

codes        levels, parents, and what lies within what
list_file    a list of regions, checked line by line
import_list  bring a list in; count the stations of every region
"""
