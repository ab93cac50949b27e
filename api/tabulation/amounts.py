"""The names of what is added up: fields, and marks of how far a document has come."""

from api.db.states import NumberState

RECEIVED, READ, REVIEW, FINAL, BROKEN = "_received", "_read", "_review", "_final", "_broken"
MARKS = (RECEIVED, READ, REVIEW, FINAL, BROKEN)
"""Stations with a page; with all pages read; held up by a number in review; with every required number final; with a
broken rule."""

COUNTED = "_counted:"
"""Before a field: in how many stations this number counts."""

COUNTED_STATES = (NumberState.ACCEPTED, NumberState.REVIEWED)
"""The states in which a number counts; one in review or unreadable is left out, and that is stated."""

PAIR = "paslon_"
"""How the fields of pairs begin."""

PAIRS, SOME_PAIRS = "_pairs:", "_pairs?:"
"""Before a number: stations of which so many pairs were read, and every one of them counts. Before a field: the votes
of a pair in just these stations. Sums of pairs are over different stations, so that their ratio would say nothing. The
second of stations of which a page is missing: where forms differ in their pairs, it may hold others."""

VOTED, ENTITLED = "pengguna_j", "dpt_j"
"""The fields of a turnout: all who voted, by all on the permanent list."""

TURNOUT, TURNOUT_VOTED, TURNOUT_ENTITLED = "_turnout", "_turnout:voted", "_turnout:entitled"
"""Stations where both fields of the turnout count, and their sums over just these stations. The plain sums of the two
fields are over different stations, so their ratio would say nothing."""
