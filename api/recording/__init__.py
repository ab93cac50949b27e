"""Put on record what was read and decided, and let the sums follow, each in one transaction.

hashes      what the chain says of a reading
pages       a page was read, or could not be
documents   a document decided anew from the readings of its pages
numbers     a person decides a number
"""
