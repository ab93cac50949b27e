"""The proof says what was read: rows add up, wrong acceptances show with their bound, other text stays as it was."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import Reader
from tests import ROOT
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, real_pages
from training.proof.cases import CUT, PHOTO, SCAN, SCREEN, Case, capture_of, of_folder, real_cases, simulated_cases
from training.proof.counting import decided, witnessed
from training.proof.report import BEGIN, END, faults, gap, overview, parts, put_into, sheets, witnesses
from training.proof.run import prove

SAMPLE = "0024010001002-p2.jpg"


@pytest.fixture(scope="module")
def own_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own folder in the format of the sets: one page, read rightly."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "images").mkdir()
    shutil.copy(ROOT / "data" / "samples" / SAMPLE, folder / "images" / SAMPLE)
    fields = Reader().read(folder / "images" / SAMPLE)[0].fields
    values = {name: field.value for name, field in fields.items() if name.startswith("paslon")}
    boxes = {name: fields[name].boxes for name in values}
    truth = {
        "file": SAMPLE,
        "form": "c-hasil-ppwp-2024",
        "page": 2,
        "capture": "photo",
        "fields": boxes,
        "values": values,
    }
    (folder / "truth.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def case(own_set: Path, reader: Reader) -> Case:
    return next(real_cases(real_pages(own_set, ["."]), reader, 1))


def test_a_page_of_ones_own_is_counted_and_only_judges(case: Case) -> None:
    assert (case.part, case.capture, case.found) == (Part.TEST, PHOTO, True)
    counts = decided([case])
    assert (counts.pages, counts.found, counts.numbers, counts.right) == (1, 1, 3, 3)
    assert counts.seconds[0] > 0


def test_a_picture_that_two_things_ail_counts_with_each_and_one_without_fault_with_neither(case: Case) -> None:
    both = replace(case, ails=("blurred", "cut"))
    rows = {row.split(" | ")[0].strip("| "): row for row in faults([case, both, replace(case, ails=("cut",))])}
    assert case.ails == ("nothing",)
    assert [name for name in rows if name[0] != "-"] == ["what ails it", "blurred", "cut", "nothing"]
    assert "| cut | 2 of 2" in rows["cut"]
    assert "| blurred | 1 of 1" in rows["blurred"]
    assert "| nothing | 1 of 1" in rows["nothing"]


def test_each_witness_of_a_kind_of_sheet_is_held_to_what_it_states(case: Case) -> None:
    false = replace(case, values={name: value + 1 for name, value in case.values.items()})
    rows = [row for row in witnesses([case] * 19 + [false]) if "| bubbles |" in row]
    counts = witnessed([case])["bubbles"]
    assert counts.numbers == counts.likely == 3
    assert rows == [row for row in rows if "| 57 of 60 (95.0 %; 86.3 to 98.3) | 3 of 60 (5.00 %" in row]
    assert len(rows) == 1
    assert len(list(witnesses([case] * 19))) == 2  # too few to be told apart: the heading alone


def test_what_is_accepted_wrongly_stands_in_every_table_with_its_bound(case: Case) -> None:
    false = replace(case, values={name: value + 1 for name, value in case.values.items()})
    accepted = decided([false]).wrong_accepted
    assert accepted == decided([case]).accepted > 0
    for rows in (sheets([false]), parts([false]), overview([false])):
        assert f"{accepted} of {accepted}, at most 100.00 %" in "\n".join(rows)


def test_a_report_is_false_only_where_nothing_is_known_to_differ(case: Case) -> None:
    known = replace(case, differing=frozenset(case.values))
    assert decided([case]).agreeing == 3
    assert decided([known]).agreeing == 0


def test_a_witness_that_says_another_number_surely_is_counted_as_wrong(case: Case) -> None:
    said = witnessed([case])["bubbles"]
    assert (said.numbers, said.right, said.sure_wrong, said.contradicting) == (3, 3, 0, 0)
    false = witnessed([replace(case, values={name: value + 1 for name, value in case.values.items()})])["bubbles"]
    assert (false.right, false.contradicting) == (0, 3)
    assert false.sure_wrong == said.sure > 0


def test_simulated_pages_stand_beside_the_real_ones(case: Case, reader: Reader) -> None:
    form = reader.forms["c-hasil-ppwp-2024"]
    drawn = list(simulated_cases(form, reader, count=1, difficulty="easy", seed=3, jobs=1))
    assert [one.sheet for one in drawn] == [f"{form.id} {number}" for number in (1, 2, 3)]
    assert all(one.found and one.part is None for one in drawn)
    table = list(gap([case], {"simulated, easy": drawn}))
    assert table[0] == "| | real | simulated, easy |"
    assert len({line.count("|") for line in table}) == 1
    assert any(line.startswith("| words: contradicts a right number") for line in table)


def test_captures_are_told_by_what_is_said_of_them() -> None:
    def told(capture: str, *quality: str) -> str:
        truth = {"capture": capture, "quality": list(quality)}
        return capture_of(RealPage(Path("x.jpg"), "c-hasil-ppwp-2024", 2, Part.TEST, truth))

    assert told("scan") == SCAN
    assert told("photo of screen") == told("photo", "moire of a screen") == SCREEN
    assert told("photo, cut to the right part of the vote table") == CUT
    assert told("CamScanner photo") == PHOTO


def test_only_the_marked_table_of_a_document_changes() -> None:
    text = f"# A\n{BEGIN}\nold\n{END}\nrest\n"
    assert put_into(text, ["| new |"]) == f"# A\n{BEGIN}\n| new |\n{END}\nrest\n"
    assert put_into("no marks\n", ["| new |"]) == "no marks\n"
    assert put_into(f"half {BEGIN}\n", ["| new |"]) == f"half {BEGIN}\n"


def test_the_command_writes_its_page_and_the_readme(own_set: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\n{END}\nafter\n", encoding="utf-8")
    assert of_folder(own_set) == (own_set, (".",))
    said: list[str] = []
    file = prove(own_set, 0, tmp_path / "proof", readme, 1, said.append)
    text = file.read_text(encoding="utf-8")
    assert "1 of 1" in text
    assert "digits-v" in text
    assert "none simulated" in text
    assert said == [text]  # a page of one's own is no look at the test part
    assert "3 of 3" in readme.read_text(encoding="utf-8")
    assert readme.read_text(encoding="utf-8").endswith("after\n")
