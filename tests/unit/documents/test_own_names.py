"""A reason names a file as whoever asks called it, and nothing else of it changes."""

from typing import Any

import pytest

from api.documents.own_names import renamed


def reason(text: str) -> dict[str, Any]:
    return {"code": "sheet_too_small", "message": text, "translations": {"id": text, "en": text}}


@pytest.mark.parametrize(
    ("name", "own", "before", "after"),
    [
        ("Budi.jpg", "tps7.jpg", "Budi.jpg: a sheet of 5 px", "tps7.jpg: a sheet of 5 px"),
        ("a", "tps7", "a: small", "tps7: small"),
        ("5", "tps7", "5: a sheet of 15 px, 250 are needed", "tps7: a sheet of 15 px, 250 are needed"),
        ("x.jpg", r"\1.jpg", "x.jpg: small", r"\1.jpg: small"),
        ("Budi.jpg", None, "Budi.jpg: small", "Budi.jpg: small"),
    ],
)
def test_only_the_name_itself_is_another(name: str, own: str | None, before: str, after: str) -> None:
    (found,) = renamed([reason(before)], name, own)
    assert found == reason(after)
