"""The members of a ZIP. Nothing is ever unpacked to disk, so a member's name cannot lead anywhere."""

import zipfile
from dataclasses import dataclass

from pipeline.documents.limits import MIB, Limits
from pipeline.documents.names import inner_parts
from pipeline.documents.origins import MemberOrigin, Origin
from pipeline.errors import DocumentError
from pipeline.reasons import Reason

_ENCRYPTED = 0x1
_END_RECORD, _LONGEST_COMMENT = 22, 0xFFFF
_DIRECTORY_BYTES_PER_MEMBER = 1024  # 46 and the name, extra fields and comment; far more than real archives need


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a ZIP.

    Attributes:
        parts: Folders and name inside the archive, made harmless.
        origin: Where its bytes are.
        reason: Why it cannot be read, or None.

    """

    parts: tuple[str, ...]
    origin: MemberOrigin
    reason: Reason | None


def list_members(archive: Origin, limits: Limits) -> list[Member]:
    """List the files in a ZIP, in the order of their names.

    Raises:
        DocumentError: It is damaged, an Office document, or over a limit as a whole.

    """
    # ZipInfo.is_dir fails on a member without a name.
    infos = [info for info in _directory(archive, limits) if not info.filename.endswith("/")]
    if any(info.filename == "[Content_Types].xml" for info in infos):
        raise DocumentError("file_type_unsupported", path=archive.name, seen="an Office document")
    total = sum(info.file_size for info in infos)
    _check_size(archive.name, total, limits)
    members = [_member(archive, info, limits) for info in infos]
    return sorted(members, key=lambda member: (member.parts, member.origin.offset))


def _directory(archive: Origin, limits: Limits) -> list[zipfile.ZipInfo]:
    """Read the archive's directory, whose own size is limited first: it is parsed as a whole."""
    with archive.open() as file:
        size = file.seek(0, 2)
        _check_size(archive.name, size, limits)
        file.seek(max(0, size - _END_RECORD - _LONGEST_COMMENT))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + _END_RECORD > len(tail):
            raise DocumentError("file_truncated", path=archive.name)
        _check_directory(tail, at, archive.name, limits)
        try:
            infos = zipfile.ZipFile(file).infolist()
        except Exception as error:  # zipfile raises more than BadZipFile on crafted directories
            raise DocumentError("archive_damaged", path=archive.name, problem=str(error)) from None
    if len(infos) > limits.max_zip_members:
        raise DocumentError("archive_too_many_files", path=archive.name, limit=limits.max_zip_members)
    return infos


def _check_size(name: str, size: int, limits: Limits) -> None:
    """Check the bytes of an archive, packed, or of all that is in it, unpacked."""
    limit = limits.max_zip_total_bytes
    if size > limit:
        raise DocumentError("archive_too_large", path=name, size_mib=round(size / MIB), limit_mib=round(limit / MIB))


def _check_directory(tail: bytes, at: int, name: str, limits: Limits) -> None:
    """Check the directory's declared length (in ZIP64 it stands in a second record right before the first)."""
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    long_record = tail.rfind(b"PK\x06\x06", 0, at)
    if length == 0xFFFFFFFF and long_record >= 0:
        length = int.from_bytes(tail[long_record + 40 : long_record + 48], "little")
    if length > limits.max_zip_members * _DIRECTORY_BYTES_PER_MEMBER:
        raise DocumentError("archive_too_many_files", path=name, limit=limits.max_zip_members)


def _member(archive: Origin, info: zipfile.ZipInfo, limits: Limits) -> Member:
    parts = inner_parts(info.filename)
    name = "/".join((archive.name, *parts))
    origin = MemberOrigin(
        name, archive, info.header_offset, info.compress_size, info.file_size, info.compress_type, info.CRC
    )
    return Member(parts, origin, _refusal(name, info, limits))


def _refusal(name: str, info: zipfile.ZipInfo, limits: Limits) -> Reason | None:
    """Return why a member is not to be unpacked, if it is not."""
    if info.flag_bits & _ENCRYPTED:
        return Reason("archive_encrypted", {"path": name})
    ratio = info.file_size / max(1, info.compress_size)
    # Small blank pages pack better than any limit; they do no harm.
    if info.file_size > MIB and ratio > limits.max_zip_ratio:
        return Reason("archive_ratio", {"path": name, "ratio": round(ratio), "limit": limits.max_zip_ratio})
    return None
