"""A service to test: a reader that needs no model, and a client."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray

from api.core.settings import Settings
from api.http.app import create_app
from api.people.machine import MachineToken
from pipeline.decision import decide_document
from pipeline.decision.number import number_posteriors
from pipeline.documents import Document, Limits, Page, RejectedPage
from pipeline.evidence import NumberEvidence
from pipeline.forms import FormTemplate, load_forms
from pipeline.reading import DocumentReading, Evidence, FieldReading, ModelReading, Outcome, PageReading
from pipeline.reasons import Reason
from pipeline.recognition.digits import CLASSES
from tests.support.http_client import TestClient

__all__ = ["DOCUMENTS", "FORM", "FakeReader", "TestClient", "application", "client_of", "files", "serving"]

FORM = "c-hasil-ppwp-2024"
DOCUMENTS = "/api/v1/readings"


class FakeReader:
    """Reads 123 from every picture, as the second page of the form."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.forms: Mapping[str, FormTemplate] = _forms()
        self.limits = Limits()
        self._before = before

    def read_document(self, document: Document) -> DocumentReading:
        """Read a document."""
        self._before()
        return decide_document(document.name, [_page(page) for page in document.pages], self.forms, 0.999)


@cache
def _forms() -> Mapping[str, FormTemplate]:
    return load_forms()


def _marks(text: str) -> NDArray[np.float64]:
    """Return how a reader sees marks of which it is 97 % sure, (boxes, 14)."""
    rows = np.full((len(text), len(CLASSES)), 0.03 / (len(CLASSES) - 1))
    rows[range(len(text)), [CLASSES.index(mark) for mark in text]] = 0.97
    return rows


def _page(page: Page | RejectedPage) -> PageReading:
    if isinstance(page, RejectedPage):
        return PageReading(page.document, page.source, Outcome.REJECTED, reasons=(page.reason,))
    doubt = Reason("number_unsure", {"boxes": "123", "seen": 91.0, "limit": 99.9})
    region = ((10.0, 10.0), (60.0, 10.0), (60.0, 30.0), (10.0, 30.0))
    witnesses = {"digits": Evidence(123, 0.91)}
    field = FieldReading(123, "123", 0.91, Outcome.REVIEW, (doubt,), witnesses, region, (region,) * 3)
    return PageReading(
        page.document,
        page.source,
        Outcome.REVIEW,
        form=FORM,
        form_page=2,
        fields={"paslon_1": field},
        evidence={"paslon_1": NumberEvidence(number_posteriors([_marks("123")])[0])},
        model=ModelReading("fake", "0" * 64),
    )


def application(reader: FakeReader | None = None, **settings: Any) -> FastAPI:
    """Return a service around the fake reader, which remembers in a folder that goes with it."""
    told = {"parallel_readings": 2, "workers": 0, **settings}
    if "home" not in told:
        told["home"] = Path(tempfile.mkdtemp(prefix="chasil-test-"))
        atexit.register(shutil.rmtree, told["home"], ignore_errors=True)
    return create_app(reader or FakeReader(), Settings(**told))


@contextmanager
def serving(reader: FakeReader | None = None, **settings: Any) -> Iterator[TestClient]:
    """Start the service and return a client for it."""
    with client_of(application(reader, **settings)) as client:
        yield client


def client_of(app: FastAPI) -> TestClient:
    """Return a client on the same machine, of somebody who can read the machine's token.

    It is worth something while nobody has an account; afterwards such a client is a visitor like any other.
    """
    headers = {"Authorization": f"Bearer {MachineToken(app.state.home).value}"} if hasattr(app.state, "home") else {}
    return TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000), headers=headers)


def files(*named: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """Return the multipart field `files`."""
    return [("files", one) for one in named]
