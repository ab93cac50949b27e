"""`chasil init`, `worker`, `status` and `retry`: what an operator does."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import terminal
from api.cli.opened import opened
from api.cli.options import LanguageOption
from api.core.language import Language

if TYPE_CHECKING:
    from api.core.context import Records
    from api.core.settings import Settings
    from api.schemas.documents import ProgressBody


def init() -> None:
    """Siapkan basis data dan penyimpanan. / Prepare database and store of originals."""
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.db.migrate import is_current  # noqa: PLC0415

    with opened(prepare=True) as records:
        shown = records.database.engine.url.render_as_string(hide_password=True)
        assert is_current(records.database)
    originals = load_settings().originals_url
    terminal().print(f"Basis data / database: {shown}\nBerkas asli / originals: {originals}", highlight=False)


def worker(
    processes: Annotated[int, typer.Option(min=1, max=256, help="Jumlah proses. / Number of processes.")] = 1,
    drain: Annotated[
        bool, typer.Option("--drain", help="Berhenti bila tidak ada yang menunggu. / Stop when nothing waits.")
    ] = False,
) -> None:
    """Baca halaman yang menunggu, di mesin ini. / Read waiting pages, on this machine."""
    from api.core.forms import installed_forms  # noqa: PLC0415
    from api.core.private_files import keep_private  # noqa: PLC0415
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.workers.worker import Worker, make_worker, run_here, worker_name  # noqa: PLC0415
    from pipeline.reader import Reader  # noqa: PLC0415

    keep_private()
    settings = load_settings()
    with opened() as records:
        if drain:
            reader = Reader(settings.form, forms=installed_forms(settings.forms))
            count = Worker(records, reader, worker_name("worker")).drain()
            terminal().print(f"{count} halaman dibaca / pages read", highlight=False)
        elif processes > 1:
            _crew(records, processes)
        else:
            run_here(make_worker(records, settings, worker_name("worker")), until_input_ends=False)


def status(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Ikuti sampai selesai. / Follow to the end.")] = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Tampilkan kemajuan pekerjaan. / Show how far the work is."""
    import time  # noqa: PLC0415

    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from api.cli.standing import standing  # noqa: PLC0415
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.documents.progress import counted  # noqa: PLC0415

    _is_there(load_settings())
    with opened() as records:
        work, place = counted(records.database), records.database.engine.url.render_as_string(hide_password=True)

        def said() -> Text:
            return Text(standing(work.now(), place, _read_lately(records), language))

        console = terminal()
        if not follow:
            console.print(said(), soft_wrap=True)
            return
        with Live(said(), console=console, refresh_per_second=4) as live:
            while _waiting(work.now()):
                time.sleep(0.5)
                live.update(said())


def _is_there(settings: "Settings") -> None:
    """Make sure that there is something to tell of: asking how the work stands makes no database."""
    from pipeline.errors import UsageError  # noqa: PLC0415

    path = settings.home.resolve() / "chasil.db"
    if settings.database is None and not path.exists():
        raise UsageError("nothing_kept_here", path=str(path))


def _read_lately(records: "Records") -> int:
    """Return how many pages were read in the last minutes."""
    from datetime import timedelta  # noqa: PLC0415

    from sqlalchemy import func, select  # noqa: PLC0415

    from api.cli.standing import PACE_SECONDS  # noqa: PLC0415
    from api.db.tables import Reading  # noqa: PLC0415
    from api.db.types import now  # noqa: PLC0415

    since = now() - timedelta(seconds=PACE_SECONDS)
    with records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Reading).where(Reading.at >= since)) or 0


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
    terminal().print(f"{count} halaman menunggu lagi / pages wait again", highlight=False)


def _crew(records: "Records", processes: int) -> None:
    """Keep worker processes running until a signal comes."""
    import signal  # noqa: PLC0415

    from api.core.settings import load_settings  # noqa: PLC0415
    from api.workers.pool import WorkerPool  # noqa: PLC0415

    crew = WorkerPool(records, load_settings(workers=processes))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    crew.start()
    try:
        signal.pause()
    except KeyboardInterrupt:
        crew.stop()


def _waiting(body: "ProgressBody") -> bool:
    return bool(body.pages.get("waiting") or body.pages.get("reading"))
