"""The words of the terminal and the web page, in Bahasa Indonesia and English."""

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """A language that people can choose."""

    INDONESIAN = "id"
    ENGLISH = "en"


WORDS: Mapping[str, tuple[str, str]] = {
    "accepted": ("diterima", "accepted"),
    "review": ("perlu diperiksa", "review"),
    "rejected": ("ditolak", "rejected"),
    "document": ("Dokumen", "Document"),
    "pages": ("Halaman", "Pages"),
    "page": ("Halaman", "Page"),
    "number": ("Isian", "Number"),
    "boxes": ("Kotak", "Boxes"),
    "value": ("Nilai", "Value"),
    "confidence": ("Keyakinan", "Confidence"),
    "outcome": ("Hasil", "Outcome"),
    "reason": ("Alasan", "Reason"),
    "reading": ("Membaca", "Reading"),
    "time_left": ("sisa", "left"),
    "compare_published": ("Angka terbitan", "Published figures"),
    "compare_fetching": ("Mengambil foto", "Fetching photographs"),
    "compare_fetched": ("Foto di {path}: {counts}.", "Photographs in {path}: {counts}."),
    "compare_reading": ("Membaca foto", "Reading photographs"),
    "compare_judging": ("Membandingkan", "Comparing"),
    "compare_report": ("Laporan", "Report"),
    "compare_summary": (
        "{stations} TPS: {agrees} angka sama, {differs} berbeda, {question} pertanyaan, {page_contradicts} di halaman "
        "yang bertentangan, {unreadable} tidak terbaca, {no_photograph} tanpa foto, {other_station} dengan foto lain. "
        "{checked} dari {of} angka diperiksa.",
        "{stations} stations: {agrees} numbers agree, {differs} differ, {question} questions, {page_contradicts} on "
        "pages that contradict themselves, {unreadable} unreadable, {no_photograph} without photograph, "
        "{other_station} with another photograph. {checked} of {of} numbers checked.",
    ),
    "overlays": ("Gambar hasil baca", "Overlay pictures"),
    "summary": (
        "{documents} dokumen, {pages} halaman: {accepted} angka diterima, {review} perlu diperiksa, "
        "{rejected} halaman tidak terbaca.",
        "{documents} documents, {pages} pages: {accepted} numbers accepted, {review} to review, "
        "{rejected} pages not read.",
    ),
    "accepted_documents": (
        "{accepted} dari {documents} dokumen diterima.",
        "{accepted} of {documents} documents accepted.",
    ),
    "known_before": (
        "{count} dokumen sudah dibaca sebelumnya dan tidak dibaca lagi.",
        "{count} documents had been read before and were not read again.",
    ),
    "interrupted": (
        "Dihentikan. {count} dari {total} dokumen ada di {path}; teruskan dengan perintah yang sama dan --resume.",
        "Stopped. {count} of {total} documents are in {path}; go on with the same command and --resume.",
    ),
    "twice": (
        "{name}: berkas yang persis sama dengan {first}, tetapi untuk TPS lain. Milik TPS mana?",
        "{name}: the very same file as {first}, but for another polling station. Which one is it of?",
    ),
    "interrupted_bare": (
        "Dihentikan setelah {count} dari {total} dokumen. Dengan --json BERKAS, --resume dapat meneruskan.",
        "Stopped after {count} of {total} documents. With --json FILE, --resume can go on.",
    ),
    "to_look_at": ("Perlu diperiksa ({count} dari {total} angka)", "To review ({count} of {total} numbers)"),
    "all_accepted": ("Semua {total} angka diterima.", "All {total} numbers accepted."),
    "not_required": ("tidak wajib", "not required"),
    "not_read": ("tidak terbaca", "not read"),
    "nothing_read": ("tanpa nilai", "no value"),
    "unread_pages": ("Halaman yang tidak terbaca", "Pages that were not read"),
    "this_file": ("Berkas ini", "This file"),
    "of_page": ("halaman {pages}", "page {pages}"),
    "of_pages": ("halaman {pages}", "pages {pages}"),
    "form": ("Formulir", "Form"),
    "rules": ("Aturan", "Rules"),
    "valid": ("sah", "valid"),
    "variants": ("Varian", "Variants"),
    "parameters": ("Parameter", "Parameters"),
    "tags": ("Tag", "Tags"),
    "layout": ("Tata letak", "Layout"),
    "confirmed": ("sudah dipastikan", "confirmed"),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
    "printed": (
        "{path} ditulis. Cetak tanpa penyesuaian ukuran.",
        "{path} written. Print it without fitting to the page.",
    ),
    "printed_smaller": (
        "Diperkecil menjadi {percent} % dari ukuran asli; hanya untuk latihan.",
        "Shrunk to {percent} % of the true size; for practice only.",
    ),
    "bubbles": ("bulatan", "bubbles"),
    "tally": ("turus", "tally"),
    "row_sums": ("jumlah baris", "row sums"),
    "words": ("terbilang", "words"),
    "print": ("dikenali dari cetakan, halaman", "known by the print of page"),
    "without_print": ("tanpa cetakan: ditemukan lewat tag dan garis", "without a print: found by tag and lines"),
    "not_confirmed": ("belum dipastikan", "not confirmed against the official file"),
}


def word(key: str, language: Language) -> str:
    """Return a word or sentence in one language."""
    return WORDS[key][0 if language is Language.INDONESIAN else 1]
