"""A sheet known by its ruled lines.

segments    straight edges in the picture
vanishing   the two directions of its ruling
view        the picture straightened along them, and its lines
layout      the ruled lines of a page, from its template
matching    where those may lie among the edges
fitting     those laid onto the edges
proposals   all of that together
"""
