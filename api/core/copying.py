"""Write very many rows at once, the fastest way that each database has."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from api.core.pieces import in_pieces

BATCH_ROWS = 20_000


def copy_rows(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    """Write rows past the objects; return how many.

    Names of table and columns are ours, values as the database takes them.

    Args:
        connection: Of a writing session.
        table: Its name.
        columns: Their names, in the order of each row.
        rows: However many there are.

    """
    names = ", ".join(columns)
    cursor, count = connection.connection.cursor(), 0
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        return count
    places = ", ".join("?" for _ in columns)
    for batch in in_pieces(rows, BATCH_ROWS):
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", batch)  # noqa: S608  ours
        count += len(batch)
    return count
