"""One line of the log per request: facts for whoever looks after the server, nothing about people or their records."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sync_server.api.latencies import Latencies

logger = structlog.get_logger("request")


def logged(app: ASGIApp, latencies: Latencies, monotonic: Callable[[], float] = time.monotonic) -> ASGIApp:
    """Return the application with a log line per answered request: method, path, status, milliseconds, bytes out.

    latencies: where it is counted, too. Of the office only the prefix is logged: the paths of its pages name records. Queries and addresses are left out.
    """

    async def with_log(scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method")
        if method is None:  # a websocket
            await app(scope, receive, send)
            return
        facts: dict[str, Any] = {"status": 0, "bytes_out": 0}  # Any: values of a log line
        started = monotonic()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                facts["status"] = message["status"]
            elif message["type"] == "http.response.body":
                facts["bytes_out"] += len(message.get("body", b""))
            await send(message)

        path = scope["raw_path"].split(b"?", 1)[0].decode("latin-1")  # `path` loses its prefix under a mount
        try:
            await app(scope, receive, watched)
        finally:
            shown = "/app" if path.startswith("/app/") else path[:60]
            seconds = monotonic() - started
            route = "/app" if shown == "/app" else str(scope.get("path_template") or "other")
            latencies.note(str(method), route, facts["status"], seconds)
            duration_ms = round(seconds * 1000, 1)
            logger.info("request", method=method, path=shown, duration_ms=duration_ms, **facts)

    return with_log
