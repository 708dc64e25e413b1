"""How long requests took, by route: a histogram for Prometheus, of this process since its start."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from prometheus_client import CollectorRegistry, Histogram, generate_latest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds. The last is where bodies are given up."""
ENDLESS = ("/sync/v1/events",)
"""Routes whose answers last as long as somebody listens."""


class Latencies:
    """Durations of requests. Routes are templates: no id, no name, and no address that somebody made up is a label."""

    def __init__(self) -> None:
        """Begin with none."""
        self._registry = CollectorRegistry()
        self._histogram = Histogram(
            "fieldfare_request_seconds",
            "Time from a request to the end of its answer",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self._registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. route: template of its address. status: 0 where no answer began."""
        if route not in ENDLESS:
            self._histogram.labels(method, route, f"{status // 100}xx" if status else "none").observe(seconds)

    def exposition(self) -> bytes:
        """Return them in the text format."""
        return generate_latest(self._registry)


GivenLatencies = NamedDependency[SkipValidation[Latencies]]
