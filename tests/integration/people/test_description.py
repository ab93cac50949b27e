"""Schemathesis asks every route of the OpenAPI document for what it describes and for what it does not.

No answer may be a 5xx, have a status or a content type that is not described, or a body unlike the described one.
"""

import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of the packages that it is built on
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.result import Ok
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

from api.people.roles import Role
from tests.support.databases import url_in
from tests.support.scene import ELECTION, HERE, Scene, application, opened, settings_for
from tests.support.service import FORM

CASES = {False: 2, True: 8}
"""For each operation and database, without login and with one."""

CASES_ONCE = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
NOT_SENT = {"cookie", "host"}
BASE = "http://127.0.0.1:8000"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BRIEF: dict[str, dict[str, Any]] = {
    "/api/v1/progress/events": {"once": "true"},  # else it never ends
    "/api/v1/documents": {"wait": "0"},  # nothing reads here
}
"""What is always asked of some addresses."""


def _operations() -> dict[str, Any]:
    app = application(settings_for(Path(tempfile.gettempdir()), "sqlite:///unused"))
    schema = schemathesis.openapi.from_dict(app.openapi())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in found}


schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
OPERATIONS = _operations()


def _modes(operation: Any) -> list[GenerationMode]:
    """Return how an operation can be asked: what takes nothing cannot be given anything wrong."""
    takes = operation.body or any(True for _ in operation.iter_parameters())
    return list(GenerationMode) if takes else [GenerationMode.POSITIVE]


@cache
def _cases(name: str) -> st.SearchStrategy[Any]:
    """Return what an operation is asked, put together once: that takes longer than to ask."""
    operation = OPERATIONS[name]
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in _modes(operation)])


class Stage:
    """A scene with one of everything."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.keeper = scene.person(*Role, scope="0")
        document, page = scene.document(HERE)
        self.things = {"document": document, "page": page, "field": "paslon_1", "form": FORM, "region": HERE}
        self.things |= {"person": scene.person(Role.REVIEWER).id, "election": ELECTION}

    def answer(self, case: Any, *, real: bool, known: bool) -> Any:
        """Send a case: with ids of things that are there, and by someone who may do everything."""
        if real:
            case.path_parameters = {**(case.path_parameters or {}), **self._named(case)}
        case.query = {**(case.query or {}), **BRIEF.get(case.operation.path, {})}
        prepared = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        headers = {name: str(value) for name, value in prepared.headers.items() if name.lower() not in NOT_SENT}
        if known:
            headers = {**headers, **self.scene.session(self.keeper)}
            headers.pop("Authorization", None)
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        return self.scene.ask(str(prepared.method), str(prepared.url), headers, content=body)

    def _named(self, case: Any) -> dict[str, str]:
        names = case.path_parameters or {}
        things = {**self.things, "token": self.scene.token(self.keeper)[0]} if "token" in names else self.things
        return {name: things[name] for name in names if name in things}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("description")
    with opened(settings_for(folder, url_in(request, folder), requests_per_second=1000, request_burst=10_000)) as scene:
        yield Stage(scene)


@pytest.mark.parametrize("known", [False, True], ids=["anonymous", "known"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_as_described(stage: Stage, name: str, *, known: bool) -> None:
    @settings(CASES_ONCE, max_examples=CASES[known])
    @given(case=_cases(name), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        case.validate_response(stage.answer(case, real=real, known=known), checks=CHECKS)

    ask()
