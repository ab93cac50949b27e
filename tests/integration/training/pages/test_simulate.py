import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from api.cli.simulate import simulate
from pipeline.errors import UsageError
from pipeline.forms import FormTemplate
from training.pages.scenario import value_of
from training.pages.simulate import Simulation, simulate_document, simulate_documents


def _read(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_number_of_processes_changes_nothing(form: FormTemplate, tmp_path: Path) -> None:
    settings = Simulation(form, seed=4, page=3, long_side=700)
    assert simulate_documents(settings, 3, tmp_path / "one", jobs=1) == 3
    simulate_documents(settings, 3, tmp_path / "two", jobs=2)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_truth_is_what_the_scorer_reads(form: FormTemplate, tmp_path: Path) -> None:
    simulate_documents(Simulation(form, seed=1, long_side=800, officer_errors=1.0), 2, tmp_path)
    lines = _read(tmp_path)
    assert [line["page"] for line in lines] == [1, 2, 3, 1, 2, 3]
    assert len({line["file"].split("-")[0] for line in lines}) == 2
    assert any("arith_errors" in line for line in lines)
    for line in lines:
        assert (tmp_path / line["file"]).is_file()
        assert line["file"].startswith("00")
        assert len(line["file"].split("-")[0]) == 13
        assert line["form"] == form.id
        names = [field.name for field in form.page(line["page"]).numbers]
        assert list(line["fields"]) == list(line["values"]) == names
        assert all(line["values"][name] == value_of(line["fields"][name]) for name in names)


def test_one_page_alone_is_the_same_page(form: FormTemplate) -> None:
    whole = simulate_document(Simulation(form, seed=2, long_side=700), 6)
    alone = simulate_document(Simulation(form, seed=2, long_side=700, page=2), 6)
    assert alone == [whole[1]]


def test_another_form_is_simulated_without_special_knowledge(form: FormTemplate) -> None:
    page = form.page(3).model_copy(update={"number": 1, "tag": None, "corners": None})
    renamed = tuple(field.model_copy(update={"name": f"angka_{i}"}) for i, field in enumerate(page.numbers))
    other = form.model_copy(
        update={"id": "lain", "pages": (page.model_copy(update={"numbers": renamed}),), "rules": ()}
    )
    (only,) = simulate_document(Simulation(other, difficulty="scan", long_side=900), 0)
    assert only.truth["capture"] == "scan"
    assert list(only.truth["values"]) == [field.name for field in renamed]


def test_the_command_takes_a_family_for_its_first_variant(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command("simulate")(simulate)
    family = ["--form", "c-hasil-kwk-walikota-2024", "--count", "1", "--page", "2", "--long-side", "600", "--jobs", "1"]
    result = CliRunner().invoke(app, [*family, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    (line,) = _read(tmp_path)
    assert line["form"] == "c-hasil-kwk-walikota-2024-pairs-2"
    assert list(line["values"]) == ["paslon_1", "paslon_2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"difficulty": "odd"},
        {"page": 4},
        {"long_side": 10},
        {"officer_errors": 1.5},
        {"seed": -1},
        {"corrections": -0.1},
    ],
)
def test_wrong_settings_are_refused(form: FormTemplate, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        Simulation(form, **wrong)
    assert raised.value.code == "simulation_option"


def test_a_used_folder_is_left_alone(form: FormTemplate, tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text("mine")
    with pytest.raises(UsageError) as raised:
        simulate_documents(Simulation(form), 1, tmp_path)
    assert raised.value.code == "simulation_folder"
    assert (tmp_path / "truth.jsonl").read_text() == "mine"


def test_the_command_writes_documents(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command("simulate")(simulate)
    options = [
        "--form",
        "c-hasil-ppwp-2024",
        "--count",
        "1",
        "--page",
        "1",
        "--long-side",
        "600",
        "--out",
        str(tmp_path),
    ]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 0, result.output
    assert len(_read(tmp_path)) == 1
