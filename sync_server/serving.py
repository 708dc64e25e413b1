"""Runs the server process: uvicorn round the application, with the office web when it is installed."""

import gc
import logging
import socket
import sys
import traceback
from importlib.metadata import entry_points
from typing import Any

import structlog
import uvicorn
from structlog.typing import EventDict

from shared_models.transport import LiveTransport
from sync_server.api.limits import SignInLimits
from sync_server.api.live_routes import LiveChannels
from sync_server.api.office import Office
from sync_server.app import Server, create_app, open_server
from sync_server.config import ServerConfig
from sync_server.services import office_devices
from sync_server.services.accounts import office_device
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport

logger = structlog.get_logger("server")
MAX_WEBSOCKET_BYTES = 4_000_000
"""One message of the office's page: a long note pasted whole fits many times."""


BACKLOG = 2048
"""Connections that wait to be accepted: many devices come back at once after an outage."""


COLLECT_AFTER = 50_000
"""Objects made and not yet freed before the collector looks at the youngest: several pushes."""


def listen(config: ServerConfig) -> socket.socket:
    """Return the socket on which the server is reached from now on. Raises OSError when its address cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    return socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)


def serve(config: ServerConfig, listening: socket.socket) -> int:
    """Serve until a signal ends it; returns the exit code."""
    log_as_json()
    server = open_server(config)
    log_missing_admin(server)
    channels = LiveChannels(server.central.store.news)
    app = create_app(server, make_office(server) if config.office else None, channels)
    spare_the_collector()
    LiveServer(uvicorn.Config(app, **uvicorn_options(config)), channels).run(sockets=[listening])
    return 0


class LiveServer(uvicorn.Server):
    """Ends the live channels when it is told to stop: else it would wait for each of them until it may break them off."""

    def __init__(self, config: uvicorn.Config, channels: LiveChannels) -> None:
        """channels: those of the application."""
        super().__init__(config)
        self._channels = channels

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, and let those that run come to their end."""
        self._channels.end()
        await super().shutdown(sockets)


def log_missing_admin(server: Server) -> None:
    """Warn whoever reads the log that nobody can administer: the terminal of a service is seen by nobody."""
    if not server.accounts.has_admin():
        logger.warning("no_administrator", advice="fieldfare server init, or fieldfare server user add --admin")


def uvicorn_options(config: ServerConfig) -> dict[str, Any]:  # Any: keyword arguments of uvicorn.Config
    """Return how uvicorn serves the application."""
    return {
        "host": config.host,
        "port": config.port,
        "log_level": "warning",
        "access_log": False,  # it would write addresses and queries
        "server_header": False,  # an idle pull is at most 376 bytes both ways
        "date_header": False,
        "ws": "websockets-sansio",
        "ws_max_size": MAX_WEBSOCKET_BYTES,
        "ws_per_message_deflate": False,  # it doubles the memory of an idle connection: server.md 5
        "proxy_headers": config.behind_proxy,
        "ssl_certfile": config.certificate,
        "ssl_keyfile": config.key,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 5,
    }


def spare_the_collector() -> None:
    """Keep the garbage collector from what lives as long as the server, and let it look less often at the rest.

    A push makes thousands of short-lived objects without cycles; looking for some among them was a seventh of its time. A tab
    of the office that was closed is thousands of objects in cycles: all are looked at again after a few hundred thousand.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 2, 2)


def told_without_words(_: object, __: str, event: EventDict) -> EventDict:
    """Tell of an exception where it happened and of what kind it is, and of those that led to it, but not what it says.

    What Python says of a value that cannot be read repeats the value, which may be a person's name.
    """
    error, told = event.pop("exc_info", None), list[str]()
    if error is True:
        error = sys.exc_info()[1]
    while isinstance(error, BaseException):
        frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
        told.append(f"{frames}{type(error).__name__}")
        error = error.__cause__ or error.__context__
    if told:
        event["exception"] = "\nafter:\n".join(told)
    return event


def log_as_json() -> None:
    """Write one line of JSON per event to the standard error: facts with fields, without local variables of a traceback."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            told_without_words,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def make_office(server: Server) -> Office | None:
    """Return the office web, or None where the client half is not installed."""
    found = list(entry_points(group="fieldfare.office"))
    if not found:
        return None
    create_office = found[0].load()

    def transport_for(user_id: str) -> LiveTransport:
        office_devices.ensure(server.central, user_id)
        actor, by_mail = Actor(user_id, office_device(user_id)), server.config.mail is not None
        return LocalTransport(server.central, actor, server.snapshots, server.accounts, server.files, by_mail)

    app = create_office(transport_for, server.config.folder / "office")
    return Office(app, server.accounts, SignInLimits.start(server.central.now_us))
