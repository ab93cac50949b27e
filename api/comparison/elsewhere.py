"""Pages that stand at several stations: the same bytes, or the same sheet of paper photographed again.

One sheet is of one station. Where what it says is what one of them has published, and none of the others, it is taken
to be that one's, and only the others are told. Otherwise nobody can say whose it is, and all of them are told. The
handwritten header, which names the station, is not read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from api.comparison.sheets import same_sheets
from api.comparison.stations import Aside
from api.comparison.work import Work
from pipeline.packing import unpack
from pipeline.reasons import Reason

Place = tuple[str, str, int]
"""A station, and a page of a file there: its hash and its number."""

MOST_ALIKE = 200
"""Pages that say the same and are compared with each other; of more the first so many."""

LEAST_AGREEING = 2
"""Numbers on a sheet that must be as a station has published them, all of them, for the sheet to be taken for its
own."""


def pages_elsewhere(work: Work, key: str) -> Mapping[str, Aside]:
    """Return by station the pages that are set aside because they stand at another station too."""
    found: dict[str, dict[tuple[str, int], Reason]] = defaultdict(dict)
    for code, places in _groups(work, key):
        stations = sorted({station for station, _, _ in places})
        own = _owner(work, key, places)
        for station, sha256, page in places:
            others = [other for other in stations if other != station]
            if station != own and others:
                reason = Reason(code, {"stations": ", ".join(others[:3]), "count": len(others)})
                found[station].setdefault((sha256, page), reason)
    return {station: Aside(reasons) for station, reasons in found.items()}


def _groups(work: Work, key: str) -> Iterator[tuple[str, Sequence[Place]]]:
    """Yield the pages that are one, of two stations at least."""
    for places in _same_bytes(work):
        yield "compare_same_bytes", places
    for votes in _votes_twice(work, key):
        yield from (("compare_same_sheet", places) for places in _same_sheet(work, key, votes))


def _same_bytes(work: Work) -> list[list[Place]]:
    query = """
        SELECT p.sha256, p.page, p.station FROM photograph p JOIN (
          SELECT sha256, page FROM photograph WHERE sha256 NOT LIKE '-%' GROUP BY sha256, page
          HAVING count(DISTINCT station) > 1
        ) d ON d.sha256 = p.sha256 AND d.page = p.page ORDER BY p.sha256, p.page, p.station
    """
    found: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for sha256, page, station in work.rows(query):
        found[sha256, page].append((station, sha256, page))
    return list(found.values())


def _votes_twice(work: Work, key: str) -> list[str]:
    """Return what several pages with different bytes say alike."""
    query = """
        SELECT said FROM reading WHERE key = ? AND said IS NOT NULL AND print IS NOT NULL
        GROUP BY said HAVING count(DISTINCT sha256) > 1 ORDER BY said
    """
    return [votes for (votes,) in work.rows(query, key)]


def _same_sheet(work: Work, key: str, votes: str) -> Iterator[Sequence[Place]]:
    """Yield the groups of pages that say the same in the same ink, of two stations at least."""
    query = """
        SELECT DISTINCT r.sha256, r.page, r.print, p.station FROM reading r
        JOIN photograph p ON p.sha256 = r.sha256 AND p.page = r.page
        WHERE r.key = ? AND r.said = ? AND r.print IS NOT NULL ORDER BY r.sha256, r.page, p.station LIMIT ?
    """
    rows = list(work.rows(query, key, votes, MOST_ALIKE))
    prints = {f"{sha256}/{page}": bytes(seen) for sha256, page, seen, _ in rows}
    for together in _joined(same_sheets(list(prints.items()))):
        places = [(station, sha256, page) for sha256, page, _, station in rows if f"{sha256}/{page}" in together]
        if len({station for station, _, _ in places}) > 1:
            yield places


def _joined(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Return the sets of what pairs tie together."""
    groups: list[set[str]] = []
    for one, other in pairs:
        touched = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touched]
        groups.append({one, other}.union(*touched))
    return groups


def _owner(work: Work, key: str, places: Sequence[Place]) -> str | None:
    """Return the one station that has published what the sheet says; None where none has, or several."""
    agreeing = {station for station, sha256, page in places if _published_there(work, key, station, sha256, page)}
    return agreeing.pop() if len(agreeing) == 1 else None


def _published_there(work: Work, key: str, station: str, sha256: str, page: int) -> bool:
    packed, published = work.packed(key, sha256, page), work.station(station)
    if packed is None or published is None:
        return False
    read = unpack(packed).fields
    both = [(read[name].value, published.numbers[name]) for name in read if name in published.numbers]
    return len(both) >= LEAST_AGREEING and any(value for _, value in both) and all(a == b for a, b in both)
