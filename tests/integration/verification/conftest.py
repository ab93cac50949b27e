"""The service on which everything has happened is what several modules change."""

from tests.integration.verification.test_every_column import service

__all__ = ["service"]
