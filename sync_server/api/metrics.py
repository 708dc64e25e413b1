"""`/metrics`: the figures of the server in the text format of Prometheus, for this machine or whoever has the token of the settings."""

import secrets
from typing import Any

from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread

from shared_models.errors import ErrorCode
from sync_server.api.access import GivenCentral, bearer
from sync_server.api.latencies import GivenLatencies
from sync_server.api.live_routes import GivenChannels
from sync_server.config import LOOPBACK, ServerConfig
from sync_server.services.figures import Figures, figures_of
from sync_server.services.refusals import Refusal

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@get("/metrics", include_in_schema=False, media_type=TEXT)
async def metrics(
    request: Request[Any, Any, Any],  # Any: `problems`
    central: GivenCentral,
    channels: GivenChannels,
    latencies: GivenLatencies,
) -> Response[bytes]:
    """Answer the figures of now; nothing in them names a person, a device or a record."""
    check_watcher(request)
    found = await sync_to_thread(figures_of, central)
    body = exposition(found, channels.count) + latencies.exposition()
    return Response(body, media_type=TEXT, headers={"cache-control": "no-store"})


def check_watcher(request: Request[Any, Any, Any]) -> None:  # Any: `problems`
    """Let in whoever has the token; without one in the settings, this machine. Raises Refusal A101.

    Behind a proxy everybody seems to come from this machine, so a token is needed there.
    """
    config: ServerConfig = request.app.state.config
    if config.metrics_token:
        if not secrets.compare_digest(bearer(request).encode(), config.metrics_token.encode()):
            raise Refusal(ErrorCode.A101, 401, "metrics token")
    elif config.behind_proxy or request.client is None or request.client.host not in LOOPBACK:
        raise Refusal(ErrorCode.A101, 401, "no metrics token in the settings")


def exposition(found: Figures, live_channels: int) -> bytes:
    """Return figures in the text format."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # a server that nobody watches needs none of it

    registry = CollectorRegistry()

    def figure(name: str, text: str, value: float) -> None:
        Gauge(f"fieldfare_{name}", text, registry=registry).set(value)

    def figures(name: str, text: str, label: str, values: dict[str, int]) -> None:
        gauge = Gauge(f"fieldfare_{name}", text, [label], registry=registry)
        for of, value in values.items():
            gauge.labels(of).set(value)

    figures("devices", "Devices by how they stand", "standing", found.by_standing)
    figures("devices_by_cause", "Devices by what matters most of why they are behind", "cause", found.by_cause)
    figure("pending_changes", "Changes that wait on devices, as they said last", found.pending)
    figure("oldest_pending_seconds", "Age of the oldest change that waits on a device", found.oldest_pending_s)
    figure("open_letters", "Refused changes that wait for somebody", found.letters)
    figure("letters_last_day", "Changes that were refused in the last 24 hours", found.counts.new_letters)
    figure("open_conflicts", "Conflict cards that are open", found.counts.open_conflicts)
    figure("conflicts_last_day", "Conflict cards of the last 24 hours", found.counts.new_conflicts)
    figure("incidents_last_day", "Copies that were found wrong in the last 24 hours", found.counts.new_incidents)
    figure("sequence", "Where the sequence of the central database stands", found.seq)
    figure("live_channels", "Live channels that are open in this process", live_channels)
    return generate_latest(registry)
