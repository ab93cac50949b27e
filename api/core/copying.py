"""Write very many rows at once, the fastest way that each database has."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from api.core.pieces import in_pieces

BATCH_ROWS = 20_000


def copy_rows(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows past the objects; names of table and columns are ours, values as the database takes them.

    Args:
        connection: Of a writing session.
        table: Its name.
        columns: Their names, in the order of each row.
        rows: However many there are.

    """
    names = ", ".join(columns)
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" for _ in columns)
    for batch in in_pieces(rows, BATCH_ROWS):
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", batch)  # noqa: S608  ours
