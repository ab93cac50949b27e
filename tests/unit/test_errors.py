"""One error path: the tree of errors is whole, each code has one status, and routes document what they answer."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

import pipeline.errors
from api.http.errors import handle_problems
from pipeline.errors import ChasilError, LoginError, TooManyError
from pipeline.texts import messages
from tests import ROOT
from tests.support.service import TestClient

TREES = {
    file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
    for package in ("models", "pipeline", "training", "api")
    for file in sorted((ROOT / package).rglob("*.py"))
}

PASSED_ON = {"models/package.py", "pipeline/drafting/blank.py", "pipeline/drafting/filled/opening.py"}
"""Files that raise an error whose code they were given; all others write the code out."""

BY_FRAMEWORK = {
    *((400, "request_refused"), (503, "database_unavailable"), (503, "storage_unavailable")),
}
"""What `api.http.errors` answers for what the framework, the database and the store raise."""

Pair = tuple[int, str]


def drawn() -> dict[str, str]:
    """Return status by class, as the tree in `pipeline/errors.py` draws them."""
    text = pipeline.errors.__doc__ or ""
    return dict(re.findall(r"^(?:[├└]── )?(\w+Error) +(\d{3}|any) ", text, re.MULTILINE))


def defined() -> dict[str, str]:
    """Return status by class, as the code defines every subclass of `ChasilError`."""
    classes = {node.name: node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    found: dict[str, str] = {}
    for name, node in classes.items():
        bases = [ast.unparse(base) for base in node.bases]
        if name != "ChasilError" and "ChasilError" not in bases:
            assert not any(base.endswith("Error") and base in found for base in bases), f"{name} stands below the tree"
            continue
        statuses = [
            ast.unparse(part.value)
            for part in node.body
            if isinstance(part, ast.Assign | ast.AnnAssign) and part.value and "status" in ast.unparse(part)
        ]
        found[name] = "any" if "HTTPException" in bases else statuses[0] if statuses else str(ChasilError.status)
    return found


def calls(*names: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield file, called name and call of every call of these names."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield file, node.func.id, node


def raised() -> dict[str, set[int]]:
    """Return the statuses of every code that is raised, but for those that the protocol alone knows of."""
    tree = drawn()
    found: dict[str, set[int]] = defaultdict(set)
    own = {name for name, status in tree.items() if status.isdecimal()} - {"ChasilError", "RegionListError"}
    for file, name, call in calls(*own, "refuse"):
        status = int(tree["ModelError" if name == "refuse" else name])
        codes = [one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)]
        assert codes or file in PASSED_ON, f"{file}:{call.lineno} writes no code"
        for code in codes:
            found[str(code)].add(status)
    return found


def answered() -> set[Pair]:
    """Return status and code of everything that HTTP answers by itself."""
    found = set(BY_FRAMEWORK)
    for _, name, call in calls("ProtocolError", "problem_response", "problem_body"):
        status, reason = call.args[0], call.args[1]
        code = reason if name == "ProtocolError" else reason.args[0] if isinstance(reason, ast.Call) else None
        if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
            found.add((int(str(status.value)), str(code.value)))
    return found


def documented() -> Iterator[tuple[str, Pair]]:
    """Yield every status and code that a route documents, with its file."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and [type(one) for one in node.elts] == [ast.Constant] * 2:
                status, code = (one.value for one in node.elts if isinstance(one, ast.Constant))
                if isinstance(status, int) and 400 <= status < 600 and isinstance(code, str):
                    yield file, (status, code)


def test_the_tree_draws_every_error_with_its_status() -> None:
    assert drawn() == defined()


def test_every_code_that_is_raised_has_a_text_and_one_status() -> None:
    codes = raised()
    assert len(codes) > 100
    assert not set(codes) - set(messages())
    assert not {code: statuses for code, statuses in codes.items() if len(statuses) > 1}


def test_routes_document_the_status_that_a_code_is_answered_with() -> None:
    codes = raised()
    possible = answered() | {(status, code) for code, statuses in codes.items() for status in statuses}
    found = list(documented())
    assert len(found) > 100
    assert not [f"{file}: {status} {code}" for file, (status, code) in found if (status, code) not in possible]


@pytest.mark.parametrize(
    ("error", "header"),
    [
        (LoginError("login_required"), ("WWW-Authenticate", 'Bearer realm="chasil"')),
        (TooManyError("too_many_requests", seconds=7), ("Retry-After", "7")),
    ],
)
def test_an_error_is_answered_with_its_status_code_and_headers(error: ChasilError, header: tuple[str, str]) -> None:
    app = FastAPI()
    handle_problems(app)

    @app.get("/")
    def fail() -> None:
        raise error

    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.json()["code"]) == (error.status, error.code)
    assert answer.headers[header[0]] == header[1]
    assert answer.json()["detail"] == error.reason.text()
