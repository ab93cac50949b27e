"""The ledger: every event that was accepted, in a transparency log.

effects     what each kind of event may do to which table
kinds       of events, and what of each is public
actors      who records which kind of event
protected   which columns the log vouches for, and how
pseudonyms  what people are called in public
leaf        the text of an event that is published: canonical JSON of it and of the rows that changed with it
append      record an event; a transaction writes its events when it commits
adopt       take rows in that no event records yet
tree        Merkle tree and proofs, as pure functions
tiles       how hashes and entries are published
statements  what people sign with keys of their own
notes       signed checkpoints and cosignatures
proofs      in a file
keys        Ed25519, in files
log         hashes, entries, checkpoints and proofs out of the database
witnesses   cosignatures of others
sequencer   puts committed events into the tree and signs
rotation    another key for a log
"""
