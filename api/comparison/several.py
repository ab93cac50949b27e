"""Photographs from several places, one after the other: files, a mirror, what the service holds."""

from collections.abc import Mapping, Sequence

from api.comparison.photographs import Photograph, Photographs
from api.comparison.published import PublishedStation


class Several:
    """All photographs of several places.

    Args:
        places: Where they are, in the order in which they come.

    """

    def __init__(self, places: Sequence[Photographs]) -> None:
        self._places = places

    def of(self, station: PublishedStation) -> Sequence[Photograph]:
        """Return the photographs of a station."""
        return [photograph for place in self._places for photograph in place.of(station)]

    def may_have(self, station: PublishedStation) -> bool:
        """Return whether any place may have photographs of a station."""
        return any(place.may_have(station) for place in self._places)

    def reviewed(self, station: str) -> Mapping[str, int]:
        """Return what people have decided of a station's numbers; of two places the first counts."""
        found: dict[str, int] = {}
        for place in reversed(self._places):
            found |= place.reviewed(station)
        return found

    @property
    def strays(self) -> int:
        """How many photographs belong to no published station."""
        return sum(place.strays for place in self._places)
