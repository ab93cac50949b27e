"""Where the bytes of a file come from: a path, an upload, or a member of an archive.

An origin holds no open file. A path and an archive member are read again each time, so that a folder of ten thousand
photographs is never in memory at once.
"""

import hashlib
import io
import os
import stat
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline.documents.limits import MIB
from pipeline.errors import DocumentError

_LOCAL_HEADER = 30
_STORED, _DEFLATED = 0, 8


class Origin(Protocol):
    """Where bytes come from."""

    @property
    def name(self) -> str:
        """Name to show to people."""
        ...

    def open(self) -> BinaryIO:
        """Open it for reading anywhere; the caller closes it."""
        ...

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes, or all if there are fewer."""
        ...

    def read(self, limit: int) -> bytes:
        """Return all bytes; raises DocumentError if there are more than `limit`."""
        ...


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """A file on disk."""

    name: str
    path: Path

    def open(self) -> BinaryIO:
        """Open the file.

        Raises:
            DocumentError: It is gone, is no regular file, or the system does not let us read it.

        """
        try:
            # Opening a named pipe would wait for ever for a writer.
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise DocumentError("file_unreadable", path=self.name, problem="not a regular file")
            return self.path.open("rb")
        except FileNotFoundError:
            raise DocumentError("file_missing", path=self.name) from None
        except (OSError, ValueError) as error:
            raise DocumentError("file_unreadable", path=self.name, problem=_problem(error)) from None

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes."""
        return self._read(count)

    def read(self, limit: int) -> bytes:
        """Return all bytes."""
        data = self._read(limit + 1)
        check_bytes(self.name, len(data), limit, self._size() if len(data) > limit else None)
        return data

    def _read(self, count: int) -> bytes:
        try:
            with self.open() as file:
                # A file object sets aside all the bytes that it is asked for, so it is not asked for the limit.
                return file.read(min(count, os.fstat(file.fileno()).st_size + 1))
        except OSError as error:
            raise DocumentError("file_unreadable", path=self.name, problem=_problem(error)) from None

    def _size(self) -> int | None:
        try:
            return self.path.stat().st_size
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class BytesOrigin:
    """Bytes in memory, such as an upload."""

    name: str
    data: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """Open the bytes."""
        return io.BytesIO(self.data)

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes."""
        return self.data[:count]

    def read(self, limit: int) -> bytes:
        """Return all bytes."""
        check_bytes(self.name, len(self.data), limit)
        return self.data


@dataclass(frozen=True, slots=True)
class MemberOrigin:
    """A member of a ZIP, read without going through the archive's directory again.

    Attributes:
        name: Name to show to people, "a.zip/inner.jpg".
        archive: The ZIP.
        offset: Where the member's local header begins, in bytes.
        packed: Bytes that it takes in the ZIP, as declared.
        size: Bytes once unpacked, as declared; more are never unpacked.
        method: 0 stored, 8 deflated.
        crc: CRC-32 of the unpacked bytes, as declared.

    """

    name: str
    archive: Origin
    offset: int
    packed: int
    size: int
    method: int
    crc: int

    def open(self) -> BinaryIO:
        """Open the unpacked bytes."""
        return io.BytesIO(self.read(self.size))

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes."""
        # Deflate may need many packed bytes before it gives the first unpacked one, but rarely this many.
        return self._unpack(self._packed_bytes(min(self.packed, count + 4096)), count)

    def read(self, limit: int) -> bytes:
        """Return all bytes, checked against the declared size and checksum."""
        check_bytes(self.name, self.size, limit)
        data = self._unpack(self._packed_bytes(self.packed), self.size + 1)
        if len(data) != self.size or zlib.crc32(data) != self.crc:
            raise DocumentError("archive_damaged", path=self.name, problem="size or checksum is not as declared")
        return data

    def _packed_bytes(self, count: int) -> bytes:
        with self.archive.open() as file:
            try:
                file.seek(self.offset)
                header = file.read(_LOCAL_HEADER)
                if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
                    raise DocumentError("archive_damaged", path=self.name, problem="no file where one is listed")
                names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
                file.seek(names, io.SEEK_CUR)
                return file.read(count)
            except (OSError, ValueError) as error:
                raise DocumentError("archive_damaged", path=self.name, problem=_problem(error)) from None

    def _unpack(self, packed: bytes, count: int) -> bytes:
        if self.method == _STORED:
            return packed[:count]
        if self.method != _DEFLATED:
            raise DocumentError("archive_method_unsupported", path=self.name, method=self.method)
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, count)
        except zlib.error as error:
            raise DocumentError("archive_damaged", path=self.name, problem=str(error)) from None


@dataclass(frozen=True, slots=True)
class File:
    """A file that has been read, while it is being opened.

    Attributes:
        origin: Where it comes from.
        data: All its bytes.
        sha256: Their digest, hex.

    """

    origin: Origin
    data: bytes = field(repr=False)
    sha256: str

    @property
    def name(self) -> str:
        """Name to show to people."""
        return self.origin.name


def read_file(origin: Origin, limit: int) -> File:
    """Read a file for the first time.

    Raises:
        DocumentError: It cannot be read, or has more than `limit` bytes.

    """
    data = origin.read(limit)
    return File(origin, data, hashlib.sha256(data).hexdigest())


def read_unchanged(origin: Origin, sha256: str, limit: int) -> bytes:
    """Read a file again.

    Raises:
        DocumentError: It cannot be read any more, or its bytes are not those of the first time.

    """
    data = origin.read(limit)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DocumentError("file_changed", path=origin.name)
    return data


def check_bytes(name: str, size: int, limit: int, whole: int | None = None) -> None:
    """Raise DocumentError if `size` is over `limit`, both in bytes; `whole` is the size to quote if it differs."""
    if size > limit:
        quoted = size if whole is None else max(size, whole)
        raise DocumentError(
            "file_too_large", path=name, size_mib=round(quoted / MIB, 1), limit_mib=round(limit / MIB, 1)
        )


def _problem(error: Exception) -> str:
    """Return the system's words for an error, without the path, which the message already has."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
