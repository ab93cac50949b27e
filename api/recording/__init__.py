"""Put on record what was read and decided, and let the sums follow, each in one transaction.

hashes      what the chain says of a reading
pages       a page was read, or could not be
ahead       what of that can be done before any lock is held
documents   a document decided anew from the readings of its pages
corners     where a person says that the sheet of a page lies
answer      what a person says of a number
numbers     a person decides a number
"""
