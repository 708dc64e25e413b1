"""Commands about devices: `device list`, `device revoke`, `device wipe`."""

import argparse

from shared_models.codec import Row
from sync_server.cli.terminal import FAILED, OK, Subparsers, command_parser, explained, group_parser, moment, open_existing, say

INCIDENTS_DAYS = 30
INCIDENTS_US = INCIDENTS_DAYS * 86_400_000_000
INCIDENTS_SHOWN = 3
"""Incidents of one device that the list names, the newest."""


def add_device(commands: Subparsers) -> None:
    """Add `device` with its commands."""
    devices = group_parser(commands, "device", "devices that sync")
    parser = command_parser(devices, "list", "show every device, when it was last seen, and what was wrong on it")
    parser.set_defaults(run=run_device_list)
    parser = command_parser(devices, "revoke", "lock a device out at once; what waits on it stays there")
    parser.add_argument("device")
    parser.set_defaults(run=run_device_revoke)
    parser = command_parser(
        devices, "wipe", "have a lost device send what waits on it at its next contact, and remove the rest"
    )
    parser.add_argument("device")
    parser.set_defaults(run=run_device_wipe)


@explained
def run_device_list(arguments: argparse.Namespace) -> int:
    """Show every device, and what it told of itself lately that was not as it should be."""
    from shared_models.incidents import in_words
    from shared_models.texts import Texts
    from sync_server.db import devices, incidents

    server = open_existing(arguments)
    with server.central.store.read() as connection:
        found = devices.every(connection, server.central.tables)
        people = devices.emails(connection, server.central.tables)
        told = incidents.since(connection, server.central.tables, server.central.now_us() - INCIDENTS_US)
    for device in found:
        state = _state(device)
        seen = moment(device["last_seen_at"])
        say(f"{device['id']}  {people.get(device['user'], '')[:40]:40}  {device['name'][:24]:24}  {seen:16}  {state}")
        mine = told.get(device["id"], [])
        for one in mine[:INCIDENTS_SHOWN]:
            say(f"    {moment(one['at'])}  {in_words(Texts(), one['kind'], one['entity'], one['n'])}")
        if len(mine) > INCIDENTS_SHOWN:
            say(f"    and {len(mine) - INCIDENTS_SHOWN} more in the last {INCIDENTS_DAYS} days")
    say("1 device" if len(found) == 1 else f"{len(found)} devices")
    return OK


@explained
def run_device_revoke(arguments: argparse.Namespace) -> int:
    """Lock a device out."""
    was_in = open_existing(arguments).accounts.revoke_device(arguments.device)
    say("The device is locked out." if was_in else "No such device, or it was locked out before.")
    return OK if was_in else FAILED


@explained
def run_device_wipe(arguments: argparse.Namespace) -> int:
    """Order a wipe."""
    is_ordered = open_existing(arguments).accounts.wipe_device(arguments.device)
    say(
        "At its next contact the device sends what waits on it, and then removes all that it holds."
        if is_ordered
        else "No such device, or it was wiped before. The office web's own copy is not wiped: revoke it."
    )
    return OK if is_ordered else FAILED


def _state(device: Row) -> str:
    """Return what the list says of a device's standing."""
    if device["wiped_at"]:
        return f"wiped {moment(device['wiped_at'])}"
    if device["revoked_at"]:
        return "revoked"
    waiting = f"{device['pending'] or 0} waiting"
    return f"to be wiped, {waiting}" if device["wipe_at"] else waiting
