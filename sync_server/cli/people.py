"""Commands about people: `user add`, `user list`, `user password`."""

import argparse
from dataclasses import replace

from sync_server.cli.terminal import (
    FAILED,
    OK,
    Subparsers,
    add_password,
    command_parser,
    explained,
    group_parser,
    open_existing,
    password_of,
    refused,
    say,
)
from sync_server.services.shipped_profiles import PROFILES, profile_id


def add_user(commands: Subparsers) -> None:
    """Add `user` with its commands."""
    users = group_parser(commands, "user", "people who may sign in")
    parser = command_parser(users, "add", "give a person an account")
    parser.add_argument("email")
    parser.add_argument("--name", required=True)
    parser.add_argument("--admin", action="store_true", help="may manage users, lists and devices")
    parser.add_argument("--profile", metavar="PROFILE", help=f"what the person may see and do: {', '.join(PROFILES)}")
    parser.add_argument("--language", choices=("en", "ro"), default="en")
    add_password(parser)
    parser.set_defaults(run=run_user_add)
    parser = command_parser(users, "list", "show who may sign in")
    parser.set_defaults(run=run_user_list)
    parser = command_parser(users, "password", "give a person a new password")
    parser.add_argument("email")
    add_password(parser)
    parser.set_defaults(run=run_user_password)


@explained
def run_user_add(arguments: argparse.Namespace) -> int:
    """Add a person with an account."""
    from sync_server.services.accounts import NewUser
    from sync_server.services.refusals import Refusal

    if arguments.profile not in (None, *PROFILES):
        say(f"There is no profile {arguments.profile}. Choose one of: {', '.join(PROFILES)}.")
        return FAILED
    accounts = open_existing(arguments).accounts
    try:
        accounts.check(arguments.name, arguments.email)
        password = password_of(arguments)
        made = NewUser(arguments.name, arguments.email, password, arguments.admin, arguments.language)
        accounts.create_user(replace(made, profile_id=profile_id(arguments.profile) if arguments.profile else None))
    except Refusal as refusal:
        say(refused(refusal, arguments.email))
        return FAILED
    say(f"{arguments.email} can sign in.")
    if not arguments.profile and not arguments.admin:
        say(
            "Nothing limits what they see and change, as they have no profile. Give one in the office: Settings, People and rights."
        )
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

    accounts = open_existing(arguments).accounts
    try:
        accounts.check_known(arguments.email)
        accounts.set_password(arguments.email, password_of(arguments))
    except Refusal as refusal:
        see = " See: fieldfare server user list" if refusal.http_status == 404 else ""
        say(refused(refusal, arguments.email) + see)
        return FAILED
    say("The password is changed.")
    return OK
