"""Corrections become a data set, tests and samples left out, and a training run with it starts."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from sqlalchemy import select

from api.core.context import Records
from api.db.states import AnswerKind, NumberState
from api.db.tables import Document, Number
from api.desk.corrections import COLUMNS, export_corrections
from api.desk.gold import add_gold
from api.documents.answer import Answer
from api.documents.decide_number import decide_number
from api.documents.receive import Delivery, receive
from api.sampling.draw import draw_audit
from api.workers.worker import Worker
from models.package import CLASSES
from pipeline.documents import Limits
from pipeline.reader import Reader
from training.datasets.sets import CropFolder, join

STATION = "0024010001002"


@pytest.fixture
def decided(records: Records, reader: Reader, samples: Path) -> Records:
    """Return a service in which people decided three numbers of a page."""
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob(f"{STATION}-p2.jpg"))]
    receive(records, files, Delivery("ani", station_from_name=True), Limits())
    Worker(records, reader, "test").drain()
    for field, boxes in (("paslon_1", None), ("paslon_2", "X-7"), ("paslon_3", None)):
        with records.database.writing() as session:
            number = session.scalars(select(Number).where(Number.field == field)).one()
            answer = Answer(AnswerKind.CORRECT, number.version, boxes or number.boxes)
            decide_number(session, records, number.document_id, field, "budi", answer)
    return records


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_box_is_there_with_its_label_and_where_it_comes_from(decided: Records, tmp_path: Path) -> None:
    out = tmp_path / "corrections"
    assert export_corrections(decided, out) == 9
    rows = rows_of(out)
    assert tuple(rows[0]) == COLUMNS
    second = [row for row in rows if row["field"] == "paslon_2"]
    assert [row["label"] for row in second] == ["X", "dash", "7"]
    with decided.database.reading() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_2")).one()
        assert session.scalars(select(Document.id)).all() == [second[0]["block"]]
    assert {row["decision"] for row in second} == {number.decision_id}
    assert {row["reading"] for row in rows} == {number.reading_id}
    boxes = CropFolder(out, corrections=True).boxes("train")
    assert len(boxes) == 9
    assert [CLASSES[label] for label in boxes.labels[3:6]] == ["X", "-", "7"]
    assert all(min(picture.shape[:2]) >= 24 for picture in boxes.pictures)


def test_tests_samples_and_what_does_not_count_are_left_out(decided: Records, tmp_path: Path) -> None:
    with decided.database.writing() as session:
        document = session.scalars(select(Document.id)).one()
        add_gold(session, document, "paslon_1", "123", "adm", "imported")
        number = session.get_one(Number, (document, "paslon_2"))
        decide_number(session, decided, document, "paslon_2", "ani", Answer(AnswerKind.UNREADABLE, number.version))
    export_corrections(decided, tmp_path / "first")
    assert {row["field"] for row in rows_of(tmp_path / "first")} == {"paslon_3"}
    with decided.database.writing() as session:
        number = session.get_one(Number, (document, "paslon_3"))
        number.state, number.decision_id = NumberState.ACCEPTED, None
        session.flush()
        draw_audit(session, "aud", "0", 1000, 1, 0.01, 0.95)
        number = session.get_one(Number, (document, "paslon_3"))
        decide_number(
            session, decided, document, "paslon_3", "ani", Answer(AnswerKind.CONFIRM, number.version, number.boxes)
        )
    assert export_corrections(decided, tmp_path / "second") == 0


def crops(root: Path) -> None:
    """Write a few crops in seven blocks, so that every split has some."""
    rng = np.random.default_rng(1)
    rows = []
    for block in range(1, 8):
        for label in "012":
            file = f"{label}/{block}.png"
            (root / label).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(root / file), rng.integers(0, 255, (30, 30), dtype=np.uint8))
            rows.append(f"{file},{label},{block},0,")
    (root / "labels.csv").write_text("file,label,block,near_boundary,note\n" + "\n".join(rows) + "\n")


@pytest.mark.filterwarnings("ignore:.*has no meaning:UserWarning", "ignore::DeprecationWarning")
def test_a_training_run_with_them_starts(decided: Records, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    from training.digits.batches import Sources  # noqa: PLC0415
    from training.digits.config import crop_folders, load_config  # noqa: PLC0415
    from training.digits.train import run  # noqa: PLC0415

    out = tmp_path / "corrections"
    export_corrections(decided, out)
    crops(tmp_path / "data" / "digits-2024")
    file = tmp_path / "run.yaml"
    shares = {"mnist_share": 0, "writers_share": 0, "simulated_share": 0, "outliers_share": 0}
    told = {
        "name": "with-corrections",
        "network": {"design": "plain", "width": 4, "size": 28},
        "data": {"corrections": [str(out)], **shares},
        "steps": 2,
        "batch": 8,
        "warmup": 1,
        "check_every": 2,
        "workers": 0,
        "precision": "fp32",
    }
    file.write_text(yaml.safe_dump(told))
    config = load_config(file)
    folders = crop_folders(config.data, tmp_path / "data")
    assert [folder.name for folder in folders] == ["crops", "corrections-corrections"]
    boxes = join([folder.boxes("train") for folder in folders])
    assert len(boxes) == 5 * 3 + 9
    (tmp_path / "run").mkdir()
    run(config, Sources.of({"crops": boxes}), {"crops": boxes}, tmp_path / "run", resume=False, log=lambda _: None)
    assert (tmp_path / "run" / "checkpoint.pt").is_file()
