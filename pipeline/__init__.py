"""One document in, one reading out: the way of a page through the program. `reader` goes it, step by step.

    documents      bytes become pages, whatever the file                        open_documents
    search         the sheet is looked for, closer where it is small            seek
    registration   where it lies in one picture, and which page it is          SheetFinder
    extraction     every box is cut out, straightened                           cut_numbers
    recognition    the network reads each box, calibrated; then the witnesses   DigitReader, WitnessReader
    decision       boxes become numbers, numbers a document under its rules     decide_numbers, decide_document
    reading        what comes out; `packing` keeps it                           DocumentReading, PageReading

    from pipeline import Reader
    for document in Reader().read("photographs/"):
        print(document.document, document.outcome, {name: field.value for name, field in document.fields.items()})

`forms` holds the templates, `drafting` makes one of a blank form; `reasons` and `errors` say what can go wrong, and
`texts` in which words. Small things that several need: `clock`, `evidence`, `marks`, `trace`, `yaml_files`. No
database, no HTTP, no global state.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.reader import Reader
    from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading

__all__ = ["DocumentReading", "FieldReading", "Outcome", "PageReading", "Reader"]


def __getattr__(name: str) -> Any:
    """Fetch the public names when they are asked for: errors and forms must not cost OpenCV and the network."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("pipeline.reader" if name == "Reader" else "pipeline.reading"), name)
