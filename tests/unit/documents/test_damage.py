"""Property: whatever happens to a file's bytes, it gives pages or codes, never another exception."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from pipeline.documents import open_documents
from pipeline.texts import messages
from tests.support import samples


def _pdf() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(samples.scan_pdf(samples.jpeg())))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


WHOLE = {
    "jpeg": samples.jpeg(exif=samples.exif(6)),
    "progressive jpeg": samples.jpeg(progressive=True),
    "png": samples.encode("PNG", exif=samples.exif(6)),
    "tiff": samples.encode("TIFF"),
    "tiff lzw": samples.encode("TIFF", compression="tiff_lzw"),
    "bigtiff": samples.encode("TIFF", big_tiff=True),
    "webp": samples.encode("WEBP", exif=samples.exif(6)),
    "bmp": samples.encode("BMP"),
    "heic": samples.heif(),
    "zip": samples.zipped({"a.jpg": samples.jpeg(8, 8), "b.png": samples.encode("PNG", samples.picture(8, 8))}),
    "pdf": _pdf(),
}


@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_bytes_give_pages_or_codes(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[kind])
    # Headers are short and pixels are long, so half of the damage is aimed at the first bytes.
    place = st.integers(0, 200) | st.integers(0, len(damaged) - 1)
    for at, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=6)):
        damaged[min(at, len(damaged) - 1)] = value
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    for document in open_documents([("damaged", bytes(damaged))]):
        assert document.pages
        for code in samples.codes(document):
            assert code is None or code in messages()
