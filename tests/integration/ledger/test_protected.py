"""Every column is vouched for by the log, or the reason why not is written down."""

import ast

import pytest
from sqlalchemy import inspect

from api.db.tables import Base
from api.ledger.kinds import KINDS
from api.ledger.protected import PROTECTED, THE_LOG
from tests import ROOT

API = ROOT / "api"
TABLES = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda table: table.__name__)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)
def test_every_column_of_every_table_is_vouched_for_or_it_is_said_why_not(table: type[Base]) -> None:
    if table in THE_LOG:
        assert THE_LOG[table]
        return
    columns = PROTECTED[table]
    names = [column.name for column in inspect(table).columns]
    assert set(names) == set(columns.all), "say in api/ledger/protected.py what the log says of a new column"
    listed = [*columns.public, *columns.person, *columns.guarded, *columns.private, *columns.derived, *columns.free]
    assert len(listed) == len(set(listed))
    assert all(len(why) > 10 for why in (*columns.free.values(), *columns.derived.values()))


def test_every_event_that_is_recorded_is_of_a_kind_that_is_known() -> None:
    found = set()
    for file in API.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_event":
                kind = node.args[1]
                if isinstance(kind, ast.Constant):
                    found.add(kind.value)
    assert len(found) > 15
    assert found <= set(KINDS), "name it in api/ledger/kinds.py, with what of it is public"
