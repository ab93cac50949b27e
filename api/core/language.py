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
    "overlays": ("Gambar hasil baca", "Overlay pictures"),
    "summary": (
        "{documents} dokumen, {pages} halaman: {accepted} angka diterima, {review} perlu diperiksa, "
        "{rejected} halaman ditolak.",
        "{documents} documents, {pages} pages: {accepted} numbers accepted, {review} to review, "
        "{rejected} pages rejected.",
    ),
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
