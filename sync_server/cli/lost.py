"""Commands about what a restore took away: `lost list`, `lost ask`, `lost take`."""

import argparse
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
    from sync_server.services.lost import Lost, LostRecord

VALUE_LENGTH = 80
SHOWN = 200


def add_lost(commands: Subparsers) -> None:
    """Add `lost` with its commands."""
    lost = group_parser(commands, "lost", "what a restore took away, and whose it was")
    parser = command_parser(
        lost,
        "list",
        "show what has not come back",
        "Shows what was saved after a backup that was restored and is not back: records of which a device held more than the centre has "
        "(`lost take` sets them again), saves that are known from the replaced database, and how many are known by number alone. "
        "Devices that have not come since may still bring more.",
    )
    parser.set_defaults(run=run_list)
    parser = command_parser(
        lost,
        "ask",
        "tell the authors, and let each decide",
        "Makes a card in the inbox of whoever had typed a lost value, with that value and the one in use. Records that are missing need `lost take`.",
    )
    parser.set_defaults(run=run_ask)
    parser = command_parser(
        lost,
        "take",
        "set again what devices held of it, as an admin's change",
        "What somebody has changed since is not overwritten: it makes a card.",
    )
    parser.add_argument("records", nargs="*", metavar="RECORD", help="ids of records, from the list (default: all)")
    parser.add_argument("--as", dest="email", required=True, metavar="E-MAIL", help="the admin in whose name")
    parser.set_defaults(run=run_take)


@explained
def run_list(arguments: argparse.Namespace) -> int:
    """Show what is lost."""
    from sync_server.services import lost

    found = lost.find(open_existing(arguments).central)
    _say_awaited(found)
    if found.is_nothing:
        say("Nothing is lost, as far as anybody who has come since knows." if found.awaited else "Nothing is lost.")
        return OK
    if found.records:
        say(f"Records that can be had back, {len(found.records)} in all: fieldfare server lost take --as E-MAIL")
    for one in found.records[:SHOWN]:
        _say_record(one)
    if found.saves:
        say(f"Saves of which nobody holds the whole any more, {len(found.saves)} in all; ask their authors:")
    for save in found.saves[:SHOWN]:
        say(f"  {save.seq:>8}  {moment(save.at)}  {save.by}, {save.device}: {', '.join(save.records)}")
    if found.unknown:
        say(f"At most {found.unknown} more saves are known by number alone: no device that came holds them.")
    return OK


@explained
def run_ask(arguments: argparse.Namespace) -> int:
    """Tell the authors."""
    from sync_server.services import lost, lost_cards

    server = open_existing(arguments)
    found = lost.find(server.central)
    _say_awaited(found)
    made = lost_cards.ask_authors(server.central, found.records, server.ids.record_id)
    say("1 card was made." if made == 1 else f"{made} cards were made.")
    missing = sum(one.is_missing for one in found.records)
    if missing:
        say(f"{missing} records are missing, and nobody can be asked on them: fieldfare server lost take --as E-MAIL")
    return OK


@explained
def run_take(arguments: argparse.Namespace) -> int:
    """Set again what devices held."""
    from sync_server.services import bringing_back, lost

    server = open_existing(arguments)
    admin = admin_named(server, arguments.email)
    found = lost.find(server.central)
    wanted = [one for one in found.records if not arguments.records or one.pk in arguments.records]
    unknown = set(arguments.records) - {one.pk for one in wanted}
    if unknown:
        say(f"No such record in the list: {', '.join(sorted(unknown))}. Nothing was changed.")
        return FAILED
    _say_awaited(found)
    verdicts = bringing_back.bring_back(server.central, wanted, admin, server.ids.token)
    done = sum(one.error is None for one in verdicts)
    say("1 record is as it was." if done == 1 else f"{done} records are as they were.")
    if done < len(verdicts):
        say(f"{len(verdicts) - done} were refused: fieldfare server letter list")
        return FAILED
    return OK


def _say_awaited(found: "Lost") -> None:
    if found.awaited:
        say(f"These devices have not come since, and may still bring what they hold: {'; '.join(found.awaited)}")


def _say_record(one: "LostRecord") -> None:
    what = "is missing" if one.is_missing else "is as it was before"
    say(
        f"  {one.pk}  {one.entity.entity_name} {one.title} {what}; last changed by {one.by}, {moment(one.at)}; held by {one.device}"
    )
    for name, value in one.values.items():
        if value not in (None, [], one.now.get(name)):
            say(f"      {name}: {str(value)[:VALUE_LENGTH]}")
