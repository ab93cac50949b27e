"""Every broken input ends in a clear result with a stable code, soon, and the rest of the batch is still read."""

import os
import time
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from pipeline.documents import Limits, Page, RejectedPage, open_documents
from tests.support import samples
from tests.support.broken import BROKEN, Broken


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_broken_input_gives_its_code_soon_and_without_much_memory(broken: Broken) -> None:
    data = broken.build()
    tracemalloc.start()
    start = time.perf_counter()
    documents = list(open_documents([(broken.filename, data)]))
    found = [code for document in documents for code in samples.codes(document)]
    elapsed = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert set(found) == {broken.code}
    assert elapsed < 5
    assert peak < 100 << 20


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_reason_says_something_in_both_languages_and_names_the_file(broken: Broken) -> None:
    for document in open_documents([(broken.filename, broken.build())]):
        for page in document.pages:
            if isinstance(page, RejectedPage):
                assert broken.filename in page.reason.text("en")
                assert page.reason.text("id") != page.reason.text("en")
                assert page.source.name.startswith(broken.filename)


def test_there_are_enough_distinct_broken_inputs() -> None:
    assert len({broken.name for broken in BROKEN}) == len(BROKEN) >= 50
    assert max(Counter(broken.filename for broken in BROKEN).values()) == 1


def test_good_pages_among_all_the_broken_ones_are_read(tmp_path: Path) -> None:
    for broken in BROKEN:
        (tmp_path / broken.filename).write_bytes(broken.build())
    (tmp_path / "good.jpg").write_bytes(samples.jpeg())
    (tmp_path / "mixed.zip").write_bytes(samples.zipped({"bad.jpg": b"no", "also-good.png": samples.encode("PNG")}))
    readable = [document.name for document in open_documents([tmp_path]) if samples.codes(document) == [None]]
    assert sorted(readable) == ["also-good", "good"]


def test_missing_file_is_a_rejected_page_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(samples.jpeg())
    missing, good = open_documents([tmp_path / "nowhere.jpg", tmp_path / "a.jpg"])
    assert (missing.name, samples.codes(missing)) == ("nowhere", ["file_missing"])
    assert samples.codes(good) == [None]


@pytest.mark.parametrize("name", ["a" * 5000 + ".jpg", "nul\0.jpg", "file.jpg/inner.jpg", ""])
def test_impossible_path_is_a_rejected_page(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.jpg").write_bytes(samples.jpeg())
    (document,) = open_documents([tmp_path / "none" / name])
    assert samples.codes(document)[0] in ("file_missing", "file_unreadable")


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests may run as a user to whom no file is closed, so the refusal is simulated.
    path = tmp_path / "closed.jpg"
    path.write_bytes(samples.jpeg())

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    (document,) = open_documents([path])
    assert samples.codes(document) == ["file_unreadable"]
    assert "Permission denied" in document.pages[0].reason.text()  # type: ignore[union-attr]


def test_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "good.jpg").write_bytes(samples.jpeg())
    listing = Path.iterdir

    def refuse(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    documents = list(open_documents([tmp_path]))
    assert [samples.codes(document) for document in documents] == [["file_unreadable"], [None]]


def test_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (document,) = open_documents([tmp_path])
    assert samples.codes(document) == ["file_unreadable"]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.jpg").write_bytes(samples.jpeg())
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    found = {document.name: samples.codes(document) for document in open_documents([tmp_path])}
    assert found["a"] == [None]
    assert found["dangling"] == ["file_missing"]
    assert found["self"][0] in ("file_unreadable", "file_missing")
    assert len(found) == 3


def test_empty_folder_and_folder_of_texts(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "notes.txt").write_text("x")
    (document,) = open_documents([tmp_path])
    assert (document.name, samples.codes(document)) == (tmp_path.name, ["nothing_to_read"])


def test_text_named_directly_is_rejected_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Catatan")
    (document,) = open_documents([tmp_path / "notes.txt"])
    assert samples.codes(document) == ["file_type_unsupported"]


@pytest.mark.parametrize(
    "name", ["a\nb.jpg", "\x1b[31mred.jpg", "日本 ñandú.jpg", "a" * 200 + ".jpg", "-rf.jpg", "%s{0}.jpg"]
)
def test_odd_names_are_read_and_safe_to_print(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(samples.jpeg())
    page = samples.only_page(list(open_documents([tmp_path])))
    assert page.grey().shape == (64, 96)
    assert page.source.name.isprintable()
    assert page.document.isprintable()


def test_name_that_is_no_utf8(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.jpg")).write_bytes(samples.jpeg())
    page = samples.only_page(list(open_documents([tmp_path])))
    assert page.source.name.encode().endswith(rb"\xff\xfe.jpg")


def test_file_that_changes_after_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg())
    (document,) = open_documents([path])
    path.write_bytes(samples.jpeg(48, 48))
    assert samples.codes(document) == ["file_changed"]
    path.unlink()
    assert samples.codes(document) == ["file_missing"]


def test_file_over_the_limit_says_how_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(samples.jpeg() + bytes(3 << 20))
    (document,) = open_documents([path], Limits(max_file_bytes=1 << 20))
    (page,) = document.pages
    assert isinstance(page, RejectedPage)
    assert page.reason.code == "file_too_large"
    assert " 3 MiB" in page.reason.text()
    assert " 1 MiB" in page.reason.text()


@pytest.mark.parametrize(
    "exif",
    [
        pytest.param(b"Exif\0\0" + b"\xff" * 200, id="garbage"),
        pytest.param(b"Exif\0\0II*\0\xff\xff\xff\xff", id="leads outside"),
        pytest.param(b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", id="claims 65535 entries"),
        pytest.param(samples.exif(99), id="orientation 99"),
        pytest.param(samples.exif(1, bytes(65_000)), id="65 kB"),
        pytest.param(b"Exif\0\0", id="empty"),
    ],
)
def test_damaged_exif_does_not_cost_the_page(exif: bytes) -> None:
    page = samples.only_page(list(open_documents([("a.jpg", samples.jpeg(exif=exif))])))
    assert page.grey().shape == (64, 96)


def test_data_behind_the_end_of_a_jpeg_does_no_harm() -> None:
    page = samples.only_page(list(open_documents([("a.jpg", samples.jpeg() + b"maker's own data" * 500)])))
    assert isinstance(page, Page)
    assert page.grey().shape == (64, 96)


def test_names_inside_an_archive_lead_nowhere() -> None:
    archive = samples.zipped(
        {"../../up.jpg": samples.jpeg(), "/root.jpg": samples.jpeg(), "C:\\x\\win.jpg": samples.jpeg()}
    )
    names = [document.pages[0].source.name for document in open_documents([("a.zip", archive)])]
    assert sorted(names) == ["a.zip/root.jpg", "a.zip/up.jpg", "a.zip/x/win.jpg"]
