"""What a person did at a number has few shapes on its way from the body of a request to the rows that keep it."""

import ast
from collections.abc import Iterator

from tests import ROOT

MARK = {"kind", "seconds"}
"""What is told of every answer: what the person did, and how long the person looked."""

DESK = (
    "schemas/desk.py AnswerBody",
    "documents/answer.py Answer",
    "db/review_tables.py ReviewAnswer",
    "db/tables.py Decision",
)
DOCUMENT = ("schemas/documents.py VerdictBody", "documents/answer.py Answer", "db/tables.py Decision")
TOLD = "schemas/documents.py DecisionBody"
"""How a history tells it."""


def shapes() -> Iterator[str]:
    """Yield file and name of every class of `api/` that has the mark of an answer among its own attributes."""
    for file in sorted((ROOT / "api").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and _attributes(node) >= MARK:
                yield f"{file.relative_to(ROOT / 'api')} {node.name}"


def _attributes(node: ast.ClassDef) -> set[str]:
    stated = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
    return {target.id for target in stated if isinstance(target, ast.Name)}


def test_an_answer_has_at_most_four_shapes() -> None:
    assert set(shapes()) == {*DESK, *DOCUMENT, TOLD}
    assert len(DESK) <= 4
    assert len(DOCUMENT) <= 4
