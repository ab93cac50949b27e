"""Follow a log from outside: check that it only grows, refuse two views of it, cosign what is good, and keep it all.

A folder holds what was seen: `latest` is the newest checkpoint that was cosigned, `SIZE.checkpoint` every one of them,
and `SIZE.refused` what contradicts them: two signed checkpoints that cannot both be true prove that the log cheats.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.core.address import API
from api.files.atomic import whole_file, writable_folder
from api.ledger.notes import COSIGNATURE, Key, Note, NoteError, cosign, key_of, parse_key, parse_note, signed_by
from api.ledger.tiles import HEIGHT, WIDTH, hashes_from, split_tile, tile_path
from api.ledger.tree import HASH_BYTES, root
from pipeline.errors import ConflictError, UnavailableError, UsageError

LATEST, LOG_KEY = "latest", "log-key"
MOST_BYTES = 1 << 20
SECONDS = 30.0

Fetch = Callable[[str], bytes]
"""Gives what lies at an address below the log's service."""

Send = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of one log.

    Attributes:
        name: What the witness is called, as a name under a domain of its own.
        private: Its key.
        folder: Where it keeps what it has seen.
        log: The key of the log.

    """

    name: str
    private: Ed25519PrivateKey
    folder: Path
    log: Key

    @property
    def key(self) -> Key:
        """The public half, for whoever checks the cosignatures."""
        return key_of(self.private, self.name, COSIGNATURE)

    def latest(self) -> Note | None:
        """Return the newest checkpoint that was cosigned; None before the first."""
        file = self.folder / LATEST
        return parse_note(file.read_text(encoding="utf-8")) if file.exists() else None


def open_witness(name: str, private: Ed25519PrivateKey, folder: Path, log: str | None, fetch: Fetch) -> Witness:
    """Return a witness of the log that `fetch` leads to.

    Args:
        name: Of the witness.
        private: Its key.
        folder: Where it keeps what it has seen; made where it is missing.
        log: The line of the log's key; by default the one that was met first, which is kept. Another key of the same
            name takes its place: what it signs must still go on from what was seen.
        fetch: Leads to the log.

    Raises:
        UsageError: `log_key_unknown`: the log is another than the folder is for; or no key.

    """
    writable_folder(folder)
    file = folder / LOG_KEY
    known = file.read_text(encoding="utf-8").strip() if file.exists() else None
    line = (log or known or str(json.loads(fetch(f"{API}/log")).get("key"))).strip()
    try:
        key = parse_key(line)
        if known is not None and key.name != parse_key(known).name:
            raise UsageError("log_key_unknown", path=line, key=known)
    except NoteError as error:
        raise UsageError("witness_key_invalid", seen=line[:80], problem=str(error)) from error
    if line != known:
        _keep(file, f"{line}\n")
    return Witness(name, private, folder, key)


def follow(witness: Witness, fetch: Fetch, send: Send | None = None) -> Note:
    """Look at the log once: check what it shows against what was seen, keep it, and cosign it.

    Args:
        witness: Who looks.
        fetch: Leads to the log.
        send: Takes the cosignature to the log; None to keep it only.

    Returns:
        The checkpoint with the witness' signature.

    Raises:
        ConflictError: `witness_refused`: not signed by the log, shorter than before, or not its continuation.

    """
    text = fetch("/log/checkpoint").decode("utf-8", "replace")
    try:
        note = parse_note(text)
        good = signed_by(note, witness.log)
    except NoteError as error:
        raise ConflictError("witness_refused", problem=str(error)) from error
    if not good or note.checkpoint.origin != witness.log.name:
        raise ConflictError("witness_refused", problem=f"not signed by {witness.log.name}")
    _continues(witness, note, fetch)
    line = cosign(note.checkpoint, witness.private, witness.name, int(time.time()))
    signed = note.with_signatures([line])
    _keep(witness.folder / f"{note.checkpoint.size}.checkpoint", str(signed))
    _keep(witness.folder / LATEST, str(signed))  # before anybody can see the signature
    if send is not None:
        body = json.dumps({"line": str(line)}).encode()
        send(f"{API}/log/cosignatures/{note.checkpoint.size}", body)
    return signed


def _continues(witness: Witness, note: Note, fetch: Fetch) -> None:
    """Refuse what is not the continuation of what was cosigned before."""
    seen, before = note.checkpoint, witness.latest()
    problem = ""
    if before is not None and seen.size < before.checkpoint.size:
        # A copy on the way may be behind; what it shows must still be the beginning of what was seen.
        problem = f"{seen.size} leaves, and it had {before.checkpoint.size} before"
    elif before is not None and seen.size == before.checkpoint.size:
        problem = "" if seen.root == before.checkpoint.root else "another root for the same size: two views of one log"
    else:
        hashes = hashes_from(_tiles(seen.size, fetch))
        if root(seen.size, hashes) != seen.root:
            problem = "its tiles are another tree than its checkpoint says"
        elif before is not None and root(before.checkpoint.size, hashes) != before.checkpoint.root:
            problem = (
                f"not the continuation of the {before.checkpoint.size} leaves that were seen: history was rewritten"
            )
    if problem:
        _keep(witness.folder / f"{seen.size}.refused", str(note))
        raise ConflictError("witness_refused", problem=problem)


def _tiles(size: int, fetch: Fetch) -> Callable[[int, int, int], list[bytes]]:
    """Return what gives hashes out of the tiles of a log of this size; each is fetched once."""
    kept: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, first: int, count: int) -> list[bytes]:
        index, start = divmod(first, WIDTH)
        if (level, index) not in kept:
            width = min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH)
            content = fetch(f"/log/{tile_path(level, index, width)}")
            if len(content) != width * HASH_BYTES:
                raise ConflictError("witness_refused", problem=f"a tile of {len(content)} bytes")
            kept[level, index] = split_tile(content)
        return kept[level, index][start : start + count]

    return tile


def _keep(file: Path, text: str) -> None:
    with whole_file(str(file)) as out:
        out.write(text)


def http(url: str) -> tuple[Fetch, Send]:
    """Return what fetches from and sends to a service at a URL.

    Raises:
        UsageError: `witness_url`: no address of the web.

    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError("witness_url", seen=url[:80])
    base = url.rstrip("/")

    def asked(path: str, body: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        request = urllib.request.Request(base + path, data=body, headers=headers)  # noqa: S310  checked above
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  checked above
                content: bytes = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise UnavailableError("witness_unreachable", url=base + path, why=f"HTTP {error.code}") from error
        except OSError as error:
            raise UnavailableError("witness_unreachable", url=base + path, why=str(error)[:80]) from error
        if len(content) > MOST_BYTES:
            raise UnavailableError("witness_unreachable", url=base + path, why="too long an answer")
        return content

    def fetch(path: str) -> bytes:
        return asked(path, None)

    def send(path: str, body: bytes) -> None:
        asked(path, body)

    return fetch, send
