"""Runs the server process: uvicorn round the application, with the office web when it is installed."""

import logging
from importlib.metadata import entry_points

import structlog
import uvicorn

from shared_models.transport import Transport
from sync_server.api.limits import SignInLimits
from sync_server.api.office import Office
from sync_server.app import Server, create_app, open_server
from sync_server.config import ServerConfig
from sync_server.services import office_devices
from sync_server.services.accounts import office_device
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport


def serve(config: ServerConfig) -> int:
    """Serve until a signal ends it; returns the exit code."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    server = open_server(config)
    application = create_app(server, make_office(server) if config.office else None)
    uvicorn.run(
        application,
        host=config.host,
        port=config.port,
        log_level="warning",
        server_header=False,  # an idle pull is at most 376 bytes both ways
        date_header=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=5,
    )
    return 0


def make_office(server: Server) -> Office | None:
    """Return the office web, or None where the client half is not installed."""
    found = list(entry_points(group="fieldfare.office"))
    if not found:
        return None
    create_office = found[0].load()

    def transport_for(user_id: str) -> Transport:
        office_devices.ensure(server.central, user_id)
        is_admin = server.accounts.is_admin(user_id)
        return LocalTransport(server.central, Actor(user_id, office_device(user_id), is_admin))

    app = create_office(transport_for, server.config.folder / "office")
    return Office(app, server.accounts, SignInLimits.start(server.central.now_us))
