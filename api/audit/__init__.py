"""The chain of everything that was accepted, and the proof that nobody has touched it since.

canonical   one text for one value, so that hashes mean something
chain       record an event; a transaction appends its events when it commits
verify      find every change: `links` of the chain, `rows` against what `replay` makes of it, originals
export      hand the chain to someone who trusts nobody, with `signing`
check       verify such an export, alone: a file that needs nothing else of this program
"""
