"""The API over HTTP, in process: every operation that its description names, with bodies and addresses that are odd.

A case is a few requests, one after the other, of an administrator who may do everything. The service holds a document
that was really read; after every `ANEW` cases its sums and its audit are checked, and it begins anew. It remembers in
SQLite, or in the PostgreSQL that TEST_POSTGRESQL_URL names (and that is emptied).
"""

import base64
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import structlog
from sqlalchemy import select

from api.core.settings import Settings
from api.db.tables import Document, Number, Page
from api.people.roles import Role
from api.tabulation.recount import recount
from api.verification.verify import verify
from api.workers.worker import Worker
from pipeline import Reader
from pipeline.texts import messages
from tests import SAMPLES
from tests.fuzz.mutation import STRINGS, VALUES, changed_value, damaged
from tests.fuzz.target import Run, Target
from tests.support.databases import emptied, upgraded
from tests.support.postgresql import postgresql
from tests.support.samples import jpeg
from tests.support.scene import Scene, opened, settings_for
from tests.support.service import FORM, application

ANEW = 150
STATION = "0024010001002"
IDS = ("document", "page", "item", "person", "token", "audit", "alarm", "upload")
WORDS = (
    "ppwp-2024",
    STATION,
    "002401",
    "0",
    "paslon_1",
    "123",
    "X-7",
    "c-hasil-ppwp-2024",
    "reviewer",
    "correct",
    "csv",
)
SLOW = ("/api/v1/progress/events", "/api/v1/documents/{document}/events")
"""Addresses whose answers go on until something happens."""

Operation = tuple[str, str, Mapping[str, Any]]
"""Method, address and description."""


@cache
def _described() -> Mapping[str, Any]:
    described: dict[str, Any] = application(home=Path("never-made")).openapi()
    return described


@cache
def _operations() -> Sequence[Operation]:
    """Return every operation; those that change something come three times."""
    found: list[Operation] = []
    for path, operations in _described()["paths"].items():
        for method, operation in operations.items():
            if path not in SLOW:
                found += [(method.upper(), path, operation)] * (1 if method in ("get", "head", "options") else 3)
    return found


def _case(chance: Random) -> bytes:
    return json.dumps([_request(chance) for _ in range(chance.randrange(1, 5))]).encode()


def _request(chance: Random) -> dict[str, Any]:
    method, path, operation = chance.choice(_operations())
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            odd = chance.random() < 0.15
            value = _word(chance) if odd or parameter["name"] not in IDS else f"<{parameter['name']}>"
            path = path.replace(f"{{{parameter['name']}}}", value)
        elif chance.random() < (0.9 if parameter.get("required") else 0.5):
            place = query if parameter["in"] == "query" else headers
            place[parameter["name"]] = (
                _word(chance) if chance.random() < 0.5 else str(_like(parameter["schema"], chance))
            )
    if "Tus-Resumable" in headers and chance.random() < 0.9:
        headers["Tus-Resumable"] = "1.0.0"
    request: dict[str, Any] = {"method": method, "path": path, "query": query, "headers": headers}
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        request["body"] = _body(content["application/json"]["schema"], chance)
    elif content:
        request["file"] = base64.b64encode(damaged(jpeg(), chance)).decode()
        request["name"] = _word(chance)
    return request


def _body(schema: Mapping[str, Any], chance: Random) -> str:
    """Return a body of this shape, usually with something wrong in it, as text."""
    value = _like(schema, chance)
    for _ in range(chance.choice((0, 1, 1, 2))):
        value = changed_value(value, chance)
    text = json.dumps(value)
    match chance.randrange(20):
        case 0:
            return damaged(text.encode(), chance).decode("latin-1")
        case 1:
            return "[" * 5000 + text
        case _:
            return text


def _like(schema: Mapping[str, Any], chance: Random) -> Any:
    """Return a value that a schema describes, more or less."""
    if "$ref" in schema:
        return _like(_described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], chance)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _like(chance.choice(schema[key]), chance)
    if "properties" in schema:
        wanted = schema.get("required", ())
        named = schema["properties"].items()
        return {name: _like(part, chance) for name, part in named if name in wanted or chance.random() < 0.6}
    if schema.get("type") == "array":
        return [_like(schema.get("items", {}), chance) for _ in range(chance.choice((0, 1, 1, 2, 4)))]
    return _single(schema, chance)


def _single(schema: Mapping[str, Any], chance: Random) -> Any:
    """Return a value that is neither an object nor a list."""
    if choices := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return chance.choice(choices)
    kinds: Mapping[str, Sequence[Any]] = {
        "object": ({},),
        "integer": (0, 1, 2, 3, 10, schema.get("minimum", 0), schema.get("maximum", 100)),
        "number": (0.0, 0.5, 1.0, 0.95, schema.get("maximum", 30.0)),
        "boolean": (True, False),
        "null": (None,),
    }
    if schema.get("type") in kinds:
        return chance.choice(kinds[schema["type"]])
    return _word(chance) if chance.random() < 0.8 else chance.choice(schema.get("examples", WORDS))


def _word(chance: Random) -> str:
    match chance.randrange(4):
        case 0:
            return chance.choice([one for one in STRINGS if len(one) < 400])
        case 1:
            return str(chance.choice([one for one in VALUES if not isinstance(one, str | list | dict)]))
        case 2:
            return f"<{chance.choice(IDS)}>"
        case _:
            return chance.choice(WORDS)


@contextmanager
def _serving(folder: Path) -> Iterator[Run]:
    """Yield a run over a service that is put back to its first state now and then."""
    reader = Reader(FORM)
    done = 0
    with ExitStack() as settings, ExitStack() as stack:
        # A line for each of thousands of requests would hide what is found; other tests want their lines again.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        settings.callback(structlog.reset_defaults)
        scene: Scene | None = None
        known: dict[str, str] = {}

        def run(data: bytes) -> None:
            nonlocal scene, known, done
            if scene is None or done % ANEW == 0:
                if scene is not None:
                    _check_whole(scene)
                stack.close()
                scene = stack.enter_context(opened(_anew(folder)))
                known = _fill(scene, reader)
            done += 1
            for request in json.loads(data):
                _send(scene, known, request)

        yield run


def _anew(folder: Path) -> Settings:
    """Return the settings of a service that remembers nothing."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    url = emptied(upgraded(postgresql())) if postgresql() else f"sqlite:///{home / 'chasil.db'}"
    many = {"requests_per_second": 1e6, "request_burst": 1_000_000, "max_requests": 10_000}
    return settings_for(home, url, queue="table", **many)


def _fill(scene: Scene, reader: Reader) -> dict[str, str]:
    """Put a document on record as it happens, uploaded and read; return what `_known` does."""
    files = [("files", (path.name, path.read_bytes())) for path in sorted(SAMPLES.glob(f"{STATION}-p*.jpg"))]
    answer = scene.client.post("/api/v1/documents", files=files, params={"wait": 0, "station": STATION})
    assert answer.status_code == 202, answer.text
    Worker(scene.records, reader, "fuzz").drain()
    return _known(scene)


def _known(scene: Scene) -> dict[str, str]:
    """Return an id of every kind, and the headers of an administrator who may do everything.

    Person and token are somebody else's: a case that shuts them out must not shut out those that follow.
    """
    person = scene.person(*Role, scope="0", name="pengelola", password="empat kata yang panjang")
    _, headers = scene.token(person)
    other = scene.person(Role.UPLOADER, scope="0", password="empat kata yang lain")
    token, _ = scene.token(other)
    with scene.records.database.reading() as session:
        document = session.scalars(select(Document.id)).first() or ""
        page = session.scalars(select(Page.id).where(Page.number == 1)).first() or ""
        assert session.get(Number, (document, "paslon_1"))
    found = {
        "document": document,
        "page": page,
        "person": other.id,
        "token": token,
        "alarm": "0" * 32,
        "upload": "0" * 32,
    }
    claimed = scene.ask("POST", "/api/v1/review/claim", headers, json={"count": 3})
    items = claimed.json().get("items", []) if claimed.status_code == 200 else []
    return {**found, **headers, "item": items[0]["id"] if items else "0" * 32, "audit": "0" * 32}


def _send(scene: Scene, known: Mapping[str, str], request: Mapping[str, Any]) -> None:
    """Send one request and hold the answer to the contract: no failure, and every refusal a problem with a code."""
    headers = {"Authorization": known["Authorization"]}
    headers |= {name: _header(_filled(str(value), known)) for name, value in request["headers"].items()}
    more: dict[str, Any] = {}
    query = {name: _filled(str(value), known) for name, value in request["query"].items()}
    if "file" in request:
        query["wait"] = "0"
    if "body" in request:
        more["content"] = _filled(request["body"], known).encode("latin-1", "replace")
        headers["Content-Type"] = "application/json"
    elif "file" in request:
        content = base64.b64decode(request["file"])
        if request["method"] == "PATCH":
            more["content"], headers["Content-Type"] = content, "application/offset+octet-stream"
        else:
            more["files"] = [("files", (_header(_filled(request["name"], known)), content))]
    path = (
        _quoted(_filled(request["path"], known), "/")
        + "?"
        + "&".join(f"{name}={_quoted(value)}" for name, value in query.items())
    )
    answer = scene.ask(request["method"], path, headers, **more)
    said = f"{request['method']} {request['path']} -> {answer.status_code} {answer.text[:200]}"
    assert answer.status_code < 500 or answer.status_code == 503, said
    if answer.status_code >= 400:
        assert request["method"] == "HEAD" or answer.json()["code"] in messages(), said


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name in IDS:
        text = text.replace(f"<{name}>", known.get(name, ""))
    return text


def _quoted(text: str, safe: str = "") -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


def _header(text: str) -> str:
    """Return what of a text a header can carry."""
    return "".join(char for char in text[:200] if " " <= char <= "~")


def _check_whole(scene: Scene) -> None:
    """Check that nothing was written by half: sums, chain, rows and originals."""
    assert [reason.to_json() for reason in verify(scene.records)] == []
    with scene.records.database.reading() as session:
        assert list(recount(session)) == []


TARGETS = (Target("service", 5_000, _case, _serving),)
