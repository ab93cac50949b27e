"""The client of the service's tests: Starlette's, without its word that httpx has a successor, which offers the same."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
