"""Proof that nobody has touched the ledger or the tables, and the ledger handed to others.

links                of the ledger, one by one
replay               what the events make, in a file of its own
rows                 of the tables, compared with it
verify               all of it, and the originals
signing              with a key of one's own
export               the ledger, signed
standalone_verifier  of such an export: one file that needs nothing else of this program
"""
