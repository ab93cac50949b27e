"""What can be exported, in which formats, and the bytes of it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from api.core.context import Records
from api.regions.codes import NATION, is_code
from api.tabulation.elections import election_for
from api.tabulation.encode import Format, encode
from api.tabulation.kpu import kpu_pieces
from api.tabulation.rows import NUMBERS, SUMS, Selection, number_rows, sum_rows
from api.tabulation.totals import region_of
from pipeline.errors import MissingError, UsageError


class Export(StrEnum):
    """What is exported: sums of regions, numbers of stations, or stations in the commission's shape."""

    TALLIES = "tallies"
    NUMBERS = "numbers"
    KPU = "kpu"


FORMATS: Mapping[Export, tuple[Format, ...]] = {
    Export.TALLIES: tuple(Format),
    Export.NUMBERS: tuple(Format),
    Export.KPU: (Format.JSON,),
}


def check_export(
    records: Records, what: Export, format_: Format, election: str | None, region: str = NATION
) -> Selection:
    """Return what is asked for.

    Raises:
        MissingError: `region_unknown`.
        UsageError: `export_format`, or there is no such election.

    """
    if format_ not in FORMATS[what]:
        known = ", ".join(FORMATS[what])
        raise UsageError("export_format", what=what.value, seen=format_.value, known=known)
    if not is_code(region):
        raise MissingError("region_unknown", seen=region[:20])
    with records.database.reading() as session:
        chosen = election_for(session, election, aside=True)
        region_of(session, region)
    return Selection(chosen, region, records.forms.get(chosen.form_id))


def exported(records: Records, what: Export, format_: Format, chosen: Selection) -> Iterator[bytes]:
    """Yield the export in pieces, all of it in one state of the database."""
    with records.database.reading() as session:
        if what is Export.KPU:
            yield from kpu_pieces(session, chosen)
        elif what is Export.TALLIES:
            yield from encode(format_, SUMS, sum_rows(session, chosen))
        else:
            yield from encode(format_, NUMBERS, number_rows(session, chosen))
