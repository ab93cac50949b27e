"""`chasil serve`: the HTTP face on one machine."""

from typing import Annotated, Any

import typer
import uvicorn

from api.cli.console import styled, terminal
from api.cli.options import FormOption
from api.core.context import open_records
from api.core.forms import installed_forms
from api.core.malloc import limit_malloc_arenas
from api.core.settings import load_settings
from api.files.private import keep_private
from api.http.app import create_app
from api.http.connections import connections_here, with_limits
from api.people.accounts import any_person
from api.people.local import require_people
from api.people.machine import PARAMETER, MachineToken
from pipeline.reader import Reader


def serve(
    host: Annotated[str, typer.Option(help="Alamat. / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta. / Port.")] = 8000,
    form: FormOption = None,
) -> None:
    """Jalankan layanan web dan API. / Run the web page and the API."""
    limit_malloc_arenas()
    keep_private()
    given: dict[str, Any] = {"host": host} if form is None else {"host": host, "form": form}
    settings = load_settings(**given)
    records = open_records(settings, prepare=True)
    with records.database.reading() as session:
        require_people(session, host)
        query = "" if any_person(session) else f"?{PARAMETER}={MachineToken(settings.home).value}"
    records.close()
    # Made here and not by the app, so that a missing model ends in one clear message.
    app = create_app(Reader(settings.form, forms=installed_forms(settings.forms)), settings)
    console = terminal(stderr=True)
    console.print(
        styled(("chasil", "bold"), f": {address(host, port, settings.base_path)}{query}  (Ctrl+C)"), soft_wrap=True
    )
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=with_limits(connections_here()),
        ws="none",
        proxy_headers=False,  # the app does that, and says so where a proxy is not trusted
        log_level="info",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def address(host: str, port: int, base: str = "") -> str:
    """Return what to type into a browser on this machine, where the service lies beneath `base`."""
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104  compared, not bound
    return f"http://[{shown}]:{port}{base}/" if ":" in shown else f"http://{shown}:{port}{base}/"
