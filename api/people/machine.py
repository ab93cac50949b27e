"""The token of a machine: whoever can read its file sits at the machine, or may act as if they did.

It lies in `CHASIL_HOME/token`, for its owner alone. Where a request comes from proves nothing: proxies and pages of
other sites come from this machine too.
"""

import contextlib
import hmac
import os
import re
import secrets
from pathlib import Path

FILE = "token"
COOKIE = "chasil_local"
PARAMETER = "token"
"""Name in the address that a browser is opened with."""

PREFIX = "chasil_local_"
_TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{32,}")


class MachineToken:
    """The token of the machine that a service remembers on; made when it is first asked for.

    Args:
        home: The folder of the service.

    """

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._known: str | None = None

    @property
    def value(self) -> str:
        """The token."""
        if self._known is None:
            self._known = _read(self._file) or _made(self._file)
        return self._known

    @property
    def cookie(self) -> str:
        """What a browser gets for it: the file holds more than a cookie, which other ports of the machine see."""
        return hmac.new(self.value.encode(), b"cookie", "sha256").hexdigest()

    def is_key(self, key: str | None) -> bool:
        """Return whether the key of a request is the token."""
        return key is not None and key.startswith(PREFIX) and secrets.compare_digest(key.encode(), self.value.encode())

    def is_cookie(self, cookie: str | None) -> bool:
        """Return whether a browser was opened with it."""
        return bool(cookie) and secrets.compare_digest(str(cookie).encode(), self.cookie.encode())


def _read(file: Path) -> str | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if not _TOKEN.fullmatch(text):
        return None
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    return text


def _made(file: Path) -> str:
    """Make the file, whole or not at all; of several that do it at once one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as output:
        output.write(f"{PREFIX}{secrets.token_urlsafe(32)}\n")
        output.flush()
        os.fsync(output.fileno())
    try:
        if file.exists() and _read(file) is None:
            unfinished.replace(file)  # what lies there is no token
        else:
            with contextlib.suppress(FileExistsError):
                os.link(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    made = _read(file)
    assert made is not None
    return made
