"""The site, as its people and its visitors see it."""

from tests.support.remembering import reader
from tests.support.site import closed, site

__all__ = ["closed", "reader", "site"]
