"""Photographs fetched from the addresses in a published file, which are hostile until proven otherwise.

addresses   which addresses may be asked at all, and to which machine one may connect
client      one file fetched: redirects followed by hand, limits of size and time
pace        few at a time, each host at the pace that it asks for
mirror      what was fetched, kept under its hash, with where it came from and when
fetch       all photographs of stations into the mirror, and their photographs out of it
"""
