"""Which files make one document, and what it is called."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Page, open_documents
from pipeline.documents.grouping import split_page_suffix
from tests.support import samples

TABLE = [
    ("6472061004021-p1", "6472061004021", 1),
    ("6472061004021_p2", "6472061004021", 2),
    ("6472061004021-hal3", "6472061004021", 3),
    ("TPS 01_hal 3", "TPS 01", 3),
    ("TPS 01 halaman 12", "TPS 01", 12),
    ("tps-halaman-3", "tps", 3),
    ("tps-page2", "tps", 2),
    ("tps.P02", "tps", 2),
    ("tps__HAL__007", "tps", 7),
    ("a-p1-p2", "a-p1", 2),
    ("tps-p999", "tps", 999),
    ("tps-p1000", "tps-p1000", None),
    ("tps-p0", "tps-p0", None),
    ("tps-000", "tps-000", None),
    ("tps1", "tps1", None),
    ("tps_2", "tps_2", None),
    ("tpsp2", "tpsp2", None),
    ("-p1", "-p1", None),
    ("p1", "p1", None),
    ("--p1", "--p1", None),
    ("hal-3", "hal-3", None),
    ("tps-p²", "tps-p²", None),
    ("", "", None),
]


@pytest.mark.parametrize(("stem", "name", "page"), TABLE)
def test_page_suffix(stem: str, name: str, page: int | None) -> None:
    assert split_page_suffix(stem) == (name, page)


@given(st.text(max_size=30))
def test_any_name_is_split_into_something_that_is_not_empty(stem: str) -> None:
    name, page = split_page_suffix(stem)
    assert bool(name) == bool(stem)
    assert page is None or 1 <= page <= 999


def listed(*names: str) -> dict[str, list[str]]:
    """Open JPEGs of these names as uploads, and list the files of each document."""
    documents = open_documents([(name, samples.jpeg(8, 8)) for name in names])
    return {document.name: [page.source.name for page in document.pages] for document in documents}


def test_pages_come_by_number_not_by_name() -> None:
    assert listed("t-p10.jpg", "t-p2.jpg", "t_hal1.png") == {"t": ["t_hal1.png", "t-p2.jpg", "t-p10.jpg"]}


def test_images_without_page_number_are_documents_of_their_own() -> None:
    assert listed("a.jpg", "b.jpg") == {"a": ["a.jpg"], "b": ["b.jpg"]}


def test_same_stem_in_other_folders_is_another_document() -> None:
    found = listed("x/t-p1.jpg", "x/t-p2.jpg", "y/t-p1.jpg", "z/other.jpg")
    assert found == {"x/t": ["x/t-p1.jpg", "x/t-p2.jpg"], "y/t": ["y/t-p1.jpg"], "other": ["z/other.jpg"]}


def test_folder_names_are_added_only_as_far_as_needed() -> None:
    assert list(listed("k/1/a.jpg", "k/2/a.jpg", "m/2/a.jpg")) == ["1/a", "k/2/a", "m/2/a"]


def test_same_stem_of_another_type_is_told_apart_by_extension() -> None:
    assert list(listed("a.jpg", "a.png", "a-p2.jpg")) == ["a.jpg", "a.png", "a"]


def test_uploads_of_the_same_name_are_numbered() -> None:
    assert list(listed("image.jpg", "image.jpg", "image.jpg")) == ["image.jpg", "image.jpg#2", "image.jpg#3"]


def test_accents_composed_and_decomposed_are_the_same_name() -> None:
    assert list(listed("caf\u00e9-p1.jpg", "cafe\u0301-p2.jpg")) == ["caf\u00e9"]


def test_pdf_is_a_document_by_itself() -> None:
    data = samples.scan_pdf(samples.jpeg())
    documents = list(open_documents([("t-p1.jpg", samples.jpeg()), ("t-p2.pdf", data)]))
    assert [document.name for document in documents] == ["t", "t-p2"]


def test_same_stem_in_two_archives_is_two_documents() -> None:
    archive = samples.zipped({"t-p1.jpg": samples.jpeg()})
    names = [document.name for document in open_documents([("a.zip", archive), ("b.zip", archive)])]
    assert names == ["a.zip/t", "b.zip/t"]
    twice = [document.name for document in open_documents([("a.zip", archive), ("a.zip", archive)])]
    assert len(set(twice)) == 2


def test_bad_page_keeps_its_place_in_its_document() -> None:
    files = [("t-p1.jpg", samples.jpeg()), ("t-p2.jpg", b"no picture"), ("t-p3.jpg", samples.jpeg())]
    (document,) = open_documents(files)
    assert samples.codes(document) == [None, "file_type_unsupported", None]
    assert {page.document for page in document.pages} == {"t"}


def test_files_named_one_by_one_are_put_together(tmp_path: Path) -> None:
    paths = [tmp_path / "t-p2.jpg", tmp_path / "t-p1.jpg", tmp_path / "t-p1.jpg"]
    for path in paths:
        path.write_bytes(samples.jpeg())
    (document,) = open_documents(paths)
    assert [page.source.name for page in document.pages] == [str(tmp_path / "t-p1.jpg"), str(tmp_path / "t-p2.jpg")]
    assert all(isinstance(page, Page) for page in document.pages)
