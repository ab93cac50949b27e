"""Reviewers at the desk over HTTP: claim, look at the ink, decide as it is written, take the next."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from api.core.context import Records
from api.db.types import now
from api.ledger.actors import COMMAND_LINE
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.tokens import create_token
from tests.bench.pictures import Pictures

CLAIMED = 5
"""Numbers a claim."""

IDLE_SECONDS = 0.5
API = "/api/v1"


@dataclass(slots=True)
class Watched:
    """How long answers took since somebody last asked, and what should not have been answered. Safe to share."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, kind: str, ask: Callable[[], httpx.Response], also: tuple[int, ...] = ()) -> httpx.Response | None:
        """Send a request and note its time; None where the answer is no success and none of `also`."""
        began = time.perf_counter()
        try:
            answer = ask()
        except httpx.HTTPError as error:
            self._failed(f"{kind}: {error!r}")
            return None
        with self.lock:
            self.seconds[kind].append(time.perf_counter() - began)
            self.counts[kind] += 1
        if answer.is_success:
            return answer
        if answer.status_code not in also:
            self._failed(f"{kind}: {answer.status_code} {answer.text[:300]}")
        return None

    def taken(self) -> Mapping[str, list[float]]:
        """Return the times by kind, in s, and begin anew."""
        with self.lock:
            seconds, self.seconds = self.seconds, defaultdict(list)
        return seconds

    def _failed(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)


def token_of(records: Records, name: str, *roles: Role) -> dict[str, str]:
    """Add a person with these roles; return the headers of a program of theirs."""
    with records.database.writing() as session:
        person = create_person(session, COMMAND_LINE, name, roles, "0", None)
        session.flush()
        _, key = create_token(session, COMMAND_LINE, person, "bench", 1, roles, now())
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody at the desk.

    Attributes:
        http: Sends requests with their token.
        pictures: What is written on the pages.
        watched: Notes how long answers take.
        think_seconds: How long they look at a number.
        stopped: Ends their shift.

    """

    http: httpx.Client
    pictures: Pictures
    watched: Watched
    think_seconds: float
    stopped: threading.Event

    def run(self) -> None:
        """Work until told to stop."""
        body: dict[str, Any] = {"count": CLAIMED}
        while not self.stopped.is_set():
            answer = self.watched.timed("claim", lambda: self.http.post(f"{API}/review/claim", json=body))
            claimed = answer.json() if answer else {"items": []}
            if not claimed["items"]:
                self.stopped.wait(IDLE_SECONDS)
                continue
            body["lease"] = claimed["lease"]
            for item in claimed["items"]:
                if self.stopped.is_set():
                    return
                self._decide(item, claimed["lease"])

    def _decide(self, item: Mapping[str, Any], lease: str) -> None:
        """Look at the ink of a number, think, and say what is written."""
        tag = None
        if item["page_width"] is not None:
            cut = self.watched.timed("cut", lambda: self.http.get(item["links"]["cut"]))
            tag = cut.headers.get("etag") if cut else None
        if self.stopped.wait(self.think_seconds):
            return  # the shift is over: what nobody has looked at long enough is not decided
        boxes = self._written(item)
        told = {"kind": "correct", "boxes": boxes} if boxes and "#" not in boxes else {"kind": "unreadable"}
        seen = {"cut": tag, "at": now().isoformat()} if tag else None
        body = {**told, "lease": lease, "version": item["version"], "seen": seen}
        # A number may have changed meanwhile: another page of its document was read.
        self.watched.timed("decision", lambda: self.http.post(item["links"]["decision"], json=body), also=(409,))

    def _written(self, item: Mapping[str, Any]) -> str:
        if item["form_page"] is None:
            return ""
        return self.pictures.written(item["station"], item["form_page"], item["field"])
