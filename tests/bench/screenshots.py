"""Take the pictures of the desk in docs/screenshots again, from the sample data: `python -m tests.bench.screenshots`.

Each page is asked of axe-core first, and whether something of it is cut off; a page with a fault gets no picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
from rich.console import Console
from sqlalchemy import select

from api.db.review_tables import ReviewItem
from api.db.states import PageState
from api.db.tables import Page
from api.desk.typed_sheets import name_sheet
from api.people.actor import Actor, Proof
from api.people.roles import Role
from pipeline.reader import Reader
from tests.browser.web.looking import axe, faults
from tests.browser.web.waiting import NAME, Desk, waiting
from tests.support.browser import BROWSERS, browsing
from tests.support.databases import new_home
from tests.support.desk import FORM

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
STATION = "0024010001002"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its file, where it is taken, what is done first, and which keys are pressed then."""

    file: str
    path: str
    theme: str = "light"
    phone: bool = False
    before: Callable[[Desk], None] = Desk.free
    wait: str = "main[data-seen='true']"
    keys: str = ""


def main() -> None:
    """Serve the samples, and take one picture after the other."""
    script = axe()
    files = [(path.name, path.read_bytes()) for path in sorted((ROOT / "data" / "samples").glob("*.jpg"))]
    with new_home() as (home, url), waiting(home, url, Reader(), files) as desk:
        for shot in _shots(_typed(desk)):
            _take(desk, shot, script)
    BROWSERS.close()


def _shots(typed: str) -> list[Shot]:
    return [
        Shot("review-light.webp", "/review"),
        Shot("review-dark.webp", "/review", theme="dark"),
        Shot("review-phone.png", "/review", phone=True),
        Shot("review-typed-light.webp", f"/review?page={typed}"),
        Shot("review-skipped-dark.webp", "/review", theme="dark", keys="sssl"),
        Shot("review-skipped-phone.png", "/review", phone=True, keys="sssl"),
        Shot("review-blind.png", "/review", before=_blind),
    ]


def _typed(desk: Desk) -> str:
    """Let people type one page from its whole picture, as if its sheet had not been located; return its id."""
    siti = Actor(NAME, NAME, frozenset({Role.REVIEWER}), "0", Proof.SESSION)
    with desk.records.database.writing() as session:
        page = session.scalars(select(Page).where(Page.file_name == f"{STATION}-p2.jpg")).one()
        page.state = PageState.REJECTED
        session.flush()
        return name_sheet(session, desk.records, page.id, siti, FORM, 2).id


def _blind(desk: Desk) -> None:
    desk.free()
    with desk.records.database.writing() as session:
        session.query(ReviewItem).update({"kind": "second"})


def _take(desk: Desk, shot: Shot, script: str) -> None:
    shot.before(desk)
    size = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if shot.phone else {"viewport": WIDE}
    with browsing(desk.address, color_scheme=shot.theme, **size) as watched:
        desk.log_in(watched, shot.path)
        watched.page.wait_for_selector(shot.wait)
        for key in shot.keys:
            watched.page.keyboard.press(key)
        watched.rest()
        found = faults(watched.page, script)
        Console().print(f"{shot.file}: {'; '.join(found) or 'no fault'}", highlight=False)
        if not found:
            quality = [cv2.IMWRITE_WEBP_QUALITY, 80] if shot.file.endswith(".webp") else []
            cv2.imwrite(str(TARGET / shot.file), watched.picture(), quality)


if __name__ == "__main__":
    main()
