"""The commands of the server: `fieldfare server ...`. Heavy imports happen inside the commands, so that help is instant."""

import argparse
import getpass
import os
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from shared_models.ports import port

if TYPE_CHECKING:
    from sync_server.app import Server
    from sync_server.config import ServerConfig

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
Command = Callable[[argparse.Namespace], int]
DEFAULT_FOLDER = Path.home() / ".local" / "share" / "fieldfare-server"
OK, FAILED = 0, 1
EXAMPLES = """examples:
  fieldfare server init --email ana@example.ro          make the database and the first admin; asks for a password
  fieldfare server run                                  serve this machine at http://127.0.0.1:8000
  fieldfare server run --host 0.0.0.0 --certificate crm.pem --key crm.key
                                                        serve others, with TLS of its own
  fieldfare server user add dan@example.ro --name "Dan Ilie" --language ro
  fieldfare server device revoke DEVICE                 a laptop was stolen

FIELDFARE_DATA and FIELDFARE_DATABASE stand in for --data and --database; a database URL with a password
belongs there and not on the command line, where other users of the machine can read it.
"""
OUT_OF_REACH = """Warning: the server listens at {host} without TLS. Devices and browsers on other machines are refused, because passwords
and records never travel over plain http; only this machine itself is served. To serve others, do one of the two:
  - give the server a certificate:    --certificate crm.pem --key crm.key
  - let a proxy in front end the TLS: --behind-proxy, and have the proxy set X-Forwarded-Proto
"""
NOBODY = """Warning: nobody has an account, so nobody can sign in. Make the first administrator, here or in another terminal:
  fieldfare server init{where}
"""
NO_ADMIN = """Warning: no administrator may sign in, so nobody can manage people, lists and devices. Add one, here or in another terminal:
  fieldfare server user add E-MAIL --name NAME --admin{where}
"""


def register(subparsers: "Subparsers") -> None:
    """Add `fieldfare server` with its commands."""
    parser = subparsers.add_parser(
        "server",
        help="run and look after a sync server",
        description="Keeps the central database, reconciles what devices did offline, and serves the office web.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    parser.add_argument("--data", type=Path, default=None, metavar="FOLDER", help="folder of the server's files")
    parser.add_argument(
        "--database",
        default=None,
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
        "Makes the tables, begins the sequence, brings in the lists that ship with the product, and creates the first admin. "
        "Safe to run again: what is there already stays as it is.",
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
        "Serves /sync/v1 for devices and the office web at /app. Plain http is accepted from this machine only. For "
        "others give --certificate and --key, or put a proxy that ends TLS in front and say --behind-proxy.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=port, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--no-office", action="store_true", help="serve devices only")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate with its chain, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key of the certificate, PEM")
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
    parser = _command(users, "list", "show who may sign in")
    parser.set_defaults(run=run_user_list)
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
    """Write a line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # a service's output is a file or a pipe, and would wait there


def config_of(arguments: argparse.Namespace) -> "ServerConfig":
    """Return the settings that a command was called with."""
    from sync_server.config import ServerConfig

    return ServerConfig(
        folder=arguments.data or Path(os.environ.get("FIELDFARE_DATA") or DEFAULT_FOLDER),
        database_url=arguments.database or os.environ.get("FIELDFARE_DATABASE", ""),
        host=getattr(arguments, "host", "127.0.0.1"),
        port=getattr(arguments, "port", 8000),
        office=not getattr(arguments, "no_office", False),
        behind_proxy=getattr(arguments, "behind_proxy", False),
        certificate=getattr(arguments, "certificate", None),
        key=getattr(arguments, "key", None),
    )


class NotPossible(Exception):
    """A command cannot do its work here; the text tells the person at the terminal why."""


def explained(command: Command) -> Command:
    """Return a command that ends with a sentence, and not with a traceback, for what is no mistake of ours."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except Exception as error:  # what has no explanation goes on
            from sync_server.db.troubles import told

            text = str(error) if isinstance(error, (NotPossible, OSError)) else told(error)
            if text is None:
                raise
            say(text)
            return FAILED

    return run


def _open(arguments: argparse.Namespace) -> "Server":
    """Open the server of a database that has this version's tables. Raises NotPossible for any other."""
    from sync_server.app import open_server
    from sync_server.db import migrate
    from sync_server.services import setup

    config = config_of(arguments)
    if config.database_url or (config.folder / "central.db").exists():
        server = open_server(config)
        with server.central.store.read():
            pass
        if migrate.is_current(config.url) and setup.is_started(server.central):
            return server
    raise NotPossible(
        "The database does not have this version's tables: run `fieldfare server init`, or `migrate` after an update."
    )


@explained
def run_init(arguments: argparse.Namespace) -> int:
    """Make the central database, its lists and its first people."""
    from sync_server.app import open_server
    from sync_server.services import first_run
    from sync_server.services.refusals import Refusal

    server = open_server(config_of(arguments))
    first_run.prepare(server.central, server.config.url, server.ids.token)
    if not server.accounts.is_empty():
        say("The database is there already; nothing was changed.")
        _advise(server, arguments)
        return OK
    if arguments.demo:
        count = first_run.fill_demo(server.central, server.accounts, arguments.demo)
        say(f"The demo company is in: {count} records. Sign in as ana.pop@carpati.example, password {first_run.DEMO_PASSWORD}.")
        return OK
    email = arguments.email or _asked(input, "E-mail of the first admin: ", "--email")
    try:
        first_run.first_admin(server.accounts, arguments.name, email, _password(arguments))
    except Refusal as refusal:
        say(f"{refusal.detail}. Run the same command again.")
        return FAILED
    say(f"Ready: {email} is the admin. Start it with: fieldfare server run --data {server.config.folder}")
    return OK


@explained
def run_server(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from sync_server.serving import listen, serve

    config = config_of(arguments)
    if bool(config.certificate) != bool(config.key):
        say("--certificate and --key go together.")
        return FAILED
    missing = next((file for file in (config.certificate, config.key) if file and not file.is_file()), None)
    if missing:
        raise NotPossible(f"There is no file {missing}.")
    server = _open(arguments)
    try:
        listening = listen(config)
    except OSError as error:
        reason = f"{config.host} port {config.port}: {error.strerror}"
        raise NotPossible(f"The server cannot listen on {reason}. Choose another --port or --host.") from error
    scheme = "https" if config.certificate else "http"
    say(
        f"Serving {scheme}://{config.host}:{config.port}{'' if not config.office else ' and the office at /app'}. Ctrl+C ends it."
    )
    if config.is_out_of_reach:
        say(OUT_OF_REACH.format(host=config.host))
    _advise(server, arguments)
    server.central.store.close()
    with listening:
        return serve(config, listening)


@explained
def run_migrate(arguments: argparse.Namespace) -> int:
    """Upgrade the tables."""
    from sync_server.db.migrate import upgrade

    upgrade(config_of(arguments).url)
    say("The database has this version's tables.")
    return OK


@explained
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


@explained
def run_user_list(arguments: argparse.Namespace) -> int:
    """Show who may sign in."""
    found = _open(arguments).accounts.people()
    for person in found:
        marks = [mark for mark, shown in (("admin", person.is_admin), ("disabled", person.is_disabled)) if shown]
        say(f"{person.email:40}  {person.name[:40]:40}  {', '.join(marks)}".rstrip())
    say(f"{len(found)} people")
    return OK


@explained
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


@explained
def run_device_list(arguments: argparse.Namespace) -> int:
    """Show every device."""
    from sync_server.db import devices

    server = _open(arguments)
    with server.central.store.read() as connection:
        found = devices.every(connection, server.central.tables)
        people = devices.emails(connection, server.central.tables)
    for device in found:
        state = "revoked" if device["revoked_at"] else f"{device['pending'] or 0} waiting"
        seen = _moment(device["last_seen_at"])
        say(f"{device['id']}  {people.get(device['user'], '')[:40]:40}  {device['name'][:24]:24}  {seen:16}  {state}")
    say("1 device" if len(found) == 1 else f"{len(found)} devices")
    return OK


@explained
def run_device_revoke(arguments: argparse.Namespace) -> int:
    """Lock a device out."""
    was_in = _open(arguments).accounts.revoke_device(arguments.device)
    say("The device is locked out." if was_in else "No such device, or it was locked out before.")
    return OK if was_in else FAILED


@explained
def run_status(arguments: argparse.Namespace) -> int:
    """Show where the database stands."""
    from sync_server.db import devices, digests, timeline

    server = _open(arguments)
    with server.central.store.read() as connection:
        now = timeline.read(connection, server.central.tables)
        found = digests.read(connection, server.central.tables)
        known = devices.every(connection, server.central.tables)
    say(f"sequence {now.seq}, epoch {now.epoch}, {len(known)} devices")
    _advise(server, arguments)
    for name, digest in sorted(found.items()):
        say(f"  {name:20} {digest.rows:>9} rows  {digest.total:016x}")
    return OK


def _advise(server: "Server", arguments: argparse.Namespace) -> None:
    """Say what to do about a database without an administrator; its URL may hold a password and is not repeated."""
    if server.accounts.has_admin():
        return
    where = f" --data {shlex.quote(str(arguments.data))}" if arguments.data else ""
    where += " --database URL" if arguments.database else ""
    say((NOBODY if server.accounts.is_empty() else NO_ADMIN).format(where=where))


def _moment(micros: int | None) -> str:
    return "never" if micros is None else datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M")


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_file:
        return str(arguments.password_file.read_text(encoding="utf-8").strip())
    return _asked(getpass.getpass, "Password: ", "--password-file")


def _asked(ask: Callable[[str], str], question: str, option: str) -> str:
    try:
        return ask(question)
    except EOFError:
        raise NotPossible(f"There is nobody to ask here. Give {option}.") from None
