"""Pages to draft from: the official blanks where they are beside the checkout, and blanks drawn from our templates."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from api.cli import forms_new
from pipeline.drafting import labels
from pipeline.forms import FORMS_FOLDER, FormTemplate, load_form
from training.pages.sheet import draw_sheet

Grey = NDArray[np.uint8]


@pytest.fixture(scope="session")
def ppwp() -> FormTemplate:
    """Return the template that was measured on the official form."""
    return load_form(FORMS_FOLDER / "c-hasil-ppwp-2024.yaml")


@pytest.fixture(scope="session")
def official(shared: Path) -> Path:
    """Return the official blank of C.HASIL-PPWP."""
    return shared / "forms" / "C.HASIL-PPWP.pdf"


@pytest.fixture(scope="session")
def salinan(shared: Path) -> Path:
    """Return the official blank of C.HASIL SALINAN-PPWP, printed in a regulation."""
    return shared / "forms" / "C.HASIL SALINAN-PPWP.pdf"


@pytest.fixture(scope="session")
def drawn() -> Callable[[FormTemplate, int, float], Grey]:
    """Return what draws a blank page: (form, page, pixels per mm) -> uint8 picture."""

    def draw(form: FormTemplate, page: int, pixels_per_mm: float = 4.0) -> Grey:
        return np.asarray(draw_sheet(form, page, pixels_per_mm).mean(axis=2) * 255, dtype=np.uint8)

    return draw


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave printed words unread, as where no program that reads them is installed."""
    for user in (labels, forms_new):
        monkeypatch.setattr(user, "reader_name", lambda: None)
