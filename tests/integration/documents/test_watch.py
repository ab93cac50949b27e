"""A watched folder: only what has settled, moved with a receipt, never twice, across restarts."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.core.context import Records
from api.db.tables import Document, Page
from api.documents import watch_folder as watching
from api.documents.watch_folder import RECEIPT, FolderWatcher, Handled, check_folders
from api.people.accounts import create_person
from api.people.roles import Role
from api.verification.verify import verify
from pipeline.errors import UsageError
from tests.support.command import chasil
from tests.support.processes import distinct_pages
from tests.support.stations import list_stations


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True)
class Scene:
    """A watched folder and its clock."""

    watch: FolderWatcher
    clock: Clock

    def put(self, name: str, data: bytes) -> Path:
        path = self.watch.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def look(self, later: float = 10.0) -> list[Handled]:
        self.clock.seconds += later
        return list(self.watch.look())

    def pages(self) -> int:
        with self.watch.records.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Page)) or 0


@pytest.fixture
def scene(records: Records, tmp_path: Path) -> Scene:
    folder, clock = tmp_path / "in", Clock()
    list_stations(records.database, "0024010001002", *(name[:13] for name, _ in distinct_pages(2)))
    folder.mkdir()
    return Scene(FolderWatcher(records, folder, tmp_path / "done", tmp_path / "failed", 5.0, clock=clock), clock)


def test_a_file_is_kept_once_it_has_settled_and_not_before(scene: Scene) -> None:
    (name, data), *_ = distinct_pages(1)
    path = scene.put(name, data[:1000])
    assert scene.look() == []
    path.write_bytes(data)  # more of it arrives
    assert scene.look() == []
    assert scene.look(3) == []
    (handled,) = scene.look(3)
    assert handled.kept
    assert handled.moved_to == scene.watch.done / name
    assert handled.moved_to.read_bytes() == data
    assert not path.exists()
    said = json.loads((scene.watch.done / (name + RECEIPT)).read_text())
    assert [(file["name"], file["outcome"], file["station"]) for file in said["files"]] == [(name, "stored", name[:13])]
    assert scene.pages() == 1
    assert scene.look() == []


def test_what_cannot_be_kept_goes_to_the_other_folder_and_says_why(scene: Scene) -> None:
    scene.put("notes.txt", b"no form")
    scene.look()
    (handled,) = scene.look()
    assert not handled.kept
    assert handled.moved_to == scene.watch.failed / "notes.txt"
    said = json.loads((scene.watch.failed / ("notes.txt" + RECEIPT)).read_text())
    assert said["files"][0]["reasons"][0]["code"] == "file_type_unsupported"


def test_the_station_may_stand_in_the_name_of_a_folder(scene: Scene, records: Records) -> None:
    scene.put("0024010001002/scan.jpg", distinct_pages(1)[0][1])
    scene.look()
    (handled,) = scene.look()
    assert handled.moved_to == scene.watch.done / "0024010001002" / "scan.jpg"
    with records.database.reading() as session:
        assert session.scalars(select(Document.station)).all() == ["0024010001002"]


def test_a_name_without_station_fails_where_it_must_have_one(scene: Scene) -> None:
    scene.watch.need_station = True
    scene.put("scan.jpg", distinct_pages(1)[0][1])
    scene.look()
    (handled,) = scene.look()
    assert [reason.code for receipt in handled.receipts for reason in receipt.reasons] == ["station_missing"]
    assert scene.pages() == 0


def test_unfinished_hidden_and_empty_files_are_passed_over(scene: Scene) -> None:
    for name, data in (("a.jpg.part", b"x"), (".hidden", b"x"), ("~lock.pdf", b"x"), ("b.jpg", b"")):
        scene.put(name, data)
    scene.look()
    assert scene.look() == []
    assert scene.watch.waiting == 0


def test_what_was_interrupted_before_the_move_is_moved_by_the_next_and_kept_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name, data), *_ = distinct_pages(1)
    scene.put(name, data)

    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    scene.look()
    with monkeypatch.context() as broken:
        broken.setattr(watching, "move", fall)
        with pytest.raises(KeyboardInterrupt):
            scene.look()
    after = FolderWatcher(
        scene.watch.records, scene.watch.folder, scene.watch.done, scene.watch.failed, clock=scene.clock
    )
    again = Scene(after, scene.clock)
    again.look()
    (handled,) = again.look()
    assert (handled.kept, handled.receipts[0].outcome) == (True, "known")
    assert scene.pages() == 1


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten(scene: Scene) -> None:
    for _, data in distinct_pages(2):
        scene.put("0024010001002-p1.jpg", data)
        scene.look()
        scene.look()
    names = sorted(path.name for path in scene.watch.done.glob("*.jpg"))
    assert names == ["0024010001002-p1 (2).jpg", "0024010001002-p1.jpg"]
    assert scene.pages() == 2


def test_a_folder_that_cannot_be_written_to_leaves_the_file_where_it_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name, data), *_ = distinct_pages(1)
    path = scene.put(name, data)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(watching, "move", full)
        scene.look()
        assert scene.look() == []
    assert path.exists()
    assert len(scene.look()) == 1


def test_a_file_goes_to_another_disk_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    (name, data), *_ = distinct_pages(1)
    scene.put(name, data)
    real = Path.rename

    def other_disk(self: Path, target: Path) -> Path:
        if self.parent == scene.watch.folder:
            raise OSError(18, os.strerror(18))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", other_disk)
    scene.look()
    (handled,) = scene.look()
    assert handled.moved_to.read_bytes() == data
    assert not list(scene.watch.folder.iterdir())


@pytest.mark.parametrize(("done", "failed"), [("in", "failed"), ("done", "done"), (".", "failed")])
def test_folders_that_would_go_in_circles_are_refused(tmp_path: Path, done: str, failed: str) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match="watch_folder"):
        check_folders(tmp_path / "in", tmp_path / done, tmp_path / failed)


def test_done_and_failed_may_lie_inside_the_folder(scene: Scene) -> None:
    scene.watch.done, scene.watch.failed = scene.watch.folder / "done", scene.watch.folder / "failed"
    (name, data), *_ = distinct_pages(1)
    scene.put(name, data)
    scene.look()
    assert len(scene.look()) == 1
    scene.look()
    assert scene.look() == []


@pytest.mark.parametrize(("refused", "code"), [(False, 0), (True, 4)])
def test_the_command_leaves_with_a_code_where_a_file_was_refused(
    refused: bool,
    code: int,
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path / "home"))
    folder, done, failed = (tmp_path / name for name in ("in", "done", "failed"))
    for one in (folder, done, failed):
        one.mkdir()
    shutil.copy(samples / "0024010001002-p2.jpg", folder)
    if refused:
        (folder / "0024010001002-p3.jpg").write_bytes(b"no picture at all")
    run = chasil(capsys, "watch", folder, "--done", done, "--failed", failed, "--once", "--settled", 0, "--every", 0.1)
    assert run.code == code
    assert len(list(done.glob("*.jpg"))) == 1


def test_what_a_watched_folder_brings_is_allowed_where_there_are_accounts(scene: Scene) -> None:
    """Nobody logs in there: whoever may run commands on the machine has brought it, and the record verifies."""
    with scene.watch.records.database.writing() as session:
        create_person(session, "local", "agus", [Role.ADMIN])
    (name, data), *_ = distinct_pages(1)
    scene.put(name, data)
    scene.look()
    scene.clock.seconds += 10
    (handled,) = scene.look()
    assert handled.kept
    assert [reason.text("en") for reason in verify(scene.watch.records)] == []
