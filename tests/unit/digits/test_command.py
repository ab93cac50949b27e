import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from api.cli import models as models_command
from api.cli.digits import digits, find_pictures
from api.cli.train import app as train_app
from pipeline.errors import UsageError
from pipeline.recognition.digits import CLASSES
from training.handwriting import simulate_box


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """A folder with three boxes, one of them below, and a note that is no picture."""
    (tmp_path / "below").mkdir()
    for name, label in (("a.png", "3"), ("b.jpg", "X"), ("below/c.png", "8")):
        cv2.imwrite(str(tmp_path / name), simulate_box(label, np.random.default_rng(8)))
    (tmp_path / "note.txt").write_text("a note")
    return tmp_path


def call(*arguments: str) -> Result:
    app = typer.Typer()
    app.command("digits")(digits)
    app.add_typer(train_app, name="train")
    return CliRunner().invoke(app, list(arguments))


def test_a_folder_gives_one_line_a_picture(boxes: Path) -> None:
    result = call("digits", str(boxes), "--json", "-")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["file"] for row in rows] == [str(boxes / name) for name in ("a.png", "b.jpg", "below/c.png")]
    for row in rows:
        assert list(row) == ["file", "label", "probability", "probabilities"]
        assert list(row["probabilities"]) == list(CLASSES)
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert row["probability"] == row["probabilities"][row["label"]] == max(row["probabilities"].values())


def test_what_is_no_picture_is_told_and_the_rest_is_read(boxes: Path) -> None:
    (boxes / "broken.png").write_bytes(b"broken")
    (boxes / "empty.png").write_bytes(b"")
    cv2.imwrite(str(boxes / "tiny.png"), np.zeros((3, 3), np.uint8))
    result = call("digits", str(boxes / "note.txt"), str(boxes), "--json", "-")
    rows = {Path(row["file"]).name: row for row in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 3
    assert len(rows) == 7
    for name in ("note.txt", "broken.png", "empty.png"):
        assert rows[name]["label"] is None
        assert rows[name]["error"]["code"] == "box_unreadable"
    assert rows["tiny.png"]["error"]["code"] == "box_size"
    assert rows["c.png"]["label"] is not None


def test_json_goes_into_a_file(boxes: Path) -> None:
    result = call("digits", str(boxes / "a.png"), "--json", str(boxes / "out.jsonl"))
    assert result.exit_code == 0
    assert json.loads((boxes / "out.jsonl").read_text())["file"] == str(boxes / "a.png")


def test_people_get_a_table(boxes: Path) -> None:
    result = call("digits", str(boxes))
    assert result.exit_code == 0
    shown = result.stdout.replace("\n", "")
    assert "a.png" in shown
    assert len(re.findall(r"[01]\.\d{3}", shown)) == 3  # a probability a box


@pytest.mark.parametrize("depth", ["grey", "alpha", "sixteen"])
def test_grey_transparent_and_deep_pictures_are_read(tmp_path: Path, depth: str) -> None:
    picture = simulate_box("4", np.random.default_rng(8))
    changed: dict[str, Any] = {
        "grey": picture[:, :, 1],
        "alpha": np.dstack((picture, np.full(picture.shape[:2], 255, np.uint8))),
        "sixteen": picture.astype(np.uint16) * 257,
    }
    cv2.imwrite(str(tmp_path / "box.png"), changed[depth])
    row = json.loads(call("digits", str(tmp_path), "--json", "-").stdout)
    assert row["label"] in CLASSES


def test_a_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_pictures([tmp_path / "nothing"])
    assert caught.value.code == "file_missing"


def test_training_refuses_a_missing_configuration(tmp_path: Path) -> None:
    result = call("train", str(tmp_path / "none.yaml"), "--data", str(tmp_path))
    assert isinstance(result.exception, UsageError)


def test_models_are_listed_and_shown() -> None:
    listed = CliRunner().invoke(models_command.app, ["list"])
    assert listed.exit_code == 0
    assert "*" in listed.stdout
    shown = CliRunner().invoke(models_command.app, ["show", "digits-v6"])
    assert shown.exit_code == 0
    assert '"classes": "0123456789X-_#"' in shown.stdout
