"""Forms of the administration that send a file: who may, and where the file lies while it is looked at."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile

from api.core.private_files import private
from api.core.settings import Settings
from api.http.auth.current import Identified
from api.people.actor import Actor, not_permitted
from api.people.roles import Permission
from pipeline.errors import LoginError, UsageError


async def _sender(actor: Identified) -> Actor:
    """Return who sends a form with a file: its CSRF token stands in the form, and is checked once that has come in."""
    if actor is None:
        raise LoginError("login_required")
    if Permission.MANAGE_SYSTEM not in actor.permissions:
        raise not_permitted(Permission.MANAGE_SYSTEM)
    actor.require(Permission.MANAGE_SYSTEM, None)
    return actor


Sender = Annotated[Actor, Depends(_sender)]
"""Whoever looks after the whole service. The route itself checks the CSRF token of the form."""


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form; empty where it was not sent, or is a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def file_of(form: FormData) -> tuple[UploadFile, str]:
    """Return the file of a form, and the name that its sender gave it.

    Raises:
        UsageError: `upload_missing`.

    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise UsageError("upload_missing")
    return file, file.filename


@contextmanager
def stored(file: UploadFile, settings: Settings, name: str) -> Iterator[Path]:
    """Keep a file in a folder of its own, for the owner of the service alone, while the block runs.

    Args:
        file: What was sent.
        settings: Where the service keeps what it has.
        name: What the file is called there.

    """
    with private():
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{PurePath(name).stem}-", dir=settings.home) as folder:
            path = Path(folder) / name
            with path.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            yield path
