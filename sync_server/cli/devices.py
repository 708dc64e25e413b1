"""Commands about devices: `device list`, what an admin orders (`revoke`, `wipe`, `sign-out`, `pause`, `resume`, `resync`, `diagnose`), `diagnostics`."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared_models.codec import Row
from sync_server.cli.terminal import FAILED, OK, Subparsers, command_parser, explained, group_parser, moment, open_existing, say

if TYPE_CHECKING:
    from sync_server.services.device_desk import Known

INCIDENTS_DAYS = 30
INCIDENTS_US = INCIDENTS_DAYS * 86_400_000_000
INCIDENTS_SHOWN = 3
"""Incidents of one device that the list names, the newest."""


def add_device(commands: Subparsers) -> None:
    """Add `device` with its commands."""
    devices = group_parser(commands, "device", "devices that sync")
    parser = command_parser(devices, "list", "show every device, when it was last seen, and what was wrong on it")
    parser.set_defaults(run=run_device_list)
    for name, what, run in (
        ("revoke", "lock a device out at once; what waits on it stays there", run_device_revoke),
        ("wipe", "have a lost device send what waits on it at its next contact, and remove the rest", run_device_wipe),
        ("sign-out", "end a device's sign-in; what waits stays, and its person can come back", run_device_sign_out),
        ("pause", "let a device neither send nor fetch until it is resumed", run_device_pause),
        ("resume", "let a paused device go on", run_device_resume),
        ("resync", "have a device load everything anew at its next contact; what waits on it is kept", run_device_resync),
        ("diagnose", "have a device tell how it fares: figures and codes, no content", run_device_diagnose),
    ):
        parser = command_parser(devices, name, what)
        parser.add_argument("device")
        parser.set_defaults(run=run)


def add_diagnostics(commands: Subparsers) -> None:
    """Add `diagnostics`."""
    parser = command_parser(
        commands,
        "diagnostics",
        "show what a device told of itself",
        "Writes as JSON what a device told after `device diagnose DEVICE`: versions, states, what waits, codes of errors, sizes, digests. "
        "No value of a record, no name and no address is in it. It is kept for 30 days.",
    )
    parser.add_argument("device")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there instead of to the terminal")
    parser.set_defaults(run=run_diagnostics)


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


def say_how_they_stand(known: "Sequence[Known]") -> None:
    """Show a line for every device: its name and person, when it was seen, what waits there and here, and why it is behind."""
    from shared_models.device_desk import MOST_ROWS, STANDINGS
    from shared_models.device_words import cause_in_words
    from shared_models.texts import Texts

    counts = Counter(one.standing for one in known)
    if not known:
        return
    say("devices: " + ", ".join(f"{counts[name]} {STANDING_WORDS[name]}" for name in STANDINGS if counts[name]))
    say(f"  {'device':24}  {'person':28}  {'last seen':20}  {'to send':>7}  {'to fetch':>8}  why")
    for one in known:
        to_fetch = "-" if one.lag_rows is None else f"{one.lag_rows}{'+' if one.lag_rows >= MOST_ROWS else ''}"
        why = "; ".join(cause_in_words(Texts(), reason) for reason in one.reasons)
        name, person = one.row["name"][:24], (one.row["email"] or "")[:28]
        seen = moment(one.row["last_seen_at"])
        say(f"  {name:24}  {person:28}  {seen:20}  {one.facts.pending:>7}  {to_fetch:>8}  {why}")


STANDING_WORDS = {"need": "need somebody", "behind": "behind", "well": "in step", "out": "out of use"}


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


@explained
def run_device_sign_out(arguments: argparse.Namespace) -> int:
    """Sign a device out."""
    is_done = open_existing(arguments).accounts.sign_device_out(arguments.device)
    return _said(is_done, "The device is signed out. What waits on it stays there until the same person signs in again.")


@explained
def run_device_pause(arguments: argparse.Namespace) -> int:
    """Pause a device."""
    is_done = open_existing(arguments).accounts.pause_device(arguments.device, on=True)
    return _said(is_done, "The device neither sends nor fetches until it is resumed: fieldfare server device resume")


@explained
def run_device_resume(arguments: argparse.Namespace) -> int:
    """Let a device go on."""
    is_done = open_existing(arguments).accounts.pause_device(arguments.device, on=False)
    return _said(is_done, "The device goes on within a minute of its next contact.")


@explained
def run_device_resync(arguments: argparse.Namespace) -> int:
    """Have a device load everything anew."""
    is_done = open_existing(arguments).accounts.resync_device(arguments.device)
    return _said(is_done, "At its next contact the device loads everything anew; what waits on it is kept.")


@explained
def run_device_diagnose(arguments: argparse.Namespace) -> int:
    """Have a device tell how it fares."""
    is_done = open_existing(arguments).accounts.diagnose_device(arguments.device)
    return _said(is_done, "At its next contact the device tells how it fares: fieldfare server diagnostics DEVICE")


@explained
def run_diagnostics(arguments: argparse.Namespace) -> int:
    """Show what a device told."""
    from sync_server.services import diagnosing
    from sync_server.services.refusals import Refusal

    try:
        kept = diagnosing.find(open_existing(arguments).central, arguments.device)
    except Refusal:
        say("There are no diagnostics of such a device. Ask for them: fieldfare server device diagnose DEVICE")
        return FAILED
    text = kept.found.model_dump_json(indent=1, by_alias=True, exclude_defaults=True)
    if arguments.output is None:
        say(text)
    else:
        arguments.output.write_text(f"{text}\n", encoding="utf-8")
        say(f"What it told on {moment(kept.arrived_at)} is in {arguments.output}.")
    return OK


def _said(is_done: bool, text: str) -> int:
    """Say that an order was given, or why not; returns the exit code."""
    say(text if is_done else "No such device, or it was wiped. The office web's own copy can be signed out only.")
    return OK if is_done else FAILED


def _state(device: Row) -> str:
    """Return what the list says of a device's standing."""
    if device["wiped_at"]:
        return f"wiped {moment(device['wiped_at'])}"
    if device["revoked_at"]:
        return "revoked"
    waiting = f"{device['pending'] or 0} waiting"
    return f"to be wiped, {waiting}" if device["wipe_at"] else waiting
