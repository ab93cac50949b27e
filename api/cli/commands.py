"""What commands there are. A command's module is imported when the command is run, and not when it is listed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

READING = "Membaca / Reading"
SERVICE = "Layanan / Service"
COUNT = "Hasil dan bukti / Results and proof"
LEARNING = "Melatih / Training"


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as it is listed.

    Attributes:
        name: After `chasil`.
        panel: Under what it stands.
        place: Module of this package, a colon, and the name there of the function, or of the typer with its commands.
        help: What it does, in both languages: the first paragraph of its own help.

    """

    name: str
    panel: str
    place: str
    help: str


COMMANDS = (
    Listed("read", READING, "read:read", "Baca formulir menjadi angka. / Read forms into numbers."),
    Listed("digits", READING, "digits:digits", "Baca gambar satu kotak per berkas. / Read pictures of single boxes."),
    Listed(
        "compare",
        COUNT,
        "compare:compare",
        "Bandingkan angka yang diterbitkan dengan tinta di foto. / "
        "Hold published figures against the ink of photographs.",
    ),
    Listed("serve", SERVICE, "serve:serve", "Jalankan layanan web dan API. / Run the web page and the API."),
    Listed(
        "init",
        SERVICE,
        "service:init",
        "Siapkan basis data dan penyimpanan. / Prepare database and store of originals.",
    ),
    Listed(
        "worker",
        SERVICE,
        "worker:worker",
        "Baca halaman yang menunggu, di mesin ini. / Read waiting pages, on this machine.",
    ),
    Listed(
        "watch",
        SERVICE,
        "watch:watch",
        "Awasi folder: simpan berkas yang sudah selesai disalin. / Watch a folder: keep files that have settled.",
    ),
    Listed("status", SERVICE, "service:status", "Tampilkan kemajuan pekerjaan. / Show how far the work is."),
    Listed("retry", SERVICE, "service:retry", "Baca ulang halaman yang gagal. / Read again the pages that failed."),
    Listed(
        "backup",
        SERVICE,
        "backup:backup",
        "Cadangkan basis data dan berkas asli selagi layanan berjalan. / Back up a running service.",
    ),
    Listed(
        "restore",
        SERVICE,
        "backup:restore",
        "Pulihkan cadangan ke CHASIL_HOME yang kosong. / Restore a backup into an empty CHASIL_HOME.",
    ),
    Listed(
        "simulate",
        LEARNING,
        "simulate:simulate",
        "Buat halaman tiruan beserta kebenarannya. / Make simulated pages with their truth.",
    ),
    Listed(
        "train",
        LEARNING,
        "train:app",
        "Latih pembaca, kalibrasi, dan kemas; tanpa nama: digits. / "
        "Train a reader, calibrate it, make a package of it; digits where nothing is named.",
    ),
    Listed(
        "evaluate",
        LEARNING,
        "evaluate:app",
        "Nilai pembaca, halaman, atau dokumen; tanpa nama: digits. / "
        "Judge a reader, pages or documents; digits where nothing is named.",
    ),
    Listed("forms", READING, "forms:app", "Templat formulir. / Form templates."),
    Listed("models", READING, "models:app", "Model pembaca. / Models that read."),
    Listed("user", SERVICE, "user:app", "Pengguna dan peran. / People and their roles."),
    Listed("regions", SERVICE, "regions:app", "Wilayah dan TPS. / Regions and polling stations."),
    Listed("review", SERVICE, "review:app", "Meja pemeriksaan. / The review desk."),
    Listed("elections", SERVICE, "elections:app", "Pemilihan yang ditampilkan. / Elections that are shown."),
    Listed(
        "published",
        COUNT,
        "published:app",
        "Angka terbitan di samping hitungan ini. / Published figures beside this count.",
    ),
    Listed("export", COUNT, "export:app", "Ekspor angka dan jumlah. / Export numbers and sums."),
    Listed("audit", COUNT, "audit:app", "Bukti bahwa tidak ada yang diubah. / Proof that nothing was changed."),
)
"""In the order in which help lists them."""

_BY_NAME = {listed.name: listed for listed in COMMANDS}


class CommandTable(TyperGroup):
    """Lists its commands by the table; imports the one that is run.

    `prepare` is done to a command that was imported, before it is run.
    """

    prepare: Callable[[Any], None] | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": {listed.name: _stub(listed) for listed in COMMANDS}})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is run, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is None or name is None:
            return name, command, rest
        command = imported(name)
        if self.prepare is not None:
            self.prepare(command)
        return name, command, rest


def imported(name: str) -> Any:
    """Return a command, or a group of them, out of its module."""
    listed = _BY_NAME[name]
    module, _, attribute = listed.place.partition(":")
    found = getattr(import_module(f"api.cli.{module}"), attribute)
    around = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return get_group(around).commands[name]


def _stub(listed: Listed) -> TyperCommand:
    """Return what stands in the list for a command."""
    return TyperCommand(name=listed.name, help=listed.help, rich_help_panel=listed.panel)
