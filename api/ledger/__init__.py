"""The ledger: every event that was accepted, each with the hash of the one before.

canonical  one text for one value, so that equal values have equal hashes
append     record an event; a transaction appends its events when it commits
"""
