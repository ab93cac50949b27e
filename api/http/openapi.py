"""The description of the API at `/api/v1/openapi.json`."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.core.address import API
from api.http.errors import ProblemBody, documented
from api.schemas.common import ReadingsBody
from pipeline.texts import texts

DESCRIPTION = """
Reads handwritten C.Hasil forms, the result sheets of Indonesian polling stations, into numbers with calibrated
confidence.

Uploads to `/api/v1/documents` are kept, read by workers, decided by people where the machine is unsure, and added up.
Uploads to `/api/v1/readings` are held in memory while they are read and forgotten with the answer.

Errors are `application/problem+json` with a stable `code`; pages that cannot be read are no errors but readings with
the outcome `rejected` and a reason.
"""


def describe(app: FastAPI) -> None:
    """Make the app describe itself with the shared types that routes refer to by name."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _openapi(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _openapi(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    _, shared = models_json_schema(
        [(ProblemBody, "serialization"), (ReadingsBody, "validation")], ref_template="#/components/schemas/{model}"
    )
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(shared["$defs"])
    schemas["Problem"] = schemas.pop("ProblemBody")
    _replace_framework_errors(described)
    _summarize(described)
    return described


def operation_key(method: str, path: str) -> str:
    """Return the key of an operation in the catalogue `operations`: its method and its address beneath `/api/v1`."""
    return f"{method.upper()} {path.removeprefix(API)}"


def _summarize(described: dict[str, Any]) -> None:
    """Put the English line of the catalogue at every operation, where the framework would put a function's name."""
    summaries = texts("operations")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            operation["summary"] = summaries[operation_key(method, path)]["en"]


def _replace_framework_errors(described: dict[str, Any]) -> None:
    """Put our 422 where the framework describes its own, which nobody ever gets."""
    for path in described["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422", {})
            if "application/json" in answer.get("content", {}):
                operation["responses"]["422"] = documented((422, "request_invalid"))[422]
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
