"""The digits in the name of a file that may be the code of a polling station.

Whether they count, `named_station` says, by the list of stations. These rules need no database, which would take a
third of the time in which `chasil read` starts.
"""

import re
from dataclasses import dataclass

_CODE = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")
_MACHINE_MADE = re.compile(
    r"(fb[_ -]?img|img|image|vid|video|pxl|mvimg|pano|dscn?|dscf|dcim|burst|cam|camera|wx_camera|screenshot|screen|"
    r"whats ?app|ptt|sticker|telegram|signal|line|received|messenger|facebook|instagram|snapchat|mmexport|wechat|"
    r"camscanner|adobe ?scan|office ?lens|microsoft ?lens|inshot|picsart|beauty|snow)(?![a-z])",
    re.IGNORECASE,
)
"""How cameras, chats and programs for phones begin the names that they make."""

_MOBILE = re.compile(r"628")
"""How the numbers of Indonesian mobile telephones begin; no regency has a code that does."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """13 digits in a name, and whether a file's or a folder's name begins with them."""

    code: str
    leads: bool


def codes_in(name: str) -> frozenset[str]:
    """Return the digits in a name that may be codes of polling stations, whatever a list says."""
    return frozenset(one.code for one in candidates(name))


def candidates(name: str) -> list[Candidate]:
    """Return the digits in a name that may be a code: of the file first, then of its folders outwards."""
    parts = [part.strip() for part in reversed(re.split(r"[/\\]", name))]
    seen = [code for part in parts if not _MACHINE_MADE.match(part) for code in _CODE.finditer(part)]
    return [Candidate(code.group(), leads=code.start() == 0) for code in seen if not _MOBILE.match(code.group())]
