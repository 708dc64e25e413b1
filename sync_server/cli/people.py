"""Commands about people: `user add`, `user list`, `user password`."""

import argparse
from pathlib import Path

from sync_server.cli.terminal import FAILED, OK, Subparsers, command_parser, explained, open_existing, password_of, say


def add_user(commands: Subparsers) -> None:
    """Add `user` with its commands."""
    users = commands.add_parser("user", help="people who may sign in").add_subparsers(metavar="COMMAND", required=True)
    parser = command_parser(users, "add", "give a person an account")
    parser.add_argument("email")
    parser.add_argument("--name", required=True)
    parser.add_argument("--admin", action="store_true", help="may manage users, lists and devices")
    parser.add_argument("--language", choices=("en", "ro"), default="en")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.set_defaults(run=run_user_add)
    parser = command_parser(users, "list", "show who may sign in")
    parser.set_defaults(run=run_user_list)
    parser = command_parser(users, "password", "give a person a new password")
    parser.add_argument("email")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.set_defaults(run=run_user_password)


@explained
def run_user_add(arguments: argparse.Namespace) -> int:
    """Add a person with an account."""
    from sync_server.services.accounts import NewUser
    from sync_server.services.refusals import Refusal

    user = NewUser(arguments.name, arguments.email, password_of(arguments), arguments.admin, arguments.language)
    try:
        open_existing(arguments).accounts.create_user(user)
    except Refusal as refusal:
        say(refusal.detail)
        return FAILED
    say(f"{arguments.email} can sign in.")
    return OK


@explained
def run_user_list(arguments: argparse.Namespace) -> int:
    """Show who may sign in."""
    found = open_existing(arguments).accounts.people()
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
        open_existing(arguments).accounts.set_password(arguments.email, password_of(arguments))
    except Refusal as refusal:
        say(refusal.detail)
        return FAILED
    say("The password is changed.")
    return OK
