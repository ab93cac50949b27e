"""Stations of which every pair counts are counted by themselves, and a sum is broken where all its numbers count.

What the sums of the stations on record lack is added, and the mark of a broken rule is taken from stations where a
number does not count: whether that is one of the rule's, its document says again when it is next decided.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.db.types import Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 1000
KEPT_DIGITS = (4, 6, 10)
BROKEN = "_broken"

document = sa.table(
    "document", sa.column("id"), sa.column("state"), sa.column("missing_pages", Json), sa.column("rules", Json)
)
station_count = sa.table(
    "station_count",
    sa.column("election_id"),
    sa.column("station"),
    sa.column("document_id"),
    sa.column("amounts", Json),
)
tally = sa.table(
    "tally", sa.column("election_id"), sa.column("region"), sa.column("item"), sa.column("digits"), sa.column("amount")
)
number = sa.table(
    "number", sa.column("document_id"), sa.column("field"), sa.column("state"), sa.column("final", sa.Integer())
)

Key = tuple[str, str, str]
"""Election, region, item."""


def upgrade() -> None:
    """Apply the step."""
    moved: Counter[Key] = Counter()
    for rows in _stations():
        counted, open_ = _pairs([row.document_id for row in rows])
        for row in rows:
            amounts = {**row.amounts, **counted.get(row.document_id, {})}
            if row.document_id in open_:
                amounts.pop(BROKEN, None)
                _say_open(row.document_id)
            _store(row, amounts, moved)
    _move(moved)


def downgrade() -> None:
    """Take the step back."""
    op.execute(sa.delete(tally).where(tally.c.item.like("\\_pairs%", escape="\\")))


def _stations() -> Iterator[Sequence[Any]]:
    """Yield what stations add, some of them at once."""
    last = ("", "")
    while True:
        place = sa.tuple_(station_count.c.election_id, station_count.c.station)
        asked = sa.select(station_count).where(place > last).order_by(*place).limit(AT_ONCE)
        rows = op.get_bind().execute(asked).all()
        if not rows:
            return
        yield rows
        last = (rows[-1].election_id, rows[-1].station)


def _pairs(documents: Sequence[str]) -> tuple[dict[str, dict[str, int]], set[str]]:
    """Return the marks of documents of which every pair counts, and the documents of which some number does not."""
    connection = op.get_bind()
    whole = sa.select(document.c.id, document.c.state, document.c.missing_pages).where(document.c.id.in_(documents))
    prefix = {
        row.id: "_pairs?:" if row.missing_pages or row.state == "waiting" else "_pairs:"
        for row in connection.execute(whole)
    }
    votes: dict[str, dict[str, int]] = {}
    seen: Counter[str] = Counter()
    open_: set[str] = set()
    asked = sa.select(number).where(number.c.document_id.in_(documents))
    for row in connection.execute(asked):
        counts = row.state in ("accepted", "reviewed") and row.final is not None
        if not counts:
            open_.add(row.document_id)
        if row.field.startswith("paslon_"):
            seen[row.document_id] += 1
            if counts:
                votes.setdefault(row.document_id, {})[row.field] = row.final
    marks = {
        name: {
            f"{prefix[name]}{len(of)}": 1,
            **{f"{prefix[name]}{field}": amount for field, amount in of.items() if amount},
        }
        for name, of in votes.items()
        if len(of) == seen[name]
    }
    return marks, open_


def _say_open(name: str) -> None:
    """Let a document say of its rules that nobody knows yet whether they are broken on the paper."""
    rules = op.get_bind().execute(sa.select(document.c.rules).where(document.c.id == name)).scalar_one()
    told = [{**rule, "counts": False} if rule["holds"] is False else rule for rule in rules]
    op.execute(sa.update(document).where(document.c.id == name).values(rules=told))


def _store(row: Any, amounts: dict[str, int], moved: Counter[Key]) -> None:
    """Write what a station adds, and add up by how much the sums above it move."""
    if amounts == row.amounts:
        return
    here = (station_count.c.election_id == row.election_id, station_count.c.station == row.station)
    op.execute(sa.update(station_count).where(*here).values(amounts=amounts))
    for item in amounts.keys() | row.amounts.keys():
        difference = amounts.get(item, 0) - row.amounts.get(item, 0)
        for digits in KEPT_DIGITS if difference else ():
            moved[row.election_id, row.station[:digits], item] += difference


def _move(moved: Counter[Key]) -> None:
    connection = op.get_bind()
    for (election, region, item), amount in moved.items():
        here = (tally.c.election_id == election, tally.c.region == region, tally.c.item == item)
        known = connection.execute(sa.update(tally).where(*here).values(amount=tally.c.amount + amount)).rowcount
        if not known:
            values = {"election_id": election, "region": region, "item": item, "digits": len(region), "amount": amount}
            connection.execute(sa.insert(tally).values(values))
