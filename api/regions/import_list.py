"""Bring a list of regions and stations in, all or nothing.

A list is the whole truth for every village whose stations it gives: stations that it leaves out are expected no more.
They are not taken away, since documents may refer to them. The same list again changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.core.copying import copy_rows
from api.db import Database
from api.db.tables import Region
from api.db.transactions import touch
from api.ledger.append import record_event
from api.regions.codes import LEVELS, count_stations, parent_of
from api.regions.list_file import RegionList, read_region_list

_TEMPORARY = (
    "CREATE TEMPORARY TABLE given (code VARCHAR(13) PRIMARY KEY, parent VARCHAR(13), level VARCHAR(8), name TEXT)"
)

_MERGE = """
    INSERT INTO region (code, parent, level, name, stations, listed)
    SELECT code, parent, level, name, CASE WHEN level = 'station' THEN 1 ELSE 0 END, true FROM given WHERE true
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, listed = true,
        stations = CASE WHEN region.level = 'station' THEN 1 ELSE region.stations END
    WHERE region.name <> excluded.name OR NOT region.listed
    RETURNING code
"""

_DROP_LEFT_OUT = """
    UPDATE region SET listed = false
    WHERE level = 'station' AND listed
      AND parent IN (SELECT DISTINCT parent FROM given WHERE level = 'station' UNION SELECT code FROM counted)
      AND NOT EXISTS (SELECT 1 FROM given WHERE given.code = region.code)
    RETURNING code
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list of regions brought.

    Attributes:
        counts: Regions in the list, by level.
        changed: Rows that are new or other than before.
        dropped: Stations that are expected no more.

    """

    counts: dict[str, int]
    changed: int
    dropped: int


def import_regions(database: Database, path: Path, actor: str, name: str | None = None) -> Imported:
    """Read a list, check it, and bring it in; an event of the chain names its hash where it changed anything.

    Args:
        database: Where it goes.
        path: The file.
        actor: Who brings it in.
        name: What the file is called in what is raised; its path where none is given.

    Raises:
        UsageError: The file cannot be read, or lacks a column, or lists more than there can be.
        RegionListError: Some lines have faults; nothing was changed.

    """
    with database.reading() as session:
        query = select(Region.code).where(Region.level != "station", Region.listed)
        known = frozenset(session.scalars(query))
    listing = read_region_list(path, known, name)
    with database.writing() as session:
        imported = _bring_in(session, listing)
        if imported.changed or imported.dropped:
            count_stations(session)
            body = {"sha256": listing.sha256, "regions": imported.counts, "dropped": imported.dropped}
            record_event(session, "regions_imported", actor, "region:0", body)
    return imported


def _bring_in(session: Session, listing: RegionList) -> Imported:
    """Put the list beside the table, then merge it with two statements."""
    connection = session.connection()
    connection.execute(text(_TEMPORARY))
    connection.execute(text("CREATE TEMPORARY TABLE counted (code VARCHAR(13) PRIMARY KEY)"))
    counts: dict[str, int] = {}
    rows = ((code, parent_of(code), LEVELS[len(code)], name) for code, name in listing.rows())
    copy_rows(connection, "given", ("code", "parent", "level", "name"), _counting(rows, counts))
    copy_rows(connection, "counted", ("code",), ((village,) for village in listing.stations))
    changed = connection.scalars(text(_MERGE)).all()
    dropped = connection.scalars(text(_DROP_LEFT_OUT)).all()
    touch(session, Region, ((code,) for code in (*changed, *dropped)))
    connection.execute(text("DROP TABLE given"))
    connection.execute(text("DROP TABLE counted"))
    return Imported(counts, len(changed), len(dropped))


def _counting(
    rows: Iterable[tuple[str, str | None, str, str]], counts: dict[str, int]
) -> Iterator[tuple[str, str | None, str, str]]:
    """Pass rows on and count them by level."""
    for row in rows:
        counts[row[2]] = counts.get(row[2], 0) + 1
        yield row
