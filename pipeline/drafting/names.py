"""Names for numbers from the words beside them: the project's own names where the words are known, else the words."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

_SUFFIXES = (
    (re.compile(r"laki", re.I), "l", "laki-laki", "men"),
    (re.compile(r"perempuan", re.I), "p", "perempuan", "women"),
    (re.compile(r"jumlah|total|l ?\+ ?p", re.I), "j", "jumlah", "total"),
)
"""Heads of columns: what they say, how a name then ends, and the label in both languages."""

_PEOPLE = (
    (r"disabilitas|disabled", "disabilitas", "Pemilih disabilitas", "Voters with a disability"),
    (r"pengguna.*(khusus|dpk\b)", "pengguna_dpk", "Pengguna hak pilih DPK", "Voted, special list (DPK)"),
    (r"pengguna.*(tambahan|dptb)", "pengguna_dptb", "Pengguna hak pilih DPTb", "Voted, transferred voters (DPTb)"),
    (r"pengguna.*(pindahan|dpph)", "pengguna_dptb", "Pengguna hak pilih DPPh", "Voted, transferred voters (DPPh)"),
    (r"pengguna.*(tetap|\bdpt\b)", "pengguna_dpt", "Pengguna hak pilih DPT", "Voted, permanent list (DPT)"),
    (r"jumlah (seluruh )?pengguna", "pengguna", "Jumlah pengguna hak pilih", "All who voted"),
    (r"pemilih.*(khusus|dpk\b)", "pemilih_dpk", "Pemilih dalam DPK", "Voters on the special list (DPK)"),
    (r"pemilih.*(tambahan|dptb)", "pemilih_dptb", "Pemilih dalam DPTb", "Transferred voters (DPTb)"),
    (r"pemilih.*(tetap|\bdpt\b)", "dpt", "Pemilih dalam DPT", "Voters on the permanent list (DPT)"),
)
"""Rows that are counted by sex."""

_BALLOTS = "surat_suara"
_SINGLE = (
    (r"surat suara.*tidak (digunakan|terpakai)",
     f"{_BALLOTS}_tidak_digunakan", "Surat suara tidak digunakan", "Ballots not used"),
    (r"surat suara.*dikembalikan", f"{_BALLOTS}_dikembalikan", "Surat suara dikembalikan", "Ballots returned, spoilt"),
    (r"surat suara.*diterima", f"{_BALLOTS}_diterima", "Surat suara diterima", "Ballots received"),
    (r"surat suara.*digunakan", f"{_BALLOTS}_digunakan", "Surat suara digunakan", "Ballots used"),
    (r"sah dan (suara )?tidak sah", "suara_total", "Jumlah suara sah dan tidak sah", "All votes, valid and invalid"),
    (r"suara sah dan", "suara_total", "Jumlah suara sah dan tidak sah", "All votes, valid and invalid"),
    (r"tidak sah", "suara_tidak_sah", "Jumlah suara tidak sah", "Invalid votes"),
    (r"(seluruh|jumlah) suara sah", "suara_sah", "Jumlah seluruh suara sah", "All valid votes"),
    (r"tanggal", "tgl_hari", "Tanggal", "Day"),
    (r"bulan", "tgl_bulan", "Bulan", "Month"),
    (r"tahun", "tgl_tahun", "Tahun", "Year"),
)  # fmt: skip
"""Rows of one number."""

_MOVED = re.compile(r"pindahan|\bdpph\b", re.I)
_ADDED = re.compile(r"pengguna.*(tambahan|dptb)", re.I)
_ADDED_OF_PILKADA = ("pengguna_dpk", "Pengguna hak pilih DPTb (tambahan)", "Voted, added voters (DPTb)")
"""In Pilkada those who moved are on the DPPh and those with an identity card alone on the DPTb; the names of numbers
stay those of general elections, where they are on the DPTb and on the DPK."""

_CANDIDATE = re.compile(r"\bcalon\b|\bpaslon\b|pasangan|kolom kosong", re.I)
_OPTIONAL = ("tgl_",)
_LONGEST = 40  # letters of a name taken from words
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Named:
    """What a number is called: its name, and its label in Indonesian and English."""

    name: str
    indonesian: str
    english: str

    @property
    def required(self) -> bool:
        """Whether a number of this name must be filled in."""
        return not self.name.startswith(_OPTIONAL)


class Namer:
    """Names the numbers of one form, page after page, never two alike."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._candidates = 0
        self._count = 0
        self._pilkada = False

    def name(self, row: str, head: str, alone: bool = True) -> Named:
        """Name the next number.

        Args:
            row: The words left of it.
            head: The words above it.
            alone: Whether it is the only number of its row.

        """
        self._count += 1
        self._pilkada = self._pilkada or bool(_MOVED.search(row))
        people = (
            ((_ADDED.pattern, *_ADDED_OF_PILKADA), *_PEOPLE) if self._pilkada and not _MOVED.search(row) else _PEOPLE
        )
        named = _known(row, head, alone, people) or self._candidate(row) or _by_words(row, head, alone)
        if named is None or named.name in self._taken:
            named = self._numbered(named)
        self._taken.add(named.name)
        return named

    def _candidate(self, row: str) -> Named | None:
        """Name the votes of a candidate by the number that is printed, or as the next one."""
        if not _CANDIDATE.search(row):
            return None
        printed = re.search(r"(?<![\w.])(\d{1,2})\b", row)
        following = self._candidates + 1
        number = int(printed.group(1)) if printed and int(printed.group(1)) == following else following
        self._candidates = number
        return Named(f"paslon_{number}", f"Suara sah pasangan calon {number}", f"Valid votes, pair {number}")

    def _numbered(self, named: Named | None) -> Named:
        """Name a number by its place, or a second one of a name by a number behind it."""
        if named is None:
            return Named(f"number_{self._count}", f"Isian {self._count}", f"Number {self._count}")
        number = next(n for n in range(2, 1000) if f"{named.name}_{n}" not in self._taken)
        return replace(named, name=f"{named.name}_{number}")


def _known(row: str, head: str, alone: bool, people: Sequence[tuple[str, str, str, str]]) -> Named | None:
    """Return the project's own name for a row and column, if it has one."""
    for pattern, name, indonesian, english in people:
        if re.search(pattern, row, re.I):
            suffix = next((suffix for suffix in _SUFFIXES if suffix[0].search(head)), None)
            if suffix is None:
                return Named(name, indonesian, english)
            return Named(f"{name}_{suffix[1]}", f"{indonesian}, {suffix[2]}", f"{english}, {suffix[3]}")
    if not alone:
        return None
    return next((Named(*rest) for pattern, *rest in _SINGLE if re.search(pattern, row, re.I)), None)


def _by_words(row: str, head: str, alone: bool) -> Named | None:
    """Make a name of the words of the row, and of the head where the row has several numbers."""
    label = row if alone or not head else f"{row}, {head}"
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = re.sub(r"^[0-9_]+", "", name)[:_LONGEST].strip("_")
    return Named(name, label[:_LONGEST_LABEL], label[:_LONGEST_LABEL]) if len(name) >= 3 else None


def sums_of_candidates(names: Sequence[str]) -> Mapping[str, str] | None:
    """Return the rule that the valid votes are the sum of the candidates', if the form has both; else None."""
    candidates = [name for name in names if re.fullmatch(r"paslon_\d+", name)]
    if len(candidates) < 2 or "suara_sah" not in names:
        return None
    return {
        "id": "suara_sah-is-sum",
        "expression": f"suara_sah == {' + '.join(candidates)}",
        "id_label": "Suara sah = jumlah suara pasangan calon",
        "en_label": "Valid votes = sum of the pairs",
    }
