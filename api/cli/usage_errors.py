"""What is wrong with how a command was written, in Bahasa Indonesia: typer says it in English only.

Sentences are known by their shape. One that a newer typer words otherwise stays English, which is better than none.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import typer.rich_utils

from api.core.language import Language

_SENTENCES = tuple(
    (re.compile(english, re.DOTALL), indonesian)
    for english, indonesian in (
        (r"No such option: (\S+) \(Possible options: (.+)\)", "Tidak ada pilihan {0}. Maksudnya: {1}?"),
        (r"No such option: (\S+)", "Tidak ada pilihan {0}."),
        (r"No such command (\S+)\. Did you mean (.+)\?", "Tidak ada perintah {0}. Maksudnya: {1}?"),
        (r"No such command (\S+)\.", "Tidak ada perintah {0}."),
        (r"Missing command\.", "Perintahnya belum disebut."),
        (r"Missing argument (\S+)\. Choose from:\s*(.+)", "Masukan {0} belum disebut. Pilih: {1}"),
        (r"Missing argument (\S+)\.", "Masukan {0} belum disebut."),
        (r"Missing option (.+?)\. Choose from:\s*(.+)", "Pilihan {0} belum disebut. Pilih: {1}"),
        (r"Missing option (.+?)\.", "Pilihan {0} belum disebut."),
        (r"Got unexpected extra argument\S* \((.+)\)", "Terlalu banyak masukan: {0}"),
        (r"Option (\S+) requires an argument\.", "Sesudah {0} harus ada nilainya."),
        (r"Option (\S+) requires (\d+) arguments\.", "Sesudah {0} harus ada {1} nilai."),
        (r"Option (\S+) does not take a value\.", "{0} tidak memakai nilai."),
        (r"Invalid value for (.+?): (.+)", "Nilai {0} salah: {1}"),
        (r"Invalid value: (.+)", "Nilai salah: {0}"),
        (r"Input should be a valid integer.*", "harus bilangan bulat"),
        (r"Input should be a valid number.*", "harus bilangan"),
        (r"Input should be greater than or equal to (.+)", "paling kecil {0}"),
        (r"Input should be less than or equal to (.+)", "paling besar {0}"),
        (r"Input should be greater than (.+)", "harus lebih dari {0}"),
        (r"Input should be less than (.+)", "harus kurang dari {0}"),
        (r"Input should be (.+) or (\S+)", "harus {0} atau {1}"),
        (r"Input should be (.+)", "harus {0}"),
        (r"Value error, (.+)", "{0}"),
        (r"(.+) is not one of (.+)\.", "{0} tidak termasuk {1}."),
        (r"Value (.+) is not a valid (.+)\.", "{0} bukan {1}."),
        (r"File (.+) does not exist\.", "berkas {0} tidak ada."),
        (r"Directory (.+) does not exist\.", "folder {0} tidak ada."),
        (r"Path (.+) does not exist\.", "{0} tidak ada."),
        (r"\S+ (.+) is a directory\.", "{0} adalah folder."),
        (r"\S+ (.+) is a file\.", "{0} adalah berkas."),
        (r"\S+ (.+) is not readable\.", "{0} tidak dapat dibaca."),
        (r"\S+ (.+) is not writable\.", "{0} tidak dapat ditulisi."),
    )
)
"""Shapes of sentences in the order in which they are tried, and what they are in Indonesian."""


def in_indonesian(message: str) -> str:
    """Return what is wrong with a command line in Indonesian; a sentence of a shape that is not known as it is."""
    for shape, indonesian in _SENTENCES:
        found = shape.fullmatch(message.strip())
        if found is not None:
            return indonesian.format(*(in_indonesian(part) for part in found.groups()))
    return message


def _printed_in_indonesian(error: Any) -> None:
    english = error.format_message()
    error.format_message = lambda: in_indonesian(english)
    PRINTED[Language.ENGLISH](error)


PRINTED: Mapping[Language, Callable[[Any], None]] = {
    Language.ENGLISH: typer.rich_utils.rich_format_error,
    Language.INDONESIAN: _printed_in_indonesian,
}
"""What prints such an error as typer does, by language."""
