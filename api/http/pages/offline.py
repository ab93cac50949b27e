"""`/upload-worker.js`: what opens the page for uploads in a browser that has no network."""

import hashlib
import json
import re
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from api.core.address import address_of
from api.http.pages.renderer import FOLDER
from api.http.pages.start import STATIC_FOLDER

router = APIRouter(include_in_schema=False)

OTHERS = ("app.css", "icon.svg", "manifest.webmanifest")
MODULES = ("upload.js", "leave.js")

_IMPORT = re.compile(r'^import (?:.* from )?"\./(.+)";$', re.MULTILINE)


@router.get("/upload-worker.js")
def worker() -> Response:
    """Return the service worker; it lies beside the page, as a worker rules only what is below it."""
    files = shell_files(STATIC_FOLDER)
    digest = hashlib.sha256()
    for file in (
        *(STATIC_FOLDER / name for name in files),
        FOLDER / "templates" / "upload.html",
        FOLDER / "templates" / "base.html",
        FOLDER / "templates" / "foot.html",
    ):
        digest.update(file.read_bytes())
    shell = {"version": digest.hexdigest()[:16], "files": [address_of(f"/static/{name}") for name in files]}
    preamble = f"self.shell = {json.dumps(shell)};\n"
    text = preamble + (STATIC_FOLDER / "worker.js").read_text(encoding="utf-8")
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def shell_files(static: Path) -> list[str]:
    """Return the names of the files that the page for uploads consists of: its modules, and what they import."""
    found: list[str] = []
    left = list(MODULES)
    while left:
        name = left.pop()
        if name not in found:
            found.append(name)
            left += _IMPORT.findall((static / name).read_text(encoding="utf-8"))
    return [*OTHERS, *sorted(found)]
