"""Who may do what, route by route. A new route needs a row here, or the tests fail.

The statuses are those of a request that is let in; what it then finds may well be nothing (404) or a conflict (409).
Names in braces are filled in from the scene: a thing of one's own region, or one of a region elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from api.people.roles import Role
from tests.support.samples import jpeg
from tests.support.scene import HERE

EVERYONE = frozenset(Role)
UPLOADERS = frozenset({Role.UPLOADER, Role.ADMIN})
REVIEWERS = frozenset({Role.REVIEWER, Role.SENIOR})
MOVERS = frozenset({Role.SENIOR, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
AUDITORS = frozenset({Role.AUDITOR, Role.ADMIN})
JUDGES = frozenset({Role.SENIOR, Role.AUDITOR, Role.ADMIN})
EXPORTERS = frozenset({Role.SENIOR, Role.RESEARCHER, Role.AUDITOR, Role.ADMIN})


TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
"""Headers of uploads in parts."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a route answers to whom.

    Attributes:
        roles: Who is let in; all others get 403.
        status: What those who are let in get.
        elsewhere: What they get for a thing of another region; None where regions make no difference.
        national: Whether only those who work for the nation are let in.
        anonymous: What a request without login gets.
        query: What comes after the question mark.
        body: JSON to send, or a function that makes it.
        files: Whether a picture is sent.
        form: Fields of a form to send.
        headers: Headers to send.

    """

    roles: frozenset[Role]
    status: int = 200
    elsewhere: int | None = None
    national: bool = False
    anonymous: int = 401
    query: str = ""
    body: Any = None
    files: bool = False
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None

    def expected(self, role: Role | None, *, national: bool, foreign: bool) -> int:
        """Return the status for a role (None: without login)."""
        if role is None:
            return self.anonymous
        if role not in self.roles or (self.national and not national):
            return 403
        return self.elsewhere if foreign and not national and self.elsewhere is not None else self.status

    def more(self) -> dict[str, Any]:
        """Return the body of a request."""
        if self.files:
            return {"files": [("files", ("a.jpg", jpeg()))]}
        if self.form is not None:
            return {"data": dict(self.form)}
        body = self.body() if isinstance(self.body, Callable) else self.body  # type: ignore[arg-type]
        return {} if body is None else {"json": body}


def public(status: int = 200, **more: Any) -> Row:
    """Return the row of a route that is open to all."""
    return Row(EVERYONE, status, anonymous=status, **more)


def region_less(status: int = 200, **more: Any) -> Row:
    """Return the row of a route that everyone with a login may use."""
    return Row(EVERYONE, status, **more)


def _new_person() -> dict[str, Any]:
    return {"name": f"n-{uuid4().hex[:12]}", "roles": ["reviewer"], "scope": "3171"}


_V = "/api/v1"
_DECISION = {"kind": "confirm", "version": 99, "boxes": "123"}
_ANSWER = {"kind": "confirm", "lease": "0" * 32, "version": 99, "boxes": "123"}
_BOX = {"page": "0" * 32, "field": "paslon_1", "box": 0}
_CORNERS = {"form": "none", "form_page": 1, "points": [[0, 0], [9, 0], [9, 9], [0, 9]]}
_MOVE = {"station": HERE, "election": "none", "reason": "test"}

ROUTES: dict[tuple[str, str], Row] = {
    # the pages; browsers are led to the login instead of getting 401
    ("GET", "/"): public(),
    ("GET", "/docs"): public(303),
    ("GET", "/docs/{path}"): public(404),
    ("GET", "/api"): public(),
    ("GET", "/practice"): region_less(),  # visitors too, where practice is public
    ("GET", "/upload"): Row(UPLOADERS),
    ("GET", "/upload-worker.js"): public(),
    ("GET", "/review"): Row(REVIEWERS),
    ("GET", "/review/boxes"): Row(REVIEWERS),
    ("GET", "/review/corners"): Row(REVIEWERS),
    ("GET", "/review/stations"): Row(MOVERS),
    ("GET", "/review/escalated"): Row(frozenset({Role.SENIOR})),
    ("GET", "/review/corners/{page}"): Row(REVIEWERS, 404, 403),  # the page of the scene has no size
    ("GET", "/account"): region_less(),
    ("POST", "/account"): region_less(404, form={"key": "0" * 32}),
    ("GET", "/login"): public(),
    ("POST", "/login"): public(401, form={"name": "nobody", "password": "nothing"}),
    ("POST", "/logout"): region_less(303),
    ("GET", "/login/institution"): public(404),  # where there is one: test_institution
    ("GET", "/login/institution/return"): public(404),
    # the administration; what is sent here has faults on purpose, so that nothing changes for the rows below
    ("GET", "/admin"): Row(ADMINS),
    ("GET", "/admin/people"): Row(ADMINS),
    ("POST", "/admin/people"): Row(ADMINS, 422, form={"name": "!"}),
    ("GET", "/admin/people/{person}"): Row(ADMINS, 200, 403),
    ("POST", "/admin/people/{person}"): Row(ADMINS, 422, 403, form={"act": "changed"}),
    ("GET", "/admin/elections"): Row(ADMINS),
    ("POST", "/admin/elections"): Row(ADMINS, 422, national=True, form={"election": "none"}),
    ("GET", "/admin/forms"): Row(ADMINS),
    ("GET", "/admin/models"): Row(ADMINS),
    ("GET", "/admin/evening"): Row(ADMINS),  # what each sees of people and alarms: test_evening
    ("GET", "/admin/failures"): Row(ADMINS, national=True),
    ("POST", "/admin/failures"): Row(ADMINS, 303, national=True, form={"code": "none"}),
    ("GET", "/admin/regions"): Row(ADMINS, national=True),
    ("POST", "/admin/regions"): Row(ADMINS, 422, national=True, files=True),
    ("GET", "/admin/regions/example.csv"): Row(ADMINS, national=True),
    ("GET", "/admin/published"): Row(ADMINS, national=True),
    ("POST", "/admin/published"): Row(ADMINS, 422, national=True, files=True),
    ("POST", "/admin/published/shown"): Row(ADMINS, 422, national=True, form={"election": "none"}),
    # results: whoever may read sums may see all of them; visitors where they are public (test_public)
    ("GET", "/results"): region_less(303),
    ("GET", "/results/search"): region_less(),
    ("GET", "/results/{region}"): region_less(),
    ("GET", "/results/{region}/table.csv"): region_less(),
    # what is published beside ours: seniors and administrators, until it is shown to all; nothing was imported here
    ("GET", "/results/{region}/differences"): Row(MOVERS),
    ("GET", "/results/{region}/differences.csv"): Row(MOVERS, 404),
    ("GET", f"{_V}/differences/{{region}}"): Row(MOVERS, 404),
    ("GET", f"{_V}/published"): Row(MOVERS),
    ("GET", "/results/{region}/table.xlsx"): region_less(),
    ("GET", "/results/{station}/{field}"): region_less(),
    ("GET", "/results/{station}/pages/{page}"): region_less(404),
    ("GET", "/results/{station}/pages/{page}/{field}"): region_less(404),
    # the service
    ("GET", "/health"): public(),
    ("GET", "/ready"): public(),
    ("GET", "/.well-known/security.txt"): public(404),  # nobody said whom to tell
    ("GET", "/metrics"): public(),  # on this machine; from elsewhere: test_watching
    ("GET", f"{_V}/openapi.json"): public(),
    # the log: whoever may see results; a cosignature is refused where its witness is not known
    ("GET", "/log"): region_less(),
    ("GET", "/log/checkpoint"): region_less(),
    ("GET", "/log/tile/entries/{path}"): region_less(404),
    ("GET", "/log/tile/{level}/{path}"): region_less(404),
    ("GET", f"{_V}/log"): region_less(),
    ("GET", f"{_V}/log/proofs/{{event}}"): region_less(404),
    ("GET", f"{_V}/log/consistency/{{old}}/{{new}}"): region_less(404),
    ("POST", f"{_V}/log/cosignatures/{{size}}"): region_less(422, body={"line": "none"}),
    # forms and reading for practice
    ("GET", f"{_V}/forms"): public(),
    ("GET", f"{_V}/forms/{{form}}"): public(),
    ("POST", f"{_V}/readings"): region_less(files=True),
    # documents
    ("POST", f"{_V}/documents"): Row(UPLOADERS, 202, 403, query="?station={empty}&wait=0", files=True),
    ("GET", f"{_V}/documents"): Row(EVERYONE, 200, 403, query="?region={station}"),
    ("GET", f"{_V}/documents/{{document}}"): Row(EVERYONE, 200, 403),
    ("GET", f"{_V}/documents/{{document}}/readings"): Row(EVERYONE, 200, 403),
    ("GET", f"{_V}/documents/{{document}}/events"): Row(EVERYONE, 200, 403),
    ("POST", f"{_V}/documents/{{document}}/place"): Row(MOVERS, 422, 403, body=_MOVE),
    ("GET", f"{_V}/documents/{{document}}/numbers/{{field}}"): Row(EVERYONE, 200, 403),
    ("POST", f"{_V}/documents/{{document}}/numbers/{{field}}/decisions"): Row(REVIEWERS, 409, 403, body=_DECISION),
    # uploads in parts: those of others are not there
    ("OPTIONS", f"{_V}/uploads"): public(204),
    ("POST", f"{_V}/uploads"): Row(UPLOADERS, 201, headers={**TUS, "Upload-Length": "10"}),
    ("PATCH", f"{_V}/uploads/{{upload}}"): Row(UPLOADERS, 404, headers=PART),
    ("DELETE", f"{_V}/uploads/{{upload}}"): Row(UPLOADERS, 404, headers=TUS),
    # polling stations in words: names of regions are no secret
    ("GET", f"{_V}/stations/{{station}}"): Row(UPLOADERS),
    ("POST", f"{_V}/stations/named"): Row(UPLOADERS, body={"names": ["a.jpg"]}),
    # files brought for two stations: whoever may settle them; those of other regions are not there (test_conflicts)
    ("GET", f"{_V}/conflicts"): Row(MOVERS),
    ("GET", f"{_V}/conflicts/mine"): Row(UPLOADERS),  # what one brought oneself, wherever it is filed
    ("GET", f"{_V}/conflicts/{{conflict}}"): Row(MOVERS, 404),
    ("GET", f"{_V}/conflicts/{{conflict}}/pages/{{number}}"): Row(MOVERS, 404),
    ("POST", f"{_V}/conflicts/{{conflict}}/ruling"): Row(MOVERS, 404, body={"verdict": "neither", "reason": "test"}),
    # pages and their pictures
    ("GET", f"{_V}/pages/{{page}}"): Row(EVERYONE, 200, 403),
    ("GET", f"{_V}/pages/{{page}}/original"): Row(EVERYONE, 200, 403),
    ("GET", f"{_V}/pages/{{page}}/image"): Row(EVERYONE, 200, 403),
    ("GET", f"{_V}/pages/{{page}}/crop"): Row(EVERYONE, 404, 403, query="?field={field}"),
    ("POST", f"{_V}/pages/{{page}}/retry"): Row(ADMINS, 200, 403, national=True),
    # work
    ("GET", f"{_V}/progress"): region_less(),
    ("GET", f"{_V}/evening"): Row(ADMINS),  # what each sees of people and alarms: test_evening
    ("GET", f"{_V}/progress/events"): region_less(query="?once=true"),
    ("POST", f"{_V}/retry"): Row(ADMINS, 200, national=True),
    # tallies: whoever may read sums may read all of them
    ("GET", f"{_V}/elections"): region_less(),
    ("GET", f"{_V}/regions/{{region}}"): region_less(),
    ("GET", f"{_V}/tallies/{{region}}"): region_less(),
    ("GET", f"{_V}/tallies/{{region}}/children"): region_less(),
    # exports: whoever may take numbers away in bulk may take those of their region
    ("GET", f"{_V}/exports/tallies"): Row(EXPORTERS, 200, 403, query="?region={station}"),
    ("GET", f"{_V}/exports/numbers"): Row(EXPORTERS, 200, 403, query="?region={station}"),
    ("GET", f"{_V}/exports/kpu"): Row(EXPORTERS, 200, 403, query="?region={station}"),
    ("GET", f"{_V}/exports/kpu/{{region}}"): Row(EXPORTERS, 200, 403),
    # the review desk
    ("POST", f"{_V}/review/claim"): Row(REVIEWERS, 200, body={"count": 1, "filters": {"form": "none"}}),
    ("POST", f"{_V}/review/heartbeat"): Row(REVIEWERS, 200, body={"lease": "0" * 32}),
    ("POST", f"{_V}/review/release"): Row(REVIEWERS, 200, body={"lease": "0" * 32}),
    ("GET", f"{_V}/review/items/{{item}}"): Row(REVIEWERS, 404, 403),
    ("GET", f"{_V}/review/items/{{item}}/cut"): Row(REVIEWERS, 404),
    ("GET", f"{_V}/review/items/{{item}}/page"): Row(REVIEWERS, 404),
    ("POST", f"{_V}/review/items/{{item}}/decision"): Row(REVIEWERS, 409, 403, body=_ANSWER),
    ("GET", f"{_V}/review/boxes"): Row(REVIEWERS, 200, 403, query="?mark=7&region={station}"),
    ("POST", f"{_V}/review/boxes/flags"): Row(REVIEWERS, 404, body={"boxes": [_BOX]}),
    ("GET", f"{_V}/pages/{{page}}/cut"): Row(EVERYONE, 404, 403, query="?field={field}"),
    ("POST", f"{_V}/pages/{{page}}/corners"): Row(REVIEWERS, 422, 403, body=_CORNERS),
    # The page of the scene has no size.
    ("POST", f"{_V}/pages/{{page}}/form"): Row(REVIEWERS, 404, 403, body={"form": "none", "form_page": 1}),
    ("POST", f"{_V}/review/audits"): Row(AUDITORS, 409, body={"region": "3171019999999"}),
    ("GET", f"{_V}/review/audits"): Row(AUDITORS),
    ("GET", f"{_V}/review/audits/{{audit}}"): Row(AUDITORS, 200, 403),
    ("GET", f"{_V}/review/reviewers"): Row(JUDGES),
    ("GET", f"{_V}/review/threshold"): Row(AUDITORS),
    ("POST", f"{_V}/review/threshold"): Row(ADMINS, 422, national=True, body={"threshold": 1e-6}),
    ("GET", f"{_V}/alarms"): Row(JUDGES),
    ("POST", f"{_V}/alarms/{{alarm}}/clear"): Row(AUDITORS, 404),
    ("POST", f"{_V}/review/undo"): Row(REVIEWERS, 409, body={"lease": "0" * 32}),
    ("GET", f"{_V}/review/undo"): Row(REVIEWERS, 409),
    # people
    ("POST", f"{_V}/session"): public(401, body={"name": "nobody", "password": "nothing"}),
    ("GET", f"{_V}/session"): region_less(),
    ("DELETE", f"{_V}/session"): region_less(204),
    ("GET", f"{_V}/people"): Row(ADMINS, 200),
    ("POST", f"{_V}/people"): Row(ADMINS, 201, body=_new_person),
    ("GET", f"{_V}/people/{{person}}"): Row(ADMINS, 200, 403),
    ("PATCH", f"{_V}/people/{{person}}"): Row(ADMINS, 200, 403, body={"active": True}),
    ("POST", f"{_V}/people/{{person}}/password"): Row(ADMINS, 204, 403, body={"new": "empat kata yang panjang"}),
    # keys to sign with: everyone their own, and managers those of their people; nothing of it is a key
    ("GET", f"{_V}/keys"): region_less(),
    ("POST", f"{_V}/keys"): region_less(422, body={"public": "0" * 64, "proof": "0" * 128}),
    ("DELETE", f"{_V}/keys/{{key}}"): region_less(404),
    ("GET", f"{_V}/people/{{person}}/keys"): Row(ADMINS, 200, 403),
    ("POST", f"{_V}/people/{{person}}/keys/{{key}}/confirmation"): Row(ADMINS, 404, 403, body={}),
    ("DELETE", f"{_V}/people/{{person}}/keys/{{key}}"): Row(ADMINS, 404, 403),
    ("GET", f"{_V}/tokens"): region_less(),
    ("POST", f"{_V}/tokens"): region_less(201, body={"label": "test", "days": 1}),
    ("DELETE", f"{_V}/tokens/{{token}}"): Row(EVERYONE, 204, 404),
}
"""By method and address, as the application names it."""
