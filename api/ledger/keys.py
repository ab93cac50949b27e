"""Ed25519 keys in files that only their owner may read (RFC 8032, PKCS #8)."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pipeline.errors import UsageError

OWNER_ONLY = 0o600


def make_key(path: Path) -> Ed25519PrivateKey:
    """Make a key and keep it in a new file, on the disk when it returns.

    Raises:
        UsageError: `audit_key_exists` or `output_not_writable`.

    """
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # never over a key that is there, and never half a key
    except FileExistsError as error:
        raise UsageError("audit_key_exists", path=str(path)) from error
    except OSError as error:
        raise UsageError("output_not_writable", path=str(path), why=error.strerror) from error
    finally:
        draft.unlink(missing_ok=True)
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        UsageError: `file_missing` or `audit_key_invalid`.

    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise UsageError("file_missing", path=str(path)) from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageError("audit_key_invalid", path=str(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("audit_key_invalid", path=str(path))
    return key


def key_at(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; made where there is none.

    Raises:
        UsageError: As for `load_key` and `make_key`.

    """
    try:
        return load_key(path) if path.exists() else make_key(path)
    except UsageError as error:
        if error.code != "audit_key_exists":
            raise
        return load_key(path)  # another process has just made it


def public_half(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()
