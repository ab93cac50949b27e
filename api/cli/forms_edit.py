"""`chasil forms edit`: a template edited in the browser of this machine."""

import secrets
import socket
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import cv2
import typer
import uvicorn

from api.cli.console import fault, styled, terminal
from api.cli.options import LanguageOption
from api.core.language import Language
from api.editing.app import create_editor
from api.editing.session import Editing
from pipeline.drafting import open_blank
from pipeline.errors import UsageError
from pipeline.reasons import Reason

HOST = "127.0.0.1"
_PICTURE_SIDE = 2400  # px of the long side of a page's picture


def edit_form(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Berkas templat. / Template file.")],
    blank: Annotated[
        list[Path] | None,
        typer.Option(metavar="BLANK", help="Formulir kosong sebagai latar. / The blank form, shown behind."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Porta; 0 = bebas. / Port; 0: any free one.", show_default="0")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Buka peramban. / Open the browser.")] = True,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Sunting templat di peramban. / Edit a template in the browser.

    Hanya komputer ini yang dapat membukanya; Ctrl+C: selesai. / Only this machine can open it; Ctrl+C: done.
    """
    editing = Editing(file)
    pictures = pictures_of(blank or [], editing.content)
    token = secrets.token_urlsafe(24)
    app = create_editor(editing, pictures, token, language)
    with _listening(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/?token={token}"
        terminal(stderr=True).print(styled(("chasil", "bold"), f": {address}  (Ctrl+C)"), soft_wrap=True)
        if browser:
            webbrowser.open(address)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2)
        )
        server.run(sockets=[listener])
    if not editing.saved:
        reason = Reason("form_left_unsaved", {"path": file.name})
        terminal(stderr=True).print(fault(reason, language.value, "yellow"))


def _listening(port: int) -> socket.socket:
    """Return a socket that listens on this machine alone."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError("port_taken", port=port, why=error.strerror) from error
    return listener


def pictures_of(blank: list[Path], content: Mapping[str, Any]) -> dict[int, bytes]:
    """Return the picture of each page of a blank as PNG, by the number of the template's page."""
    if not blank:
        return {}
    sheet = content["sheet"]
    numbers = [page["number"] for page in content["pages"]]
    opened = open_blank(blank, sheet=(float(sheet["width"]), float(sheet["height"])))
    if len(opened) == len(numbers):
        opened_by_number = dict(zip(numbers, opened, strict=True))
    else:
        opened_by_number = {page.number: page for page in opened}
    pictures = {}
    for number, page in opened_by_number.items():
        factor = min(1.0, _PICTURE_SIDE / max(page.paper.grey.shape))
        small = cv2.resize(page.paper.grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        pictures[number] = cv2.imencode(".png", small)[1].tobytes()
    return pictures
