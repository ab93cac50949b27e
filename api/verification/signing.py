"""The key that exports are signed with: Ed25519 (RFC 8032), in a file that only its owner may read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from pipeline.errors import UsageError

OWNER_ONLY = 0o600


def make_key(path: Path) -> str:
    """Make a key and keep it in a new file; return its public half, 64 hexadecimal digits.

    Raises:
        UsageError: `audit_key_exists` or `output_not_writable`.

    """
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise UsageError("audit_key_exists", path=str(path)) from error
    except OSError as error:
        raise UsageError("output_not_writable", path=str(path), why=error.strerror) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return public_half(key)


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


def public_half(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, 64 hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
