"""The site, as its people and its visitors see it."""

from tests.support.site import closed, site

__all__ = ["closed", "site"]
