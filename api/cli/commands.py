"""The commands of `chasil`, in the order in which help lists them."""

from api.cli.command_table import CommandTable, Listed

READING = "Membaca / Reading"
SERVICE = "Layanan / Service"
COUNT = "Hasil dan bukti / Results and proof"
LEARNING = "Melatih / Training"

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


class Chasil(CommandTable):
    """The command line itself."""

    table = COMMANDS
