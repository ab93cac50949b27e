"""The metrics of a service for Prometheus: how many requests, and how long they took, by the template of a route."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from api.http.methods import METHODS

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one service; others add theirs to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("chasil_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "chasil_request_seconds",
            "Time to the end of the answer.",
            ("method", "route"),
            registry=self.registry,
            buckets=_SECONDS,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)
