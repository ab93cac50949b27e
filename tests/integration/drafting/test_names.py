"""What numbers are called by the words beside them."""

import pytest

from pipeline.drafting.levelling import common_values
from pipeline.drafting.names import Namer


@pytest.mark.parametrize(
    ("row", "head", "name"),
    [
        ("Jumlah Pemilih dalam Daftar Pemilih Tetap (DPT)", "LAKI-LAKI (L)", "dpt_l"),
        ("1. Jumlah pengguna hak pilih dalam Daftar Pemilih Tetap (DPT)", "PEREMPUAN (P)", "pengguna_dpt_p"),
        ("2. Jumlah pengguna hak pilih dalam Daftar Pemilih Tambahan (DPTb)", "JUMLAH (L+P)", "pengguna_dptb_j"),
        ("3. Jumlah pengguna hak pilih dalam Daftar Pemilih Khusus (DPK)", "JUMLAH (L+P)", "pengguna_dpk_j"),
        ("4. Jumlah Pengguna Hak Pilih (B.1 + B.2 + B.3)", "JUMLAH (L+P)", "pengguna_j"),
        ("4. Jumlah surat suara yang tidak digunakan/tidak terpakai", "JUMLAH", "surat_suara_tidak_digunakan"),
        ("2. Jumlah surat suara yang digunakan", "JUMLAH", "surat_suara_digunakan"),
        ("JUMLAH SELURUH SUARA SAH (IV.1 + IV.2)", "JUMLAH", "suara_sah"),
        ("JUMLAH SUARA TIDAK SAH", "JUMLAH", "suara_tidak_sah"),
        ("JUMLAH SELURUH SUARA SAH DAN SUARA TIDAK SAH", "JUMLAH", "suara_total"),
        ("Pemilih disabilitas", "LAKI-LAKI", "disabilitas_l"),
        ("7. Ballots that were lost", "", "ballots_that_were_lost"),
        ("", "", "number_1"),
    ],
)
def test_a_row_and_its_head_make_a_name(row: str, head: str, name: str) -> None:
    assert Namer().name(row, head).name == name


def test_candidates_are_counted_over_the_pages() -> None:
    namer = Namer()
    rows = ["1. NAMA CALON PRESIDEN", "NAMA CALON PRESIDEN", "3 NAMA CALON PRESIDEN"]
    assert [namer.name(row, "SUARA SAH").name for row in rows] == ["paslon_1", "paslon_2", "paslon_3"]


def test_names_of_a_pilkada_are_those_of_a_general_election() -> None:
    namer = Namer()
    moved = namer.name("2. Jumlah pengguna hak pilih dalam Daftar Pemilih Pindahan (DPPh)", "JUMLAH")
    added = namer.name("3. Jumlah pengguna hak pilih dalam Daftar Pemilih Tambahan (DPTb)", "JUMLAH")
    assert (moved.name, added.name) == ("pengguna_dptb_j", "pengguna_dpk_j")
    assert "DPTb (tambahan)" in added.indonesian


def test_no_two_numbers_have_one_name() -> None:
    namer = Namer()
    names = [namer.name("JUMLAH SUARA TIDAK SAH", "").name for _ in range(3)]
    assert names == ["suara_tidak_sah", "suara_tidak_sah_2", "suara_tidak_sah_3"]


def test_a_date_may_stay_empty() -> None:
    assert not Namer().name("TANGGAL :", "").required
    assert Namer().name("JUMLAH SUARA TIDAK SAH", "").required


def test_measures_that_are_the_same_thing_become_one() -> None:
    values = common_values([10.0, 20.0, 10.1, 9.95, 20.3], 0.2)
    assert values == [10.0, 20.0, 10.0, 10.0, 20.3]
