"""What is published of a polling station, whatever file it comes from.

A published file is hostile until proven otherwise. Its reader yields stations and faults. A fault is one thing that
cannot be taken as it stands; it is counted and shown, and never ends the comparison, nor is it mended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 10**9
"""A published number above this is a fault of the file. What six boxes cannot hold is still compared: 136 became
136,188."""

MOST_IMAGES = 200
MOST_ADDRESS = 2_000
SEEN = 80
"""Addresses of a station, characters of an address, and characters of a fault that are kept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a published file that cannot be taken as it stands.

    Attributes:
        place: Where: a station, a file, a line.
        code: `station_code`, `station_twice`, `number_faulty`, `pair_unknown`, `shape_unknown`, `file_damaged`,
            `address_faulty`.
        seen: What stands there, cut to `SEEN` characters.

    """

    place: str
    code: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class PublishedStation:
    """What is published of one polling station.

    Attributes:
        code: 13 digits.
        numbers: By our names of the fields; one that was not published is not there.
        images: Addresses of its photographs, as published.
        at: The time that the publisher states, as published; None where it states none.

    """

    code: str
    numbers: Mapping[str, int]
    images: tuple[str, ...] = ()
    at: str | None = None


Published = Iterator[PublishedStation | Fault]


def fault(place: str, code: str, seen: Any) -> Fault:
    """Return a fault with what was seen, short and on one line."""
    text = " ".join(str(seen).split())
    return Fault(place[:SEEN], code, text[:SEEN])


def number_in(value: Any) -> int | None:
    """Return a published number; None where nothing is published.

    Raises:
        ValueError: It is no whole number from 0 to `LARGEST`.

    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError
    return value


def number_in_text(text: str) -> int | None:
    """Return the number that a cell of a table holds, digits alone; None where it is empty.

    Raises:
        ValueError: It holds anything else. Thousands apart, signs and decimals are not guessed at.

    """
    stripped = text.strip()
    if not stripped:
        return None
    if not (stripped.isascii() and stripped.isdigit()) or len(stripped) > len(str(LARGEST)):
        raise ValueError
    return number_in(int(stripped))


def images_in(place: str, given: Any) -> tuple[tuple[str, ...], list[Fault]]:
    """Return the addresses of a station, and what of them is none."""
    if given is None:
        return (), []
    if not isinstance(given, list) or len(given) > MOST_IMAGES:
        return (), [fault(place, "address_faulty", type(given).__name__)]
    kept = tuple(one for one in given if isinstance(one, str) and 0 < len(one) <= MOST_ADDRESS)
    # A page that nobody has sent stands as null in the commission's files.
    return kept, [fault(place, "address_faulty", one) for one in given if one is not None and one not in kept]
