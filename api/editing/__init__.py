"""A template edited in the browser of the machine it lies on.

app        the addresses, for one browser that has the token
access     the token in the address, once; a cookie from then on
session    the template: its working copy, saved whole or not at all
check      what is wrong with it, at the field, and what its rules mean
"""
