"""Follows every address that a service gives away, as browsers and programs would."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from tests.support.html import Tags
from tests.support.service import TestClient

ATTRIBUTES = ("href", "src", "action", "formaction", "poster", "srcset", "data-src", "data-href")
ALIKE = 3
"""Addresses that differ in their codes, and in what they ask for, alone are followed so often."""

NO_ADDRESSES = ("servers", "paths", "components", "tiles", "proofs")
"""In JSON: of a description, and what the addresses of tiles and proofs begin with."""

_CODES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|\d+|(?<=/)[a-z]+(_[a-z0-9]+)+")
_IMPORTS = re.compile(r'^(?:import|export) (?:.* from )?"([^"]+)";$', re.MULTILINE)
_MADE = re.compile(r'(?<!= )addressOf\("([^"]+)"\)')  # a constant is what addresses begin with
_STYLES = re.compile(r"url\(['\"]?([^'\")]+)")


@dataclass(slots=True)
class Crawl:
    """One person's way through the service.

    Attributes:
        client: Sends requests.
        base: What every address must begin with.
        headers: Of every request.
        faults: What left the base path or was not found, and where it was met.
        seen: How often each kind of address was followed.
        kinds: How many answers of each media type there were.

    """

    client: TestClient
    base: str
    headers: dict[str, str]
    faults: list[str] = field(default_factory=list)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def follow(self, *starts: str) -> None:
        """Follow everything that can be reached from some addresses."""
        left = [(start, "the start") for start in starts]
        known = set(starts)
        while left:
            address, origin = left.pop(0)
            for found in self._open(address, origin):
                if found not in known and self._is_ours(found, address):
                    known.add(found)
                    left.append((found, address))

    def _is_ours(self, found: str, origin: str) -> bool:
        """Tell whether to follow an address; what leads to another program of this host is a fault."""
        parts = urlsplit(found)
        if parts.scheme not in ("http", "https") or parts.netloc != urlsplit(str(self.client.base_url)).netloc:
            return False
        if not parts.path.startswith(f"{self.base}/"):
            self.faults.append(f"{origin} leads out: {found}")
            return False
        shape = (_CODES.sub("*", parts.path), *sorted(parse_qs(parts.query)))
        self.seen[shape] += 1
        return self.seen[shape] <= ALIKE

    def _open(self, address: str, origin: str) -> Iterator[str]:
        """Ask for an address; yield what the answer leads to, in full."""
        method = "HEAD" if urlsplit(address).path.endswith("/events") else "GET"  # events never end
        answer = self.client.request(method, address, headers=self.headers, follow_redirects=False)
        self.client.cookies.clear()
        if answer.status_code in (404, 500):
            self.faults.append(f"{origin} leads to {address}: {answer.status_code}")
        self.kinds[kind := answer.headers.get("content-type", "").partition(";")[0]] += 1
        if "location" in answer.headers:
            yield urljoin(address, answer.headers["location"])
        for found in _addresses(kind, answer, self.base):
            yield urljoin(address, found).partition("#")[0]


def _addresses(kind: str, answer: httpx.Response, base: str) -> Iterator[str]:
    """Yield what an answer leads to, as it is written there."""
    if kind == "text/html":
        yield from (value for _, told in Tags(answer.text).found for name in ATTRIBUTES if (value := told.get(name)))
    elif kind == "text/javascript" and "/static/" in str(answer.url):
        yield from _IMPORTS.findall(answer.text)
        yield from (base + made for made in _MADE.findall(answer.text))
    elif kind == "text/javascript":
        yield from json.loads(answer.text.partition("self.shell = ")[2].partition(";\n")[0])["files"]
    elif kind == "text/css":
        yield from _STYLES.findall(answer.text)
    elif kind == "application/manifest+json":
        told = answer.json()
        yield from (told["start_url"], told["scope"], *(icon["src"] for icon in told["icons"]))
    elif kind == "application/json":
        yield from _told(answer.json())


def _told(value: Any) -> Iterator[str]:
    """Yield what looks like an address in JSON; a description's own are no addresses of its host."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from () if key in NO_ADDRESSES else _told(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _told(inner)
    elif isinstance(value, str) and value.startswith("/"):
        yield value
