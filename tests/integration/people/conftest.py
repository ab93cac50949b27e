"""A service in which nobody has an account yet, on either database."""

from tests.support.scene import scene

__all__ = ["scene"]
