"""Administrative regions, from the nation to the polling station.

codes          levels, parents, and what lies within what
provinces      the provinces that there are
codes_in_names the digits in a name that may be a station's code
named_station  which station the name of a file means: one rule for every way in
station_name   a station in words
list_file      a list of regions, checked line by line
import_list    bring a list in; count the stations of every region
"""
