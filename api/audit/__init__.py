"""The chain of everything that was accepted, and the proof that nobody has touched it since.

canonical   one text for one value, so that hashes mean something
chain       add a link
verify      find every change to links, rows and originals
export      hand the chain to someone who trusts nobody, signed
"""
