"""Folders and ZIPs are walked in order, lazily, and what is no page is passed over."""

import hashlib
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from pipeline.documents import Limits, Page, open_documents
from pipeline.documents.origins import FileOrigin
from tests.support import samples


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(samples.jpeg())


def test_folder_is_walked_in_sorted_order_and_only_pages_are_opened(tmp_path: Path) -> None:
    write(tmp_path, "b/2.jpg", "b/1.jpg", "a/z.jpg", "c.JPG", ".hidden.jpg", ".cache/x.jpg", "__MACOSX/._a.jpg")
    for name in ("Thumbs.db", "notes.txt", "tally.csv", "r.json", "readme.md", "r.xml", "index.html"):
        (tmp_path / name).write_text("not a page")
    documents = list(open_documents([tmp_path]))
    assert [document.name for document in documents] == ["z", "1", "2", "c"]
    assert documents[0].pages[0].source.name == f"{tmp_path.as_posix()}/a/z.jpg"


def test_archive_in_a_folder(tmp_path: Path) -> None:
    members = {"tps/1.jpg": samples.jpeg(), "__MACOSX/tps/._1.jpg": b"x", "tps/": b"", "notes.txt": b"x"}
    (tmp_path / "scans.zip").write_bytes(samples.zipped(members))
    page = samples.only_page(list(open_documents([tmp_path])))
    assert page.source.name == f"{tmp_path.as_posix()}/scans.zip/tps/1.jpg"
    assert page.source.sha256 == hashlib.sha256(samples.jpeg()).hexdigest()
    assert page.grey().shape == (64, 96)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_as_they_were_packed(method: int) -> None:
    archive = samples.zipped({"a.jpg": samples.jpeg()}, method)
    assert samples.only_page(list(open_documents([("a.zip", archive)]))).encoded() == samples.jpeg()


def test_archive_in_an_archive_if_the_limits_allow() -> None:
    archive = samples.zipped({"in.zip": samples.zipped({"a.jpg": samples.jpeg()})})
    page = samples.only_page(list(open_documents([("out.zip", archive)], Limits(max_zip_depth=2))))
    assert page.source.name == "out.zip/in.zip/a.jpg"
    assert page.encoded() == samples.jpeg()


def test_encrypted_member_does_not_cost_the_others() -> None:
    data = bytearray(samples.zipped({"a.jpg": samples.jpeg(), "b.jpg": samples.jpeg()}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    first, second = open_documents([("a.zip", bytes(data))])
    assert (samples.codes(first), samples.codes(second)) == (["archive_encrypted"], [None])


def test_files_are_read_only_when_their_document_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    read: list[str] = []
    real = FileOrigin.read

    def noting(self: FileOrigin, limit: int) -> bytes:
        read.append(self.path.name)
        return real(self, limit)

    monkeypatch.setattr(FileOrigin, "read", noting)
    documents = open_documents([tmp_path])
    next(documents)
    assert read == ["1.jpg"]
    next(documents)
    assert read == ["1.jpg", "2.jpg"]


def test_a_large_folder_is_not_held_in_memory(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.jpg").write_bytes(samples.jpeg() + bytes(1 << 20))
    tracemalloc.start()
    documents = list(open_documents([tmp_path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(documents) == 100
    assert peak < 10 << 20


def test_upload_names_cannot_lead_outside() -> None:
    (document,) = open_documents([("../../etc/passwd.jpg", samples.jpeg())])
    assert document.name == "passwd"


def test_inputs_of_all_sorts_in_one_call(tmp_path: Path) -> None:
    write(tmp_path, "folder/a.jpg", "b.jpg")
    inputs: list[Path | tuple[str, bytes]] = [tmp_path / "folder", tmp_path / "b.jpg", ("c.png", samples.encode("PNG"))]
    documents = list(open_documents(inputs))
    assert [document.name for document in documents] == ["a", "b", "c"]
    assert all(isinstance(document.pages[0], Page) for document in documents)


def test_nothing_given_gives_nothing() -> None:
    assert list(open_documents([])) == []
