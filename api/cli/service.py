"""`chasil init`, `worker`, `status` and `retry`: what an operator does."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.cli.opened import opened

if TYPE_CHECKING:
    from rich.table import Table

    from api.core.context import Records
    from api.schemas.documents import ProgressBody


def init() -> None:
    """Siapkan basis data dan penyimpanan. / Prepare database and store of originals."""
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.db.migrate import is_current  # noqa: PLC0415

    with opened(prepare=True) as records:
        shown = records.database.engine.url.render_as_string(hide_password=True)
        assert is_current(records.database)
    originals = load_settings().originals_url
    Console().print(f"Basis data / database: {shown}\nBerkas asli / originals: {originals}", highlight=False)


def worker(
    processes: Annotated[int, typer.Option(min=1, max=256, help="Jumlah proses. / Number of processes.")] = 1,
    drain: Annotated[
        bool, typer.Option("--drain", help="Berhenti bila tidak ada yang menunggu. / Stop when nothing waits.")
    ] = False,
) -> None:
    """Baca halaman yang menunggu, di mesin ini. / Read waiting pages, on this machine."""
    from api.core.forms import installed_forms  # noqa: PLC0415
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.workers.worker import Worker, hire, run_here, worker_name  # noqa: PLC0415
    from pipeline.reader import Reader  # noqa: PLC0415

    settings = load_settings()
    with opened() as records:
        if drain:
            reader = Reader(settings.form, forms=installed_forms(settings.forms))
            count = Worker(records, reader, worker_name("worker")).drain()
            Console().print(f"{count} halaman dibaca / pages read", highlight=False)
        elif processes > 1:
            _crew(records, processes)
        else:
            run_here(hire(records, settings, worker_name("worker")), until_input_ends=False)


def status(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Ikuti sampai selesai. / Follow to the end.")] = False,
) -> None:
    """Tampilkan kemajuan pekerjaan. / Show how far the work is."""
    import time  # noqa: PLC0415

    from rich.live import Live  # noqa: PLC0415

    from api.documents.progress import counted  # noqa: PLC0415

    with opened() as records:
        work = counted(records.database)
        with Live(_status(work.now()), console=Console(), refresh_per_second=4) as live:
            while follow and _waiting(work.now()):
                time.sleep(0.5)
                live.update(_status(work.now()))


def retry(
    failed: Annotated[bool, typer.Option("--failed", help="Semua yang gagal. / All that failed.")] = False,
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Hanya yang gagal dengan kode ini. / Only with this code.")
    ] = None,
) -> None:
    """Baca ulang halaman yang gagal. / Read again the pages that failed."""
    from api.core.context import PROGRAM  # noqa: PLC0415
    from api.documents.retry import failed_pages, read_again  # noqa: PLC0415
    from pipeline.errors import UsageError  # noqa: PLC0415

    if not failed and code is None:
        raise UsageError("retry_nothing_named")
    with opened() as records:
        count = read_again(records, failed_pages(records, code), PROGRAM)
    Console().print(f"{count} halaman menunggu lagi / pages wait again", highlight=False)


def _crew(records: "Records", processes: int) -> None:
    """Keep worker processes running until a signal comes."""
    import signal  # noqa: PLC0415

    from api.core.settings import load_settings  # noqa: PLC0415
    from api.workers.pool import Crew  # noqa: PLC0415

    crew = Crew(records, load_settings(workers=processes))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    crew.start()
    try:
        signal.pause()
    except KeyboardInterrupt:
        crew.stop()


def _waiting(body: "ProgressBody") -> bool:
    return bool(body.pages.get("waiting") or body.pages.get("reading"))


def _status(body: "ProgressBody") -> "Table":
    """Return a table of pages and documents by state."""
    from rich.table import Table  # noqa: PLC0415

    table = Table("", "jumlah / count")
    for state, count in body.pages.items():
        table.add_row(f"halaman / pages: {state}", str(count))
    for document_state, count in body.documents.items():
        table.add_row(f"dokumen / documents: {document_state}", str(count))
    if body.oldest_waiting_seconds is not None:
        table.add_row("menunggu paling lama / longest wait", f"{body.oldest_waiting_seconds:.0f} s")
    return table
