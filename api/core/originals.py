"""The bytes that were uploaded: kept under their hash, written before an upload is acknowledged, checked when read.

A local folder by default, or whatever object store a URL names (`s3://bucket/folder`). Nothing good is overwritten;
a name is its content, and what is not that content any more is put right when the same bytes come again.
"""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from api.files.durable import sync
from pipeline.errors import ChasilError, UsageError

_log = logging.getLogger(__name__)


class OriginalError(ChasilError):
    """An original is missing from the store or is not what was stored."""

    status = 410


class Originals:
    """The store of uploaded bytes.

    Args:
        store: Where they lie.
        folder: The same place as a folder of this machine, where it is one: the store does not wait for the disk.

    """

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    def keep(self, data: bytes) -> str:
        """Store bytes, unless they are there already; return their hash. Once it returns they are on disk."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            obstore.put(self._store, place_of(sha256), data, mode="create")
        except AlreadyExistsError:
            self._mend(sha256, data)
        if self._folder is not None:  # also where it was there: whoever wrote it may have died before it was on disk
            _settle(self._folder, place_of(sha256))
        return sha256

    def _mend(self, sha256: str, data: bytes) -> None:
        """Put bytes in the place of a copy that is damaged: it must not pass for a good one, nor keep that away."""
        try:
            self.fetch(sha256)
        except OriginalError as error:
            _log.warning("original %s is mended: %s", sha256, error.code)
            obstore.put(self._store, place_of(sha256), data, mode="overwrite")
            self.fetch(sha256)

    def fetch(self, sha256: str) -> bytes:
        """Return the bytes with this hash.

        Raises:
            OriginalError: `original_missing` or `original_changed`.

        """
        try:
            data = bytes(obstore.get(self._store, place_of(sha256)).bytes())
        except FileNotFoundError as error:
            raise OriginalError("original_missing", sha256=sha256) from error
        seen = hashlib.sha256(data).hexdigest()
        if seen != sha256:
            raise OriginalError("original_changed", sha256=sha256, seen=seen)
        return data

    def names(self) -> Iterator[str]:
        """Yield the hash of everything that is kept, in no order."""
        for listed in obstore.list(self._store):
            for one in listed:
                if (sha256 := _sha256_of(one["path"])) is not None:
                    yield sha256


def _sha256_of(path: str) -> str | None:
    """Return the hash that a place in the store is for; None where it is for none."""
    name = path.rpartition("/")[2]
    return name if len(name) == 64 and set(name) <= set("0123456789abcdef") and path.endswith(place_of(name)) else None


def open_originals(url: str) -> Originals:
    """Open a store: a folder (made where it is missing) or a URL such as `s3://bucket/folder`.

    Raises:
        UsageError: `store_url`: no such store.

    """
    if "://" not in url:
        folder = Path(url)
        folder.mkdir(parents=True, exist_ok=True)
        return Originals(LocalStore(folder.resolve()), folder.resolve())
    try:
        return Originals(from_url(url))
    except Exception as error:  # the library has an error of its own for every store
        raise UsageError("store_url", seen=url.partition("://")[0]) from error


def _settle(folder: Path, name: str) -> None:
    """Wait until a file, its name and the folders made for it are on disk."""
    file = folder / name
    for path in (file, *file.parents[: name.count("/") + 1]):
        sync(path)


def place_of(sha256: str) -> str:
    """Return the place of a hash; two levels of folders keep each small."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
