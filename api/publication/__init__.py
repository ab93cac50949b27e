"""The second source of an election: published figures that the service holds, and what becomes of each beside ours.

importing    a published file becomes a snapshot; the one before it stays known
figures      what a snapshot says, and the hash of it that the log has
judging      one station judged, by the verdicts of `api.comparison`
refreshing   what has changed is judged again; `keeper` does so while the service runs
access       who sees it, and of which stations nothing is said to whom
differences  what the page of differences shows: counts, kinds, regions, numbers
beside       the published figures of one station beside ours
bodies       the same in the JSON contract

What is shown of a station was judged from its document as it stands: of one that has changed since, nothing is shown
until it is judged again. While people still decide any number of a station, nobody who may read it is told what is
published of it.
"""
