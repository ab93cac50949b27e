"""Pages to draft from."""

from tests.support.blanks import drawn, official, ppwp, salinan, unread

__all__ = ["drawn", "official", "ppwp", "salinan", "unread"]
