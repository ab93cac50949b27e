"""All photographs of stations into the mirror, few at a time; and their photographs out of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.comparison.fetching.addresses import RefusedError, Target, target_of
from api.comparison.fetching.client import FetchLimits, fetch_file
from api.comparison.fetching.mirror import Fetched, Mirror
from api.comparison.fetching.pace import Pace
from api.comparison.photographs import Photograph, last_part
from api.comparison.published import PublishedStation
from api.core.in_order import in_order
from pipeline.documents import Limits, Page, RejectedPage, list_documents, open_document

TRIES = 3
"""How often a file is asked for in one run where its host could not give it."""

PASSING = (
    "too_slow",
    "connection",
    "name_unknown",
    "host_left_alone",
    "status_408",
    "status_425",
    "status_429",
    "status_5",
)
"""How the codes begin of what may pass: a later run asks again. The rest is final."""


def passes(code: str) -> bool:
    """Return whether what kept a file from being fetched may pass."""
    return code.startswith(PASSING)


@dataclass(frozen=True, slots=True)
class Fetching:
    """How files are fetched.

    Attributes:
        mirror: Keeps them.
        pace: Of all hosts.
        limits: What one file may ask of the machine.
        at_a_time: Files at a time, over all hosts.

    """

    mirror: Mirror
    pace: Pace
    limits: FetchLimits
    at_a_time: int = 4

    def fetch(self, address: str) -> None:
        """Fetch one file into the mirror, unless it is there or was finally refused."""
        known = self.mirror.of(address)
        if known is not None and self._settled(known):
            return
        code = "connection"
        for _ in range(TRIES):
            try:
                self.mirror.keep(address, self._once(address))
            except RefusedError as error:
                code = error.code
                if not passes(code) or code == "host_left_alone":
                    break
            else:
                return
        self.mirror.refuse(address, code)

    def _settled(self, known: Fetched) -> bool:
        if known.refused is not None:
            return not passes(known.refused)
        return known.sha256 is not None and self.mirror.path(known.sha256).exists()

    def _once(self, address: str) -> bytes:
        place = target_of(address).place

        def before(target: Target) -> None:
            if target.place != place:  # led elsewhere: that host has a pace of its own
                self.pace.wait(target.place)

        with self.pace.turn(place):
            try:
                data = fetch_file(address, self.limits, before)
            except RefusedError as error:
                if passes(error.code):
                    self.pace.failed(place, error.wait)
                raise
        self.pace.succeeded(place)
        return data


def fetch_all(stations: Iterable[PublishedStation], fetching: Fetching, advance: Callable[[int], None]) -> None:
    """Fetch the photographs of stations.

    Args:
        stations: Whose.
        fetching: How.
        advance: Called with how many further stations are done.

    """
    for last in in_order(lambda addresses: _fetch(fetching, *addresses), _addresses(stations), fetching.at_a_time):
        advance(int(last))


def _addresses(stations: Iterable[PublishedStation]) -> Iterator[tuple[str, bool]]:
    """Yield the addresses of stations, each with whether it is its station's last; "" for a station without any."""
    for station in stations:
        *before, last = station.images or ("",)
        yield from ((address, False) for address in before)
        yield last, True


def _fetch(fetching: Fetching, address: str, last: bool) -> bool:
    if address:
        fetching.fetch(address)
    return last


class Mirrored:
    """The photographs of stations in a mirror, by their published addresses.

    Args:
        mirror: Where they are.
        limits: What one file may ask of the machine.

    """

    strays = 0

    def __init__(self, mirror: Mirror, limits: Limits) -> None:
        self._mirror, self._limits = mirror, limits

    def of(self, station: PublishedStation) -> Sequence[Photograph]:
        """Return the photographs of a station that were fetched, in the order of the published file."""
        found = [(address, self._mirror.of(address)) for address in dict.fromkeys(station.images)]
        return [
            self._photograph(address, known.sha256)
            for address, known in found
            if known is not None and known.sha256 is not None
        ]

    def may_have(self, station: PublishedStation) -> bool:
        """Return whether addresses are published for a station."""
        return bool(station.images)

    def reviewed(self, station: str) -> Mapping[str, int]:  # noqa: ARG002  nobody has reviewed a mirror
        """Return nothing: no people stand behind a mirror."""
        return {}

    def _photograph(self, address: str, sha256: str) -> Photograph:
        def opened() -> Sequence[Page | RejectedPage]:
            groups = list_documents([self._mirror.path(sha256)], self._limits)
            return [page for group in groups for page in open_document(group, self._limits).pages]

        return Photograph(last_part(address) or address, opened, address)
