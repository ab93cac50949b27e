"""Keys a doubtful number at the desk over a poor link: `python -m tests.bench.keys [--numbers 45] [--wrong 4]`.

Numbers of the sample stations wait as if the machine were sure of none, `--wrong` of them with a last digit that it
misread. One person clears them in a browser, page by page, over 500 ms and 40 kB/s: Enter where the reading is what
is written, else the digits and Enter. Prints keys, pages and how soon after the painted ink each decision was sent, and
fails where one was sent without its ink, or sooner than 300 ms after it was painted.
"""

import argparse
import itertools
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import select

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import NumberState
from api.db.tables import Document, Number
from api.documents.decide import refresh
from pipeline.reader import Reader
from tests.browser.web.test_unseen import PAINTED, slow
from tests.browser.web.waiting import Desk, waiting
from tests.support.browser import BROWSERS, browsing
from tests.support.databases import new_home

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
LEAST = 300
"""How long the ink must have been on the screen, ms."""

PATIENCE = 180_000
"""How long the browser waits for a picture over such a link, ms."""

Written = Mapping[tuple[str, str], str]
"""What is written, by document and field."""


def main() -> None:
    """Let numbers wait, clear them, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=45)
    parser.add_argument("--wrong", type=int, default=4)
    told = parser.parse_args()
    files = [(path.name, path.read_bytes()) for path in sorted(SAMPLES.glob("*.jpg"))]
    with new_home() as (home, url), waiting(home, url, Reader(), files) as desk:
        _clear(desk, _misread(desk, told.numbers, told.wrong), told.numbers)
    BROWSERS.close()


def _misread(desk: Desk, count: int, wrong: int) -> Written:
    """Let only so many numbers wait, some of them misread; return what is written in each."""
    with desk.records.database.writing() as session:
        waits = session.scalars(select(Number).where(Number.state == "review").order_by(Number.document_id)).all()
        for number in waits[count:]:
            number.state, number.final = NumberState.ACCEPTED, number.value
        kept = {(one.document_id, one.field): one.boxes for one in waits[:count]}
        for number in waits[:count][:: max(1, count // max(1, wrong))][:wrong]:
            digit = "1" if number.boxes[-1] != "1" else "7"
            number.boxes = number.boxes[:-1] + digit
        for document in session.scalars(select(Document)).all():
            refresh(session, desk.records, document)
    return kept


def _clear(desk: Desk, written: Written, count: int) -> None:
    with browsing(desk.address, viewport={"width": 1366, "height": 768}) as watched:
        page = watched.page
        page.set_default_timeout(PATIENCE)
        page.add_init_script(PAINTED)
        desk.log_in(watched)
        desk.free()
        slow(watched)
        page.evaluate("sessionStorage.clear()")
        page.reload(wait_until="commit")
        began, keys = time.perf_counter(), sum(_decide(desk, page, written) for _ in range(count))
        page.wait_for_selector("main[data-unsent='0']")
        told: list[tuple[float, float | None]] = page.evaluate("window.told")
    _report(desk, told, keys, count, time.perf_counter() - began)


def _decide(desk: Desk, page: Any, written: Written) -> int:
    """Decide the number on the screen as it is written; return how many keys that took."""
    page.wait_for_selector("main[data-seen='true']")
    item = page.get_attribute("main", "data-item")
    row = desk.item(item)
    boxes = written[row.document_id, row.field]
    shown = "".join(page.eval_on_selector_all(".cell", "cells => cells.map(cell => cell.dataset.mark)"))
    keys = ["Enter"] if shown == boxes else [*({"_": " "}.get(mark, mark) for mark in boxes), "Enter"]
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector(f"main:not([data-item='{item}'])")
    return len(keys)


def _report(desk: Desk, told: list[tuple[float, float | None]], keys: int, count: int, seconds: float) -> None:
    after = sorted(decided - painted for decided, painted in told if painted is not None)
    with desk.records.database.reading() as session:
        order = session.execute(
            select(Number.page_id)
            .select_from(ReviewAnswer)
            .join(ReviewItem, ReviewItem.id == ReviewAnswer.item_id)
            .join(Number, (Number.document_id == ReviewItem.document_id) & (Number.field == ReviewItem.field))
            .order_by(ReviewAnswer.at)
        ).scalars()
        pages = list(order)
    opened = 1 + sum(first != second for first, second in itertools.pairwise(pages))
    say = Console().print
    say(f"{len(pages)} numbers of {len(set(pages))} pages, each opened once: {opened == len(set(pages))}")
    say(f"{keys} keys, {keys / count:.2f} a number; {seconds:.0f} s over 500 ms and 40 kB/s")
    say(f"decided unseen: {len(told) - len(after)}; soonest after the ink was painted: {after[0]:.0f} ms")
    assert len(told) == len(after) == count
    assert after[0] >= LEAST


if __name__ == "__main__":
    main()
