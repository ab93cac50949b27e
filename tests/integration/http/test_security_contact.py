"""Whom to tell of a weakness, in the form of RFC 9116."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.core.settings import load_settings
from api.http.app import create_app
from pipeline.errors import UsageError
from pipeline.reader import Reader
from tests.support.http import settings_in
from tests.support.service import client_of

ADDRESS = "/.well-known/security.txt"


@pytest.mark.parametrize("contact", ["mailto:aman@example.org", "https://example.org/lapor", "tel:+62-21-1234"])
def test_everyone_learns_whom_to_tell(contact: str, tmp_path: Path, reader: Reader) -> None:
    settings = settings_in(tmp_path, f"sqlite:///{tmp_path}/chasil.db", security_contact=contact)
    with client_of(create_app(reader, settings)) as client:
        client.headers.pop("Authorization", None)
        answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == contact
    left = datetime.fromisoformat(said["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_where_nobody_is_named_there_is_none(tmp_path: Path, reader: Reader) -> None:
    with client_of(create_app(reader, settings_in(tmp_path, f"sqlite:///{tmp_path}/chasil.db"))) as client:
        answer = client.get(ADDRESS)
    assert answer.status_code == 404
    assert answer.json()["code"] == "security_contact_unset"


@pytest.mark.parametrize("contact", ["aman@example.org", "http://example.org", "mailto:", "mailto:a@b.id\nExpires: 1"])
def test_what_is_no_contact_is_refused(contact: str) -> None:
    with pytest.raises(UsageError, match="setting_invalid"):
        load_settings(security_contact=contact)
