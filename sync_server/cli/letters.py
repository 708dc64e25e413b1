"""Commands about what was refused for good: `letter list`, `letter show`, `letter take`, `letter discard`."""

import argparse
import re
from typing import TYPE_CHECKING

from sync_server.cli.terminal import (
    FAILED,
    OK,
    Subparsers,
    admin_named,
    command_parser,
    explained,
    group_parser,
    moment,
    open_existing,
    say,
)

if TYPE_CHECKING:
    from shared_models.protocol import CodedError
    from sync_server.services.letters import Letter

VALUE_LENGTH = 200


def add_letter(commands: Subparsers) -> None:
    """Add `letter` with its commands."""
    letters = group_parser(commands, "letter", "changes that were refused, and why")
    parser = command_parser(
        letters,
        "list",
        "show what was refused, newest first",
        "Shows the changes that were refused and that nobody has settled yet. Their authors have the same text on their device, "
        'under "needs attention".',
    )
    parser.add_argument("--before", type=entry_number, metavar="N", help="go on after the entry with this number")
    parser.set_defaults(run=run_list)
    parser = command_parser(letters, "show", "show what somebody wanted to save")
    parser.add_argument("letter")
    parser.set_defaults(run=run_show)
    parser = command_parser(
        letters,
        "take",
        "do what it says, as an admin's change",
        "Merges the change as it would have been merged when it came, in the name of an admin. What others have changed since is not "
        "overwritten: it makes a card.",
    )
    parser.add_argument("letter")
    parser.add_argument("--as", dest="email", required=True, metavar="E-MAIL", help="the admin in whose name")
    parser.set_defaults(run=run_take)
    parser = command_parser(letters, "discard", "settle it without doing anything; its text stays readable")
    parser.add_argument("letter")
    parser.set_defaults(run=run_discard)


def entry_number(text: str) -> int:
    """Return the number of an entry as a person typed it. Raises what argparse shows as a usage error."""
    if not re.fullmatch("[1-9][0-9]{0,17}", text):
        raise argparse.ArgumentTypeError(
            f"{text} is not the number of an entry, which stands first in its line, for example --before 120; "
            "leave --before out to begin with the newest"
        )
    return int(text)


@explained
def run_list(arguments: argparse.Namespace) -> int:
    """Show a page of open letters."""
    from sync_server.services import letters

    found = letters.listed(open_existing(arguments).central, before=arguments.before, limit=letters.PAGE)
    for one in found:
        records = sorted({op.t for op in one.ops})
        say(f"{one.seq:>8}  {one.tx_id}  {moment(one.at)}  {one.by}, {one.device}")
        say(f"          {', '.join(records)}: {_reason(one.error)}")
    if len(found) == letters.PAGE:
        say(f"More: fieldfare server letter list --before {found[-1].seq}")
    elif not found:
        say("Nothing was refused." if arguments.before is None else "No more.")
    return OK


@explained
def run_show(arguments: argparse.Namespace) -> int:
    """Show one letter whole."""
    from sync_server.services import letters
    from sync_server.services.refusals import Refusal

    try:
        letter = letters.find(open_existing(arguments).central, arguments.letter)
    except Refusal:
        return _unknown()
    say(f"{letter.by} on {letter.device}, arrived {moment(letter.at)}: {letter.state}")
    say(_reason(letter.error))
    _say_ops(letter)
    return OK


@explained
def run_take(arguments: argparse.Namespace) -> int:
    """Do what a letter says."""
    from sync_server.services import letters
    from sync_server.services.actor import Actor
    from sync_server.services.refusals import Refusal

    server = open_existing(arguments)
    admin = admin_named(server, arguments.email)
    new_id = server.ids.token()
    try:
        verdict = letters.take_in(server.central, arguments.letter, Actor(admin, new_id, is_admin=True), new_id)
    except Refusal as refusal:
        if refusal.http_status == 404:
            return _unknown()
        say(f"It is settled already ({refusal.detail}).")
        return FAILED
    if verdict.error is not None:
        say(f"It was refused again. {_reason(verdict.error)}")
        return FAILED
    say(
        "It is done."
        if verdict.v != "conflict"
        else "It is done; what others have changed since is kept, and a card shows both."
    )
    return OK


@explained
def run_discard(arguments: argparse.Namespace) -> int:
    """Close a letter."""
    from sync_server.services import letters

    if not letters.discard(open_existing(arguments).central, arguments.letter):
        return _unknown()
    say("It is settled. Its text can still be read with `letter show`.")
    return OK


def _unknown() -> int:
    say("There is no such entry, or it is settled already. See: fieldfare server letter list")
    return FAILED


def _reason(error: "CodedError") -> str:
    """Return in words what a device says of the same refusal."""
    from shared_models.texts import Texts

    place = f" ({error.field})" if error.field else ""
    return f"{Texts('en').t(f'error.{error.code.value}')}{place} [{error.code.value}]"


def _say_ops(letter: "Letter") -> None:
    verbs = {"i": "new", "u": "change", "d": "archive"}
    for op in letter.ops:
        say(f"  {verbs[op.op]} {op.t} {op.pk}")
        for name, value in op.set.items():
            say(f"    {name} = {str(value)[:VALUE_LENGTH]}")
