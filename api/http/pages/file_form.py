"""Forms of the administration that send a file: who may, what is done with it, and where it lies meanwhile."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api.core.settings import Settings
from api.files.private import private
from api.http.auth.csrf import FIELD, check_csrf
from api.http.auth.current import Identified
from api.http.multipart import receive_form
from api.people.actor import Actor, not_permitted
from api.people.roles import Permission
from pipeline.errors import ChasilError, DeniedError, LoginError, UsageError


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


async def answer_form(
    request: Request,
    actor: Actor,
    settings: Settings,
    work: Callable[[FormData], Response],
    refuse: Callable[[ChasilError], Response],
) -> Response:
    """Answer a form that sends a file.

    Args:
        request: With the form as its body.
        actor: Who sends it; their CSRF token stands in the form.
        settings: Limits of what is taken.
        work: What is done with the form, in a thread of its own.
        refuse: The answer where the file or a field is refused.

    Raises:
        DeniedError: As `check_csrf`.

    """
    form = await receive_form(request, settings)
    try:
        check_csrf(actor, request.method, request.headers, text_of(form, FIELD))
        return await run_in_threadpool(work, form)
    except DeniedError:
        raise
    except ChasilError as refusal:
        return await run_in_threadpool(refuse, refusal)
    finally:
        await form.close()


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
