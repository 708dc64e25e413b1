"""What every command of the server shares: its options, the database it opens, what it says and what it asks."""

import argparse
import getpass
import os
import re
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
    from sync_server.services.refusals import Refusal

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


def group_parser(commands: Subparsers, name: str, help_text: str) -> Subparsers:
    """Return what the commands of a new group are added to."""
    return commands.add_parser(name, help=help_text).add_subparsers(title="commands", metavar="COMMAND", required=True)


def say(text: str) -> None:
    """Write a line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # a service's output is a file or a pipe, and would wait there


def moment(micros: int | None) -> str:
    """Return a moment of UTC to the minute. micros: microseconds since 1970 UTC, or None for never."""
    return "never" if micros is None else datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")


def config_of(arguments: argparse.Namespace) -> "ServerConfig":
    """Return the settings that a command was called with. Raises NotPossible for a folder or database that can be none."""
    from sync_server.config import ServerConfig, mail_of
    from sync_server.db.troubles import no_database

    folder = arguments.data or Path(os.environ.get("FIELDFARE_DATA") or DEFAULT_FOLDER)
    url = arguments.database or os.environ.get("FIELDFARE_DATABASE", "")
    if any(one.is_file() for one in (folder, *folder.parents)):
        raise NotPossible(f"The folder {folder} cannot be used: {reason_of(NotADirectoryError())}. Name another with --data.")
    if why := no_database(url):
        raise NotPossible(why)
    try:
        mail = mail_of(os.environ.get("FIELDFARE_SMTP", ""), os.environ.get("FIELDFARE_MAIL_FROM", ""))
    except ValueError as error:
        raise NotPossible(f"Mail cannot be sent: {error}.") from error
    return ServerConfig(
        folder=folder,
        database_url=url,
        host=getattr(arguments, "host", "127.0.0.1"),
        port=getattr(arguments, "port", 8000),
        office=not getattr(arguments, "no_office", False),
        behind_proxy=getattr(arguments, "behind_proxy", False),
        certificate=getattr(arguments, "certificate", None),
        key=getattr(arguments, "key", None),
        files_url=os.environ.get("FIELDFARE_FILES_URL", ""),
        biggest_file=_biggest_file(),
        mail=mail,
        metrics_token=os.environ.get("FIELDFARE_METRICS_TOKEN", ""),
    )


def _biggest_file() -> int:
    """Return the largest file that is taken, in bytes. Raises NotPossible for a setting that is no number of megabytes."""
    from shared_models.protocol import BIGGEST_FILE

    text = os.environ.get("FIELDFARE_BIGGEST_FILE_MB", "")
    if not text:
        return BIGGEST_FILE
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise NotPossible(f"FIELDFARE_BIGGEST_FILE_MB is {text!r}. Give a number of megabytes, for example 50.")
    return int(text) * 1_000_000


class NotPossible(Exception):
    """A command cannot do its work here; the text tells the person at the terminal why."""


def refused(refusal: "Refusal", email: str) -> str:
    """Return in a sentence why a person could not be added or changed, with the address that was given."""
    return f"{email.strip() or 'No e-mail address'}: {refusal.detail}."


def reason_of(error: OSError) -> str:
    """Return what the system says of a file or folder, for whoever named it, without what only repeats it or names our sources."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return "it is, or lies in, a file and no folder"
    return re.sub(r" \((while|_ssl).*", "", error.strerror or str(error))


def explained(command: Command) -> Command:
    """Return a command that ends with a sentence, and not with a traceback, for what is no mistake of ours."""

    @wraps(command)
    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except Exception as error:  # what has no explanation goes on
            from sync_server.db.troubles import told

            text = told(error)
            if isinstance(error, NotPossible):
                text = str(error)
            elif isinstance(error, OSError):
                text = f"{error.filename} cannot be used: {reason_of(error)}." if error.filename else f"{error}."
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
        if not migrate.is_current(config.url) and migrate.revision_of(config.url):
            raise NotPossible(
                f"The database is of another version of Fieldfare. After an update run:\n  {_line('migrate', arguments)}"
            )
        raise NotPossible(f"The database has nothing of Fieldfare yet. Make it ready:\n  {_line('init', arguments)}")
    raise NotPossible(
        f"There is no database in {config.folder}. Name the folder of yours with --data, or make a new one there:\n"
        f"  {_line('init', arguments)}"
    )


def admin_named(server: "Server", email: str) -> str:
    """Return the id of the admin who may sign in with an address. Raises NotPossible where there is none."""
    found = server.accounts.admin_of(email)
    if found is None:
        raise NotPossible("There is no such admin. See: fieldfare server user list")
    return found


def _line(command: str, arguments: argparse.Namespace) -> str:
    """Return the command line of another command on the same database."""
    return f"fieldfare server {command}{_where(arguments)}"


def _where(arguments: argparse.Namespace) -> str:
    """Return the options that name the same database; its URL may hold a password and is not repeated."""
    where = f" --data {shlex.quote(str(arguments.data))}" if arguments.data else ""
    return f"{where} --database URL" if arguments.database else where


def advise(server: "Server", arguments: argparse.Namespace) -> None:
    """Say what to do about a database without an administrator."""
    if not server.accounts.has_admin():
        say((NOBODY if server.accounts.is_empty() else NO_ADMIN).format(where=_where(arguments)))


def add_password(parser: argparse.ArgumentParser) -> None:
    """Add the option of a command that needs a password."""
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="file with the password (default: asked for at a terminal, else the first line of the standard input)",
    )


def password_of(arguments: argparse.Namespace) -> str:
    """Return the password of the file that was named, else as typed at a terminal, else the next line of the standard input.

    Raises NotPossible where there is none of them.
    """
    if arguments.password_file:
        return _password_in(arguments.password_file)
    if sys.stdin.isatty():
        return asked(getpass.getpass, "Password: ", "--password-file")
    return asked(_next_line, "Password: ", "--password-file, or the password as a line of the standard input")


def _password_in(file: Path) -> str:
    why = "it is no text"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        why = reason_of(error)
    except UnicodeDecodeError:
        pass
    raise NotPossible(
        f"The password file {file} cannot be read: {why}. Give a text file that holds the password and nothing else, "
        "or leave --password-file out to be asked for it."
    )


def _next_line(_: str) -> str:
    if not (line := sys.stdin.readline()):
        raise EOFError
    return line.rstrip("\r\n")


def asked(ask: Callable[[str], str], question: str, option: str) -> str:
    """Return what a person answers. option: what to give instead where there is nobody. Raises NotPossible."""
    try:
        return ask(question)
    except EOFError:
        raise NotPossible(f"There is nobody to ask here. Give {option}.") from None
