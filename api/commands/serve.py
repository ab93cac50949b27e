"""`chasil serve`: the HTTP face on one machine."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Alamat. / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta. / Port.")] = 8000,
) -> None:
    """Jalankan layanan web dan API. / Run the web page and the API."""
    import uvicorn  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415

    uvicorn.run(create_app(), host=host, port=port, log_level="info", server_header=False)
