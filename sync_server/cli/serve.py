"""The command that serves: `run`."""

import argparse
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from shared_models.ports import port
from sync_server.cli.terminal import (
    FAILED,
    NotPossible,
    Subparsers,
    advise,
    command_parser,
    config_of,
    explained,
    open_existing,
    reason_of,
    say,
)

if TYPE_CHECKING:
    from sync_server.app import Server
    from sync_server.config import ServerConfig

NO_FILE = "0" * 64
"""The digest of no file: it is asked for to see whether the place of files answers."""
SERVED_ALREADY = """A server runs on {database} already, and only one can. It goes on; nothing was started here.
  - To start it anew, end that one first: Ctrl+C in its terminal, or stop its service.
  - To run another server beside it, name a folder of its own with --data, and another --port."""
OUT_OF_REACH = """Warning: the server listens at {host} without TLS. Devices and browsers on other machines are refused, because passwords
and records never travel over plain http; only this machine itself is served. To serve others, do one of the two:
  - give the server a certificate:    --certificate crm.pem --key crm.key
  - let a proxy in front end the TLS: --behind-proxy, and have the proxy set X-Forwarded-Proto
"""


def add_run(commands: Subparsers) -> None:
    """Add `run`."""
    parser = command_parser(
        commands,
        "run",
        "serve devices and the office web",
        "Serves /sync/v1 for devices and the office web at /app. Plain http is accepted from this machine only. For "
        "others give --certificate and --key, or put a proxy that ends TLS in front and say --behind-proxy. /metrics answers "
        "Prometheus on this machine; elsewhere and behind a proxy it wants the token that FIELDFARE_METRICS_TOKEN names. "
        "FIELDFARE_SMTP and FIELDFARE_MAIL_FROM name the mail server through which admins are told of alarms.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=port, default=8000, help="port to listen on, 0 for a free one (default: 8000)")
    parser.add_argument("--no-office", action="store_true", help="serve devices only")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate with its chain, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key of the certificate, PEM")
    parser.add_argument("--behind-proxy", action="store_true", help="believe X-Forwarded-Proto of the proxy in front")
    parser.set_defaults(run=run_server)


@explained
def run_server(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from sync_server.db import server_lock
    from sync_server.services.file_store import StoreFailed

    config = config_of(arguments)
    if bool(config.certificate) != bool(config.key):
        say("--certificate and --key go together.")
        return FAILED
    missing = next((file for file in (config.certificate, config.key) if file and not file.is_file()), None)
    if missing:
        raise NotPossible(f"There is no file {missing}.")
    _check_certificate(config)
    server = open_existing(arguments)
    try:
        server.files.store.size_of(NO_FILE)
    except ValueError as error:
        raise NotPossible(f"FIELDFARE_FILES_URL names no place for files: {error}.") from error
    except StoreFailed as error:
        raise NotPossible(
            f"The place that FIELDFARE_FILES_URL names does not answer ({error}). Nothing was started."
        ) from error
    try:
        lock = server_lock.acquire(config.url)
    except server_lock.ServedAlready as error:
        server.central.store.close()
        raise NotPossible(SERVED_ALREADY.format(database=error)) from error
    with lock:
        return _serve(config, server, arguments)


def _serve(config: "ServerConfig", server: "Server", arguments: argparse.Namespace) -> int:
    from sync_server.services import setup
    from sync_server.serving import listen, serve

    setup.complete(server.central)  # a migration that was cut short after its tables
    try:
        listening = listen(config)
    except OSError as error:
        reason = f"{config.host} port {config.port}: {reason_of(error)}"
        raise NotPossible(f"The server cannot listen on {reason}. Choose another --port or --host.") from error
    scheme = "https" if config.certificate else "http"
    port_now = config.port or listening.getsockname()[1]
    say(f"Serving {scheme}://{config.host}:{port_now}{'' if not config.office else ' and the office at /app'}. Ctrl+C ends it.")
    if config.is_out_of_reach:
        say(OUT_OF_REACH.format(host=config.host))
    advise(server, arguments)
    server.central.store.close()
    with listening:
        return serve(config, listening)


def _check_certificate(config: "ServerConfig") -> None:
    """Raise NotPossible for a certificate and a key with which nothing can be served."""
    if not config.certificate or not config.key:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(config.certificate, config.key, lambda: "")
    except OSError as error:  # SSLError is one
        raise NotPossible(
            f"The certificate {config.certificate} and the key {config.key} cannot be used ({reason_of(error)}). Both are PEM files, "
            "the key is that of the certificate and has no password of its own."
        ) from error
