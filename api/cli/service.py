"""`chasil init`, `status` and `retry`: what an operator does."""

import time
from datetime import timedelta
from typing import Annotated

import typer
from rich.live import Live
from rich.text import Text

from api.cli.console import terminal
from api.cli.opened import opened
from api.cli.options import LanguageOption
from api.cli.standing import PACE_SECONDS, standing
from api.core.context import PROGRAM, Records
from api.core.language import Language, both
from api.core.settings import Settings, load_settings
from api.db.migrate import is_current
from api.db.types import now
from api.documents.pace import count_read
from api.documents.progress import counted
from api.documents.retry import failed_pages, read_again
from api.schemas.documents import ProgressBody
from pipeline.errors import UsageError


def init() -> None:
    """Siapkan basis data dan penyimpanan. / Prepare database and store of originals."""
    with opened(prepare=True) as records:
        shown = records.database.engine.url.render_as_string(hide_password=True)
        assert is_current(records.database)
    originals = load_settings().originals_url
    terminal().print(both("places", database=shown, originals=originals), highlight=False)


def status(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Ikuti sampai selesai. / Follow to the end.")] = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Tampilkan kemajuan pekerjaan. / Show how far the work is."""
    _is_there(load_settings())
    with opened() as records:
        work, place = counted(records.database), records.database.engine.url.render_as_string(hide_password=True)

        def line() -> Text:
            return Text(standing(work.now(), place, _read_lately(records), language))

        console = terminal()
        if not follow:
            console.print(line(), soft_wrap=True)
            return
        with Live(line(), console=console, refresh_per_second=4) as live:
            while _waiting(work.now()):
                time.sleep(0.5)
                live.update(line())


def _is_there(settings: "Settings") -> None:
    """Make sure that there is something to tell of: asking how the work stands makes no database."""
    path = settings.home.resolve() / "chasil.db"
    if settings.database is None and not path.exists():
        raise UsageError("nothing_kept_here", path=str(path))


def _read_lately(records: "Records") -> int:
    """Return how many pages were read in the last minutes."""
    moment = now()
    with records.database.reading() as session:
        return session.scalar(count_read(moment - timedelta(seconds=PACE_SECONDS), moment)) or 0


def retry(
    failed: Annotated[bool, typer.Option("--failed", help="Semua yang gagal. / All that failed.")] = False,
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Hanya yang gagal dengan kode ini. / Only with this code.")
    ] = None,
) -> None:
    """Baca ulang halaman yang gagal. / Read again the pages that failed."""
    if not failed and code is None:
        raise UsageError("retry_nothing_named")
    with opened() as records:
        count = read_again(records, failed_pages(records, code), PROGRAM)
    terminal().print(both("pages_wait_again", count=count), highlight=False)


def _waiting(body: "ProgressBody") -> bool:
    return bool(body.pages.get("waiting") or body.pages.get("reading"))
