"""Settings of the service, from environment variables that begin with `CHASIL_`. Unknown ones are errors."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.core.language import Language
from pipeline.errors import UsageError

PREFIX = "CHASIL_"
KIB, MIB = 1024, 1024 * 1024
_PLAIN_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")
"""Of characters that mean nothing in addresses (RFC 3986, 2.3), so that it is written in one way alone."""


def _cores() -> int:
    return min(os.cpu_count() or 1, 8)


def _by_commas(value: Any) -> Any:
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def _plain_path(value: str) -> str:
    if _PLAIN_PATH.fullmatch(value):
        return value
    raise ValueError(
        "must be a path such as /chasil: a slash before each part and none at the end; "
        "parts of A-Z a-z 0-9 - . _ ~, none of them . or .."
    )


class Settings(BaseSettings):
    """How much the service takes on, and what it reads.

    Attributes:
        form: Read only this form; by default every installed one.
        forms: Folder of templates of one's own, beside those that come with the program.
        language: Language of the page where the address names none.
        max_upload_bytes: Size of one request, in bytes. Held in memory while it arrives, but for uploads in parts;
            what goes to `/readings` is never written to disk.
        max_files: Files in one request.
        max_requests: Uploads that are received or read at a time; one more is answered with 503. A quarter of them, at
            least one, for each person.
        parallel_readings: Documents read at a time, over all requests.
        upload_seconds: Time that one upload may take to arrive.
        upload_rate: Bytes a second in which an upload must arrive on the whole, after `upload_grace` seconds.
        upload_grace: Seconds that an upload has before its rate counts, and a request that is none may take in all.
        practice: Who may have forms read that are not kept: people, or public, visitors without a login too.
        practice_requests: What visitors without a login have read at a time, two of them for one address.
        practice_bytes: Size of one of their requests, in bytes.
        practice_seconds: Time that reading one of them may take.
        home: Folder of what the service remembers, where no URL says otherwise.
        database: URL of the database; by default SQLite in `home`.
        originals: Folder or URL of the uploaded bytes; by default a folder in `home`.
        workers: Processes that read pages beside the service; 0 where other machines read.
        queue: How workers learn of pages: table (they look), procrastinate (they are told, on PostgreSQL), auto.
        lease_seconds: How long a worker may take for one page before another may take it.
        stalled_seconds: A page that waits longer, while none is read, makes the service say that it is not ready.
        wait_seconds: How long an upload that does not ask for less waits for its readings.
        host: Address to listen on.
        base_path: Path of another site that the service lies beneath, such as /chasil; by default it has a host's root.
        allowed_hosts: Names that requests may ask for, apart from this machine's own; in the environment with commas.
        trusted_proxies: Addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed;
            with commas in the environment.
        public: Whether visitors without a login see the results: sums, numbers with their history but no names, cuts,
            and masked pictures of pages.
        session_idle_minutes: A session ends when it was not used for so long.
        session_max_minutes: A session ends after so long, used or not.
        requests_per_second: How often each person, and each address without a login, may ask in the long run.
        request_burst: How many requests may come at once.
        max_body_bytes: Size of a request that is no upload.
        second_reading_share: Share of first readings that a second person reads blind.
        gold_share: Share of the numbers at the review desk that are hidden tests.
        audit_share: Share of them that come from an audit while other numbers wait.
        signed_decisions: Whether people sign what they decide with a key that their browser, or program, never gives
            away: offered (whoever has a confirmed key signs), required (nobody decides without), off (no new keys).
        security_contact: Whom to tell of a weakness, as mailto:, https:// or tel:; `/.well-known/security.txt` says it,
            and pages of results lead there to report an error.
        signed_export: Where the newest signed export (`chasil audit export`) can be fetched, as http:// or https://;
            pages of results and `/log` lead there.
        oidc_issuer: URL of an institution's login service; with the two below it is offered beside passwords.
        oidc_client_id: What that service calls us.
        oidc_client_secret: Our secret there.
        log_key: File of the key that signs the log's checkpoints; by default `log-key.pem` in `home`. All machines of a
            service share it.
        witnesses: Keys of the witnesses whose cosignatures the log takes, as lines NAME+ID+KEY; in the environment with
            commas.
        log_name: What a new log is called, as a name under a domain of one's own; by default a name out of its key.

    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    form: str | None = None
    forms: Path | None = None
    language: Language = Language.INDONESIAN
    max_upload_bytes: int = Field(default=128 * MIB, ge=1024)
    max_files: int = Field(default=100, ge=1, le=10_000)
    max_requests: int = Field(default=32, ge=1, le=10_000)
    parallel_readings: int = Field(default_factory=_cores, ge=1, le=256)
    upload_seconds: float = Field(default=300, gt=0, le=86_400)
    upload_rate: float = Field(default=4 * KIB, ge=0)
    upload_grace: float = Field(default=10, gt=0, le=3600)
    practice: Literal["people", "public"] = "people"
    practice_requests: int = Field(default=4, ge=1, le=10_000)
    practice_bytes: int = Field(default=16 * MIB, ge=1024)
    practice_seconds: float = Field(default=60, gt=0, le=3600)
    home: Path = Path("chasil-data")
    database: str | None = None
    originals: str | None = None
    workers: int = Field(default_factory=_cores, ge=0, le=256)
    queue: Literal["auto", "table", "procrastinate"] = "auto"
    lease_seconds: float = Field(default=60, ge=5, le=3600)
    stalled_seconds: float = Field(default=300, ge=1, le=86_400)
    wait_seconds: float = Field(default=30, ge=0, le=300)
    host: str = "127.0.0.1"
    base_path: Annotated[str, AfterValidator(_plain_path)] = ""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_by_commas)] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_by_commas)] = ("127.0.0.1", "::1")
    public: bool = False
    session_idle_minutes: int = Field(default=120, ge=1, le=10_000)
    session_max_minutes: int = Field(default=720, ge=1, le=10_000)
    requests_per_second: float = Field(default=50, gt=0)
    request_burst: int = Field(default=200, ge=1)
    max_body_bytes: int = Field(default=256 * KIB, ge=1024)
    second_reading_share: float = Field(default=0.05, ge=0, le=1)
    gold_share: float = Field(default=0.02, ge=0, le=1)
    audit_share: float = Field(default=0.2, ge=0, le=1)
    signed_decisions: Literal["off", "offered", "required"] = "offered"
    security_contact: str | None = Field(default=None, pattern=r"^(mailto:|https://|tel:)[!-~]+$")
    signed_export: str | None = Field(default=None, pattern=r"^https?://[!-~]+$")
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    log_key: Path | None = None
    log_name: str | None = None
    witnesses: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_by_commas)] = ()

    @property
    def database_url(self) -> str:
        """The URL of the database."""
        return self.database or f"sqlite:///{self.home.resolve() / 'chasil.db'}"

    @property
    def log_key_file(self) -> Path:
        """The file of the log's key."""
        return self.log_key or self.home / "log-key.pem"

    @property
    def originals_url(self) -> str:
        """The folder or URL of the originals."""
        return self.originals or str(self.home / "originals")


def load_settings(**given: Any) -> Settings:
    """Read the settings of this process; `given` wins over the environment.

    Raises:
        UsageError: `setting_unknown`: a variable with our prefix is none of ours (mistyped, most likely);
            `setting_invalid`: a value cannot be used.

    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    # pydantic-settings forbids unknown keys in files only, not in the environment.
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise UsageError("setting_unknown", names=", ".join(unknown), known=", ".join(sorted(known)))
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        )
        raise UsageError("setting_invalid", faults=faults) from error
