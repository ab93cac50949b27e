"""Logging in at an institution: only who comes back from there, on this browser's journey, and is put down here."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import update

from api.db.tables import Person
from api.http.pages.oidc import JOURNEY
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE
from tests.support.proxied import BASE
from tests.support.scene import Scene, opened, settings_for

CLIENT, SECRET, START = "chasil", "the secret of the client", "/login/institution?to=/practice"


@dataclass
class Issuer:
    """A login service with one user, which can be made to lie."""

    url: str = ""
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    shown: Any = None
    algorithm: str = "ES256"
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        """Answer one request."""
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "login", "token_endpoint": "token", "jwks_uri": "keys"}
            return 200, {"issuer": self.url, **{name: f"{self.url}/{place}" for name, place in places.items()}}
        if path == "/keys":
            return 200, {"keys": [(self.shown or self.key).as_dict(private=False)]}
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if (form["code"], challenge) != ("good", self.asked["code_challenge"]):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.identity()}

    def identity(self) -> str:
        """Return a signed identity."""
        told = {"iss": self.url, "aud": CLIENT, "sub": "subject-1", "nonce": self.asked["nonce"]}
        told |= {"iat": int(time()), "exp": int(time()) + 300} | self.claims
        kept = {name: value for name, value in told.items() if value is not None}
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, kept, self.key, algorithms=[self.algorithm])


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    served = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send({name: values[0] for name, values in parse_qs(body).items()})

        def _send(self, form: dict[str, str]) -> None:
            status, body = served.answer(self.path, form)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def scene(tmp_path: Path, database_url: str, issuer: Issuer) -> Iterator[Scene]:
    told = {"oidc_issuer": issuer.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with opened(settings_for(tmp_path, database_url, **told)) as made:
        with made.records.database.writing() as session:
            create_person(session, "local", "siti", [Role.AUDITOR], subject="subject-1")
        yield made


def leave(scene: Scene, issuer: Issuer) -> dict[str, str]:
    """Set out; return the cookie of the journey."""
    left = scene.ask("GET", START)
    assert left.status_code == 303
    address = urlsplit(left.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{issuer.url}/login"
    issuer.asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert issuer.asked["code_challenge_method"] == "S256"
    assert issuer.asked["redirect_uri"] == "http://127.0.0.1:8000/login/institution/return"
    return {"Cookie": f"{JOURNEY}={left.cookies[JOURNEY]}"}


def come_back(scene: Scene, issuer: Issuer, cookie: dict[str, str], code: str = "good", state: str = "") -> Any:
    path = f"/login/institution/return?code={code}&state={state or issuer.asked['state']}"
    return scene.ask("GET", path, cookie)


def test_who_has_a_name_here_is_let_in(scene: Scene, issuer: Issuer) -> None:
    assert "/login/institution" in scene.ask("GET", "/login").text
    arrived = come_back(scene, issuer, leave(scene, issuer))
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/practice")
    who = scene.ask("GET", "/api/v1/session", {"Cookie": f"{COOKIE}={arrived.cookies[COOKIE]}"}).json()
    assert (who["name"], who["roles"]) == ("siti", ["auditor"])


def test_beneath_a_path_of_another_site_one_comes_back_there(tmp_path: Path, database_url: str, issuer: Issuer) -> None:
    told = {"oidc_issuer": issuer.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "base_path": BASE}
    with opened(settings_for(tmp_path, database_url, **told)) as scene:
        with scene.records.database.writing() as session:
            create_person(session, "local", "siti", [Role.AUDITOR], subject="subject-1")
        left = scene.ask("GET", f"{BASE}/login/institution?to={BASE}/practice")
        query = parse_qs(urlsplit(left.headers["location"]).query)
        issuer.asked = {name: values[0] for name, values in query.items()}
        assert issuer.asked["redirect_uri"] == f"http://127.0.0.1:8000{BASE}/login/institution/return"
        assert f"; Path={BASE}/login/institution;" in left.headers["set-cookie"]
        cookie = {"Cookie": f"{JOURNEY}={left.cookies[JOURNEY]}"}
        path = f"{BASE}/login/institution/return?code=good&state={issuer.asked['state']}"
        assert scene.ask("GET", path, cookie).headers["location"] == f"{BASE}/practice"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "somebody else"},
        {"sub": None},
        {"aud": "another client"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "of another journey"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
    ],
    ids=str,
)
def test_an_identity_that_is_not_for_us_and_now_is_refused(scene: Scene, issuer: Issuer, claims: Any) -> None:
    issuer.claims = claims
    arrived = come_back(scene, issuer, leave(scene, issuer))
    assert arrived.status_code == 403
    assert COOKIE not in arrived.cookies


def test_a_signature_of_another_key_is_refused(scene: Scene, issuer: Issuer) -> None:
    issuer.shown = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
    assert come_back(scene, issuer, leave(scene, issuer)).status_code == 403


def test_a_signature_that_anyone_could_make_is_refused(scene: Scene, issuer: Issuer) -> None:
    issuer.shown, issuer.key, issuer.algorithm = issuer.key, OctKey.import_key(SECRET * 2), "HS256"
    assert come_back(scene, issuer, leave(scene, issuer)).status_code == 403


def test_only_the_browser_that_set_out_comes_back(scene: Scene, issuer: Issuer) -> None:
    cookie = leave(scene, issuer)
    assert come_back(scene, issuer, cookie, state="another").status_code == 403
    assert come_back(scene, issuer, {}).status_code == 403
    assert come_back(scene, issuer, {"Cookie": f"{JOURNEY}=!!"}).status_code == 403
    assert come_back(scene, issuer, cookie, code="wrong").status_code == 403
    other = leave(scene, issuer)
    assert come_back(scene, issuer, cookie).status_code == 403, "state of one journey, cookie of another"
    assert come_back(scene, issuer, other).status_code == 303


def test_a_disabled_person_is_refused(scene: Scene, issuer: Issuer) -> None:
    with scene.records.database.writing() as session:
        session.execute(update(Person).values(active=False))
    assert come_back(scene, issuer, leave(scene, issuer)).status_code == 403


def test_a_service_that_does_not_answer_is_said(tmp_path: Path) -> None:
    told = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", **told)) as scene:
        assert scene.ask("GET", START).status_code == 503
    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")) as scene:
        assert scene.ask("GET", START).status_code == 404
        assert "/login/institution" not in scene.ask("GET", "/login").text
