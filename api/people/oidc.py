"""Log in at an institution's own service: OpenID Connect, code flow with PKCE (RFC 7636), state and nonce.

The service says who someone is; what they may do stands here. Nobody gets an account by logging in there: a person is
found by the subject that was put down for them. Needs the extra `oidc`.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from api.core.settings import Settings
from pipeline.errors import DeniedError, UnavailableError

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""How identity may be signed: by keys of which the service shows only the public half."""

SECONDS = 10.0
"""How long the institution's service may take to answer."""

LEEWAY_SECONDS = 60
"""How far its clock may be off."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One login at the institution, from leaving to coming back; the browser carries it along in a cookie.

    Attributes:
        state: Comes back in the address, and shows that this browser set out.
        nonce: Comes back inside the signed identity, and shows that it was made for this request.
        verifier: Redeems the code; only its hash went out.
        to: Where to go afterwards.

    """

    state: str
    nonce: str
    verifier: str
    to: str

    def packed(self) -> str:
        """Return it as a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def new_authorization_request(to: str) -> AuthorizationRequest:
    """Return a login that nobody can guess."""
    return AuthorizationRequest(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), to)


def unpacked(cookie: str) -> AuthorizationRequest:
    """Return the login in a cookie.

    Raises:
        DeniedError: `oidc_refused`: there is none.

    """
    try:
        return AuthorizationRequest(
            **{name: str(value) for name, value in json.loads(base64.urlsafe_b64decode(cookie)).items()}
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise DeniedError("oidc_refused") from error


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """The institution's service, and what we are to it."""

    issuer: str
    client_id: str
    client_secret: str

    def authorization_url(self, request: AuthorizationRequest, back: str) -> str:
        """Return where the browser goes to log in.

        Raises:
            UnavailableError: `oidc_unavailable`.

        """
        query = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.client_id,
            "redirect_uri": back,
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": _challenge(request.verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._described()['authorization_endpoint']}?{urlencode(query)}"

    def authenticate(self, request: AuthorizationRequest, state: str, code: str, back: str) -> str:
        """Return who has come back, as the institution calls them.

        Raises:
            DeniedError: `oidc_refused`.
            UnavailableError: `oidc_unavailable`.

        """
        if not secrets.compare_digest(state.encode(), request.state.encode()):
            raise DeniedError("oidc_refused")
        described = self._described()
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": request.verifier,
        }
        answer = _send("POST", described["token_endpoint"], sent, (self.client_id, self.client_secret))
        keys = _send("GET", described["jwks_uri"])
        return self._verified(str(answer.get("id_token", "")), keys, request.nonce)

    def _described(self) -> Mapping[str, Any]:
        described = _send("GET", self.issuer.rstrip("/") + DISCOVERY)
        if described.get("issuer") != self.issuer:
            raise UnavailableError("oidc_unavailable")
        return described

    def _verified(self, identity: str, keys: Mapping[str, Any], nonce: str) -> str:
        """Return the subject of a signed identity that was made by the institution, for us, now, for this asked."""
        from joserfc import jwt  # noqa: PLC0415  of the extra
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            token = jwt.decode(identity, KeySet.import_key_set({"keys": keys["keys"]}), ALGORITHMS)
            wanted.validate(token.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise DeniedError("oidc_refused") from error
        return str(token.claims["sub"])


def provider_of(settings: Settings) -> OidcProvider | None:
    """Return the institution of the settings; None where not all three of them are given."""
    secret = settings.oidc_client_secret
    if not (settings.oidc_issuer and settings.oidc_client_id and secret):
        return None
    return OidcProvider(settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value())


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _send(
    method: str, url: str, data: Mapping[str, str] | None = None, credentials: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """Send one request to the institution's service.

    Raises:
        UnavailableError: `oidc_unavailable`.
        DeniedError: `oidc_refused`: it answers that we are wrong.

    """
    import httpx  # noqa: PLC0415  of the extra

    try:
        answer = httpx.request(method, url, data=data, auth=credentials, timeout=SECONDS, follow_redirects=False)
        if answer.is_client_error and method == "POST":
            raise DeniedError("oidc_refused")
        body = answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise UnavailableError("oidc_unavailable") from error
    if not isinstance(body, dict):
        raise UnavailableError("oidc_unavailable")
    return body
