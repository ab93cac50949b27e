"""Every number that differs or is open as CSV, those with most votes at stake first."""

import csv
from typing import TextIO

from api.comparison.findings import REPORTED, stations_with
from api.comparison.lines import CSV_COLUMNS, csv_row
from api.comparison.work import Work
from api.core.spreadsheets import plain


def write_table(target: TextIO, work: Work) -> None:
    """Write the table, outcome by outcome."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for outcome in REPORTED:
        for station in stations_with(work, outcome):
            writer.writerows([plain(value) for value in csv_row(one.line)] for one in station.findings)
