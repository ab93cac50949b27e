"""Nothing in a watched folder stops the watch: neither what a file is called nor what is in it or was kept of it."""

from pathlib import Path

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError

from api.core.context import Records
from api.core.originals import OriginalError, Originals, open_originals
from api.documents import watch_folder
from api.documents.receive import receive as receive_files
from api.documents.watch_folder import FolderWatcher
from tests.support.samples import jpeg, zipped

NAMES = [
    "[/x].jpg",
    "[bold]x[/bold].jpg",
    "[link=x.example]y.jpg",
    ":warning:.jpg",
    "a\x1b[31mb.jpg",
    "a\u202eb.jpg",
]


def watched(records: Records, tmp_path: Path) -> FolderWatcher:
    folder = tmp_path / "in"
    folder.mkdir()
    return FolderWatcher(records, folder, tmp_path / "done", tmp_path / "failed", 0)


def test_a_damaged_original_is_mended_by_the_same_bytes_and_stops_nothing(records: Records, tmp_path: Path) -> None:
    watch = watched(records, tmp_path)
    first = records.originals.keep(jpeg())
    kept = next(path for path in (tmp_path / "originals").rglob(first) if path.is_file())
    kept.write_bytes(kept.read_bytes()[:100])
    for name, data in {"a.jpg": jpeg(), "b.jpg": jpeg(64, 48)}.items():
        (watch.folder / name).write_bytes(data)
    assert list(watch.look()) == []
    assert [handled.kept for handled in watch.look()] == [True, True]
    assert records.originals.fetch(first) == jpeg()


@pytest.mark.parametrize("error", [RuntimeError("a defect"), OriginalError("original_changed", sha256="0", seen="1")])
def test_a_file_that_brings_its_reader_down_is_refused_and_the_others_are_kept(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    watch, real = watched(records, tmp_path), receive_files

    def receive(of: Records, uploads: list[tuple[str, bytes]], *more: object) -> object:
        if uploads[0][0] == "a.jpg":
            raise error
        return real(of, uploads, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(watch_folder, "receive", receive)
    for name in ("a.jpg", "b.jpg"):
        (watch.folder / name).write_bytes(jpeg(64, len(name) + ord(name[0])))
    list(watch.look())
    handled = {one.file.name: one for one in watch.look()}
    assert (handled["a.jpg"].kept, handled["b.jpg"].kept) == (False, True)
    assert handled["a.jpg"].receipts[0].reasons[0].code in ("file_failed", "original_changed")
    assert (tmp_path / "failed" / "a.jpg").exists()


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception()), InterfaceError("", {}, Exception())])
def test_a_database_that_is_away_is_no_fault_of_a_file(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from api.cli.console import terminal  # noqa: PLC0415
    from api.cli.watch import _looked  # noqa: PLC0415

    watch = watched(records, tmp_path)
    (watch.folder / "a.jpg").write_bytes(jpeg())
    list(watch.look())

    def away(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(watch_folder, "receive", away)
        assert _looked(watch, terminal()) == []
    assert [handled.kept for handled in _looked(watch, terminal())] == [True]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is(
    records: Records, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.cli.console import terminal  # noqa: PLC0415
    from api.cli.watch import _print  # noqa: PLC0415
    from api.core.language import Language  # noqa: PLC0415

    watch = watched(records, tmp_path)
    (watch.folder / "a.zip").write_bytes(zipped({name: jpeg(), f"x{name}": b"no picture"}))
    list(watch.look())
    for handled in watch.look():
        _print(terminal(), handled, Language.INDONESIAN)
    shown = capsys.readouterr().out.replace("\n", "")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e") in shown.replace(" ", "") or "\\" in shown


def test_a_store_does_not_pass_a_damaged_copy_for_a_good_one(tmp_path: Path) -> None:
    store: Originals = open_originals(str(tmp_path))
    sha256 = store.keep(b"whole")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    for damage in (b"", b"whol", b"other"):
        path.write_bytes(damage)
        with pytest.raises(OriginalError, match="original_changed"):
            store.fetch(sha256)
        assert store.keep(b"whole") == sha256
        assert store.fetch(sha256) == b"whole"
