"""The same people as in the tests of the service."""

from tests.support.scene import scene

__all__ = ["scene"]
