"""A key is made in one browser, confirmed from another, and signs what is decided at the desk; the verifiers agree."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.db.tables import Decision
from api.people.accounts import create_person
from api.people.roles import Role
from api.verification.signatures import Tally
from api.verification.verify import verify
from pipeline.reader import Reader
from tests.browser.web.test_desk import press, read, sent
from tests.browser.web.waiting import NAME, PASSWORD, Desk, waiting
from tests.support.browser import Watched, browsing, chromium
from tests.support.databases import copied

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOSS = "agus"
SCREEN = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite: Path, reader: Reader, samples: Path) -> Iterator[Desk]:
    chromium()
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob("*-p2.jpg"))[:1]]
    with waiting(tmp_path, copied(empty_sqlite, tmp_path), reader, files) as made:
        with made.records.database.writing() as session:
            create_person(session, "local", BOSS, (Role.ADMIN,), "0", PASSWORD)
        yield made


def fingerprint_on(watched: Watched) -> str:
    return str(watched.page.locator("main .code", has_text=" ").last.inner_text())


def make_key(watched: Watched) -> str:
    """Make a key on the page of one's account; return its fingerprint as the page shows it."""
    watched.go("/account")
    watched.page.click("#make-key")
    watched.page.wait_for_selector("[data-key] .here:not([hidden])")
    return fingerprint_on(watched)


def confirm(watched: Watched, name: str, fingerprint: str) -> None:
    """Confirm somebody's key as the administrator of this browser, who sees the same fingerprint."""
    watched.go("/admin/people")
    watched.page.click(f"main a:has-text('{name}')")
    assert fingerprint_on(watched) == fingerprint
    form = watched.page.locator("form[data-confirms]")
    form.locator("[name=present]").fill(PASSWORD)
    form.locator("[value=key-confirmed]").click()
    watched.page.wait_for_selector(".done:has-text('Kunci dipastikan')")


def confirm_on_the_command_line(desk: Desk, name: str, fingerprint: str) -> None:
    from api.people.accounts import find_person  # noqa: PLC0415
    from api.people.personal_keys import confirm_key, key_of_person  # noqa: PLC0415

    with desk.records.database.writing() as session:
        confirm_key(session, "command_line", key_of_person(session, find_person(session, name).id, fingerprint))


def test_a_reviewer_signs_with_a_key_that_an_administrator_has_signed_for(desk: Desk) -> None:
    with browsing(desk.address, **SCREEN) as boss, boss.beside(**SCREEN) as siti:
        desk.log_in(boss, to="/account", name=BOSS)
        confirm_on_the_command_line(desk, BOSS, make_key(boss))
        desk.log_in(siti, to="/account")
        confirm(boss, NAME, make_key(siti))
        siti.go("/review")
        siti.page.wait_for_selector("main[data-item]:not([data-item=''])")
        assert siti.page.locator("#key-missing").is_hidden()
        item = desk.item(str(siti.page.get_attribute("main", "data-item")))
        press(siti.page, *"0" * len(read(siti.page)), "Enter")
        sent(siti.page)
        siti.page.keyboard.press("z")
        siti.page.wait_for_selector(f"main[data-item='{item.id}']")
        press(siti.page, "u")
        sent(siti.page)
        assert (boss.faults, siti.faults) == ([], [])
        with siti.beside(**SCREEN) as elsewhere:  # the same person, in a browser without the key
            desk.log_in(elsewhere, to="/account")
            elsewhere.go("/review")
            assert elsewhere.page.locator("#key-missing").is_visible()
    with desk.records.database.reading() as session:
        made = session.scalars(select(Decision).where(Decision.field == item.field).order_by(Decision.order)).all()
        assert [(one.kind, one.signature is not None) for one in made[-3:]] == [
            ("correct", True), ("reopen", True), ("unreadable", True),
        ]  # fmt: skip
    tallies: list[Tally] = []
    found = list(verify(desk.records, originals=False, tally=tallies.append))
    assert [reason.text() for reason in found if reason.code == "audit_signature"] == []
    assert tallies == [Tally(signed=3)]
