"""The client for tests of the service: Starlette's, without its word that httpx has a successor; both do for these."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
