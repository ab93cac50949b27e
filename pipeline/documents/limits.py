"""How much one file may ask of the machine; every limit is quoted in the error that its breaking gives."""

from dataclasses import dataclass

from pipeline.documents.budget import Budget

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits under which files are opened. All of them are checked before pixels are decoded.

    Attributes:
        max_file_bytes: Size of one image or PDF, in bytes; a ZIP member counts unpacked.
        max_pixels: Pixels of one page (width x height).
        max_decoded_bytes: Memory that the decoder of one picture may take, in bytes; kinds of files differ by what they
            need for a pixel, so that some may have fewer than `max_pixels`.
        max_side: Width or height of one page, in pixels.
        max_pages_per_file: Pages of one PDF or TIFF.
        max_jpeg_scans: Scans of one progressive JPEG; each scan costs a full pass over the picture.
        max_zip_members: Files in one ZIP.
        max_zip_total_bytes: Size of one ZIP, packed and unpacked, in bytes.
        max_zip_ratio: Unpacked size over packed size of one ZIP member larger than a MiB.
        max_zip_depth: How deep ZIPs may be nested; 1 is a ZIP without ZIPs inside.
        pdf_dpi: Resolution at which a PDF page without a full-page picture is rendered.
        pdf_long_side: Longest side of a rendered PDF page, or of the picture on it, in pixels; wins over `pdf_dpi`.
        pdf_pixels: Pixels of a rendered PDF page on which a finer picture lies.
        poppler_seconds: Time that the tools of poppler may take to list one PDF, all together, and again to render one
            page of it, all its sizes together, in seconds.
        poppler_page_seconds: By how much each page of a PDF lengthens what all its pages together may take, in seconds.
        poppler_bytes: Memory that one poppler tool may take, in bytes (where the system can limit it).
        budget: Time of the tools of poppler over everything that is opened under these limits; None where nobody waits.

    """

    max_file_bytes: int = 64 * MIB
    max_pixels: int = 120_000_000
    max_decoded_bytes: int = 768 * MIB
    max_side: int = 30_000
    max_pages_per_file: int = 200
    max_jpeg_scans: int = 200
    max_zip_members: int = 2_000
    max_zip_total_bytes: int = 1024 * MIB
    max_zip_ratio: int = 200
    max_zip_depth: int = 1
    pdf_dpi: int = 200
    pdf_long_side: int = 4_000
    pdf_pixels: int = 60_000_000
    poppler_seconds: float = 20
    poppler_page_seconds: float = 3
    poppler_bytes: int = 1024 * MIB
    budget: Budget | None = None


DEFAULT_LIMITS = Limits()
