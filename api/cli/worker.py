"""`chasil worker`: read waiting pages."""

import signal
from typing import Annotated

import typer

from api.cli.console import terminal
from api.cli.opened import opened
from api.core.context import Records
from api.core.forms import installed_forms
from api.core.language import both
from api.core.settings import load_settings
from api.files.private import keep_private
from api.workers.pool import WorkerPool
from api.workers.worker import Worker, make_worker, run_here, worker_name
from pipeline.reader import Reader


def worker(
    processes: Annotated[int, typer.Option(min=1, max=256, help="Jumlah proses. / Number of processes.")] = 1,
    drain: Annotated[
        bool, typer.Option("--drain", help="Berhenti bila tidak ada yang menunggu. / Stop when nothing waits.")
    ] = False,
) -> None:
    """Baca halaman yang menunggu, di mesin ini. / Read waiting pages, on this machine."""
    keep_private()
    settings = load_settings()
    with opened() as records:
        if drain:
            reader = Reader(settings.form, forms=installed_forms(settings.forms))
            count = Worker(records, reader, worker_name("worker")).drain()
            terminal().print(both("pages_read", count=count), highlight=False)
        elif processes > 1:
            _run_pool(records, processes)
        else:
            run_here(make_worker(records, settings, worker_name("worker")), until_input_ends=False)


def _run_pool(records: Records, processes: int) -> None:
    """Keep worker processes running until a signal comes."""
    pool = WorkerPool(records, load_settings(workers=processes))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    pool.start()
    try:
        signal.pause()
    except KeyboardInterrupt:
        pool.stop()
