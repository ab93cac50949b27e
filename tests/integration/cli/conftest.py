"""Commands that are looked at for what they show of a reading read the same samples once."""

from tests.support.remembering import pages_read_once

__all__ = ["pages_read_once"]
