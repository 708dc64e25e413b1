"""The commands of the server: `fieldfare server ...`. Heavy imports happen inside the commands, so that help is instant."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync_server.app import Server
    from sync_server.config import ServerConfig

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
DEFAULT_FOLDER = Path.home() / ".local" / "share" / "fieldfare-server"
OK, FAILED = 0, 1


def register(subparsers: "Subparsers") -> None:
    """Add `fieldfare server` with its commands."""
    parser = subparsers.add_parser(
        "server",
        help="run and look after a sync server",
        description="Keeps the central database, reconciles what devices did offline, and serves the office web.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _init(commands)
    _run(commands)
    _migrate(commands)
    _user(commands)
    _device(commands)
    _status(commands)


def _command(commands: "Subparsers", name: str, help_text: str, description: str = "") -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text, description=description or help_text)
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="folder of the server's files")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="SQLAlchemy URL of the central database, for example postgresql+psycopg://user@host/name; "
        "default: an SQLite file in the folder",
    )
    return parser


def _init(commands: "Subparsers") -> None:
    parser = _command(
        commands,
        "init",
        "make the central database and the first admin",
        "Makes the tables, begins the sequence, and creates the first admin. Safe to run again: it changes nothing then.",
    )
    parser.add_argument("--email", help="e-mail of the first admin; asked for when missing")
    parser.add_argument("--name", default="Admin", help="name of the first admin")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="file with the password; asked for when missing")
    parser.add_argument("--demo", choices=("small", "medium", "large"), help="fill it with the demo company instead")
    parser.set_defaults(run=run_init)


def _run(commands: "Subparsers") -> None:
    parser = _command(
        commands,
        "run",
        "serve devices and the office web",
        "Serves /sync/v1 for devices and the office web at /app. Plain http is accepted from this machine only: put a proxy "
        "that ends TLS in front of it for others, and say --behind-proxy.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--no-office", action="store_true", help="serve devices only")
    parser.add_argument("--behind-proxy", action="store_true", help="believe X-Forwarded-Proto of the proxy in front")
    parser.set_defaults(run=run_server)


def _migrate(commands: "Subparsers") -> None:
    parser = _command(commands, "migrate", "bring the central database to this version's tables")
    parser.set_defaults(run=run_migrate)


def _user(commands: "Subparsers") -> None:
    users = commands.add_parser("user", help="people who may sign in").add_subparsers(metavar="COMMAND", required=True)
    parser = _command(users, "add", "give a person an account")
    parser.add_argument("email")
    parser.add_argument("--name", required=True)
    parser.add_argument("--admin", action="store_true", help="may manage users, lists and devices")
    parser.add_argument("--language", choices=("en", "ro"), default="en")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.set_defaults(run=run_user_add)
    parser = _command(users, "password", "give a person a new password")
    parser.add_argument("email")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.set_defaults(run=run_user_password)


def _device(commands: "Subparsers") -> None:
    devices = commands.add_parser("device", help="devices that sync").add_subparsers(metavar="COMMAND", required=True)
    parser = _command(devices, "list", "show every device and when it was last seen")
    parser.set_defaults(run=run_device_list)
    parser = _command(devices, "revoke", "lock a device out at once; what waits on it stays there")
    parser.add_argument("device")
    parser.set_defaults(run=run_device_revoke)


def _status(commands: "Subparsers") -> None:
    parser = _command(commands, "status", "show sequence, rows and devices")
    parser.set_defaults(run=run_status)


# -- what they do ----------------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Write a line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")


def config_of(arguments: argparse.Namespace) -> "ServerConfig":
    """Return the settings that a command was called with."""
    from sync_server.config import ServerConfig

    return ServerConfig(
        folder=arguments.data,
        database_url=arguments.database,
        host=getattr(arguments, "host", "127.0.0.1"),
        port=getattr(arguments, "port", 8000),
        office=not getattr(arguments, "no_office", False),
        behind_proxy=getattr(arguments, "behind_proxy", False),
    )


def _open(arguments: argparse.Namespace) -> "Server":
    from sync_server.app import open_server

    return open_server(config_of(arguments))


def run_init(arguments: argparse.Namespace) -> int:
    """Make the central database, its lists and its first people."""
    from sync_server.services import first_run

    server = _open(arguments)
    if not first_run.prepare(server.central, server.config.url, server.ids.token):
        say("The database is there already; nothing was changed.")
        return OK
    if arguments.demo:
        count = first_run.fill_demo(server.central, server.accounts, arguments.demo)
        say(f"The demo company is in: {count} records. Sign in as ana.pop@carpati.example, password {first_run.DEMO_PASSWORD}.")
        return OK
    email = arguments.email or input("E-mail of the first admin: ")
    first_run.first_admin(server.accounts, arguments.name, email, _password(arguments))
    say(f"Ready. Start it with: fieldfare server run --data {arguments.data}")
    return OK


def run_server(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from sync_server.serving import serve

    return serve(config_of(arguments))


def run_migrate(arguments: argparse.Namespace) -> int:
    """Upgrade the tables."""
    from sync_server.db.migrate import upgrade

    upgrade(config_of(arguments).url)
    say("The database has this version's tables.")
    return OK


def run_user_add(arguments: argparse.Namespace) -> int:
    """Add a person with an account."""
    from sync_server.services.accounts import NewUser
    from sync_server.services.refusals import Refusal

    user = NewUser(arguments.name, arguments.email, _password(arguments), arguments.admin, arguments.language)
    try:
        _open(arguments).accounts.create_user(user)
    except Refusal as refusal:
        say(refusal.detail)
        return FAILED
    say(f"{arguments.email} can sign in.")
    return OK


def run_user_password(arguments: argparse.Namespace) -> int:
    """Replace a password."""
    from sync_server.services.refusals import Refusal

    try:
        _open(arguments).accounts.set_password(arguments.email, _password(arguments))
    except Refusal as refusal:
        say(refusal.detail)
        return FAILED
    say("The password is changed.")
    return OK


def run_device_list(arguments: argparse.Namespace) -> int:
    """Show every device."""
    from sync_server.db import devices

    server = _open(arguments)
    with server.central.store.read() as connection:
        found = devices.every(connection, server.central.tables)
    for device in found:
        state = "revoked" if device["revoked_at"] else f"{device['pending'] or 0} waiting"
        say(f"{device['id']}  {device['name'][:24]:24}  {_moment(device['last_seen_at']):16}  {state}")
    say(f"{len(found)} devices")
    return OK


def run_device_revoke(arguments: argparse.Namespace) -> int:
    """Lock a device out."""
    was_in = _open(arguments).accounts.revoke_device(arguments.device)
    say("The device is locked out." if was_in else "No such device, or it was locked out before.")
    return OK if was_in else FAILED


def run_status(arguments: argparse.Namespace) -> int:
    """Show where the database stands."""
    from sync_server.db import devices, digests, timeline

    server = _open(arguments)
    with server.central.store.read() as connection:
        now = timeline.read(connection, server.central.tables)
        found = digests.read(connection, server.central.tables)
        known = devices.every(connection, server.central.tables)
    say(f"sequence {now.seq}, epoch {now.epoch}, {len(known)} devices")
    for name, digest in sorted(found.items()):
        say(f"  {name:20} {digest.rows:>9} rows  {digest.total:016x}")
    return OK


def _moment(micros: int | None) -> str:
    return "never" if micros is None else datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M")


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_file:
        return str(arguments.password_file.read_text(encoding="utf-8").strip())
    return getpass.getpass("Password: ")
