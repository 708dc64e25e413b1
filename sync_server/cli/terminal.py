"""What every command of the server shares: its options, the database it opens, what it says and what it asks."""

import argparse
import getpass
import os
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sync_server.app import Server
    from sync_server.config import ServerConfig

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Command = Callable[[argparse.Namespace], int]
DEFAULT_FOLDER = Path.home() / ".local" / "share" / "fieldfare-server"
OK, FAILED = 0, 1
NOBODY = """Warning: nobody has an account, so nobody can sign in. Make the first administrator, here or in another terminal:
  fieldfare server init{where}
"""
NO_ADMIN = """Warning: no administrator may sign in, so nobody can manage people, lists and devices. Add one, here or in another terminal:
  fieldfare server user add E-MAIL --name NAME --admin{where}
"""


def command_parser(commands: Subparsers, name: str, help_text: str, description: str = "") -> argparse.ArgumentParser:
    """Return the parser of a new command, with the options that all of them have."""
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


def say(text: str) -> None:
    """Write a line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # a service's output is a file or a pipe, and would wait there


def moment(micros: int | None) -> str:
    """Return a moment of UTC to the minute. micros: microseconds since 1970 UTC, or None for never."""
    return "never" if micros is None else datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M")


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


def open_existing(arguments: argparse.Namespace) -> "Server":
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


def advise(server: "Server", arguments: argparse.Namespace) -> None:
    """Say what to do about a database without an administrator; its URL may hold a password and is not repeated."""
    if server.accounts.has_admin():
        return
    where = f" --data {shlex.quote(str(arguments.data))}" if arguments.data else ""
    where += " --database URL" if arguments.database else ""
    say((NOBODY if server.accounts.is_empty() else NO_ADMIN).format(where=where))


def password_of(arguments: argparse.Namespace) -> str:
    """Return the password of the file that was named, else as typed. Raises NotPossible when nobody is there to type."""
    if arguments.password_file:
        return str(arguments.password_file.read_text(encoding="utf-8").strip())
    return asked(getpass.getpass, "Password: ", "--password-file")


def asked(ask: Callable[[str], str], question: str, option: str) -> str:
    """Return what a person answers. option: what to give instead where there is nobody. Raises NotPossible."""
    try:
        return ask(question)
    except EOFError:
        raise NotPossible(f"There is nobody to ask here. Give {option}.") from None
