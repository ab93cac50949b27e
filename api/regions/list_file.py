"""A list of regions as people keep it, checked line by line: codes, names, and how many stations a village has.

The first line names the columns: `code` (or `kode`), `name` (or `nama`), and where wanted `tps` (or `stations`), the
number of polling stations of a village; commas or semicolons between them. Codes may have dots (11.01.01.2001).
Stations stand in lines of their own, or follow from `tps`: 3 makes stations 001, 002 and 003.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.regions.codes import LEVELS, NATION, NATION_NAME, STATION_DIGITS, is_code, parent_of
from pipeline.documents.names import printable
from pipeline.errors import ChasilError, UsageError
from pipeline.reasons import Reason

MOST_STATIONS = 999
"""A station has three digits."""

MOST_REGIONS = 3_000_000
"""Regions and stations of one list, twice those that stand in lines beside a number. The nation has some 910,000."""

SHOWN_FAULTS = 20
"""Faults that are listed; the rest are counted."""

SEEN = 60
"""Characters of what a list says that a fault repeats."""

_VILLAGE_DIGITS = 10
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "kode"),
    "name": ("name", "nama"),
    "tps": ("tps", "stations"),
}


class RegionListError(ChasilError):
    """A list of regions has faults; nothing of it was taken.

    Args:
        path: The file, as whoever gave it knows it.
        faults: The first of them, each with its line.
        count: How many there are.

    """

    def __init__(self, path: str, faults: Iterable[Reason], count: int) -> None:
        self.faults = tuple(faults)
        super().__init__("regions_faulty", path=path, count=count, shown=len(self.faults))


@dataclass(slots=True)
class RegionList:
    """A list of regions without fault.

    Attributes:
        sha256: Hash of the file.
        names: Name by code, in the order of the file; stations that follow from a number of `tps` are not among them.
        stations: Number of stations by village, where the list gives a number.

    """

    sha256: str
    names: dict[str, str] = field(default_factory=dict)
    stations: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield code and name of every region and station, the nation too."""
        yield NATION, self.names.get(NATION, NATION_NAME)
        for code, name in self.names.items():
            if code != NATION:
                yield code, name
        for village, count in self.stations.items():
            for number in range(1, count + 1):
                code = f"{village}{number:03d}"
                if code not in self.names:
                    yield code, f"TPS {number:03d}"


@dataclass(slots=True)
class _Faults:
    first: list[Reason] = field(default_factory=list)
    count: int = 0

    def add(self, code: str, line: int, **values: object) -> None:
        self.count += 1
        if self.count <= SHOWN_FAULTS:
            self.first.append(Reason(code, {"line": line, **values}))


def read_region_list(path: Path, known: frozenset[str] = frozenset(), name: str | None = None) -> RegionList:
    """Read a list whole.

    Args:
        path: A CSV file in UTF-8.
        known: Codes of regions above stations that earlier lists brought: a list may go on where they ended.
        name: What the file is called in what is raised; its path where none is given.

    Raises:
        UsageError: `file_missing`, `file_unreadable`, `regions_columns` or `regions_too_many`.
        RegionListError: Some lines have faults.

    """
    shown = name or str(path)
    lines, found, faults = _lines(path, shown), RegionList(""), _Faults()
    where: dict[str, int] = {}
    columns = _columns(shown, next(lines, (0, []))[1])
    size = 0
    for line, cells in lines:
        if any(cell.strip() for cell in cells):
            size += _take(found, faults, where, line, cells, columns)
            if size > MOST_REGIONS:
                raise UsageError("regions_too_many", path=shown, limit=MOST_REGIONS)
    _check_parents(found, faults, where, known)
    _check_counts(found, faults, where)
    if faults.count:
        raise RegionListError(shown, faults.first, faults.count)
    with path.open("rb") as file:
        found.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _lines(path: Path, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells; the separator is whichever the first line has more of."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            # A quote that never ends would take the rest of the list for a name.
            reader = csv.reader(file, delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
            for cells in reader:
                yield reader.line_num, cells
    except FileNotFoundError as error:
        raise UsageError("file_missing", path=shown) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError("file_unreadable", path=shown, problem=str(error)) from error


def _columns(shown: str, header: list[str]) -> dict[str, int]:
    """Return where each column is."""
    seen = [cell.strip().lower() for cell in header]
    places = {
        column: next((seen.index(name) for name in names if name in seen), -1) for column, names in _COLUMNS.items()
    }
    if places["code"] < 0 or places["name"] < 0:
        raise UsageError("regions_columns", path=shown, seen=_short(", ".join(seen)) or "-")
    return places


def _take(
    found: RegionList,
    faults: _Faults,
    where: dict[str, int],
    line: int,
    cells: list[str],
    columns: Mapping[str, int],
) -> int:
    """Take one line, or say what is wrong with it; return how many regions and stations it brings."""
    code, name, tps = (
        cells[at].strip() if 0 <= at < len(cells) else "" for at in (columns["code"], columns["name"], columns["tps"])
    )
    code = code.replace(".", "")
    if not is_code(code):
        faults.add("regions_code", line, seen=_short(code) or "-")
    elif code in where:
        faults.add("regions_twice", line, seen=code, first=where[code])
    elif not name or "\0" in name:
        faults.add("regions_name", line, seen=code)
    elif tps and not _is_count(code, tps):
        faults.add("regions_stations", line, seen=_short(tps), limit=MOST_STATIONS)
    else:
        found.names[code] = name
        where[code] = line
        if tps:
            found.stations[code] = int(tps)
        return 1 + found.stations.get(code, 0)
    return 0


def _short(text: str) -> str:
    return printable(text)[:SEEN]


def _is_count(code: str, tps: str) -> bool:
    # Python refuses to count very long numbers at all.
    whole = tps.isascii() and tps.isdigit() and len(tps) <= SEEN and int(tps) <= MOST_STATIONS
    return whole and len(code) == _VILLAGE_DIGITS


def _check_parents(found: RegionList, faults: _Faults, where: Mapping[str, int], known: frozenset[str]) -> None:
    """Refuse what lies in a region that is neither in this list nor in an earlier one."""
    for code in found.names:
        above = parent_of(code)
        if above not in (None, NATION) and above not in found.names and above not in known:
            faults.add("regions_parent", where[code], seen=code, level=LEVELS[len(str(above))], above=above)


def _check_counts(found: RegionList, faults: _Faults, where: Mapping[str, int]) -> None:
    """Refuse a number of stations that differs from the stations listed for the same village."""
    if not found.stations:
        return
    listed: dict[str, int] = {}
    for code in found.names:
        if len(code) == STATION_DIGITS:
            village = code[:_VILLAGE_DIGITS]
            listed[village] = listed.get(village, 0) + 1
    for village, count in found.stations.items():
        if listed.get(village, count) != count:
            faults.add("regions_count", where[village], seen=village, count=count, listed=listed[village])
