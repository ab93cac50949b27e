import pytest

from pipeline.forms import FormTemplate, load_forms


@pytest.fixture(scope="session")
def form() -> FormTemplate:
    return load_forms()["c-hasil-ppwp-2024"]
