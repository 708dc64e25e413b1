"""Commands about the central database: `init`, `migrate`, `status`."""

import argparse

from sync_server.cli.terminal import (
    FAILED,
    OK,
    Subparsers,
    add_password,
    advise,
    asked,
    command_parser,
    config_of,
    explained,
    open_existing,
    password_of,
    refused,
    say,
)


def add_init(commands: Subparsers) -> None:
    """Add `init`."""
    parser = command_parser(
        commands,
        "init",
        "make the central database and the first admin",
        "Makes the tables, begins the sequence, brings in the lists that ship with the product, and creates the first admin. "
        "Safe to run again: what is there already stays as it is.",
    )
    parser.add_argument("--email", help="e-mail of the first admin; asked for when missing")
    parser.add_argument("--name", default="Admin", help="name of the first admin")
    add_password(parser)
    parser.add_argument("--demo", choices=("small", "medium", "large"), help="fill it with the demo company instead")
    parser.set_defaults(run=run_init)


def add_migrate(commands: Subparsers) -> None:
    """Add `migrate`."""
    parser = command_parser(commands, "migrate", "bring the central database to this version's tables")
    parser.set_defaults(run=run_migrate)


def add_status(commands: Subparsers) -> None:
    """Add `status`."""
    parser = command_parser(commands, "status", "show sequence and rows, and how every device stands and why")
    parser.set_defaults(run=run_status)


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
        advise(server, arguments)
        return OK
    if arguments.demo:
        count = first_run.fill_demo(server.central, server.accounts, arguments.demo)
        say(f"The demo company is in: {count} records. Sign in as ana.pop@carpati.example, password {first_run.DEMO_PASSWORD}.")
        return OK
    email = arguments.email or asked(input, "E-mail of the first admin: ", "--email")
    try:
        server.accounts.check(arguments.name, email)
        first_run.first_admin(server.accounts, arguments.name, email, password_of(arguments))
    except Refusal as refusal:
        say(f"{refused(refusal, email)} Run the same command again.")
        return FAILED
    say(f"Ready: {email} is the admin. Start it with: fieldfare server run --data {server.config.folder}")
    return OK


@explained
def run_migrate(arguments: argparse.Namespace) -> int:
    """Upgrade the tables, and what is kept beside the records."""
    from sync_server.app import open_server
    from sync_server.db.migrate import upgrade
    from sync_server.services import setup

    config = config_of(arguments)
    upgrade(config.url)
    central = open_server(config).central
    if setup.is_started(central):
        setup.complete(central)
    say("The database has this version's tables.")
    return OK


@explained
def run_status(arguments: argparse.Namespace) -> int:
    """Show where the database stands."""
    from shared_models.texts import Texts
    from sync_server.cli.devices import INCIDENTS_DAYS, INCIDENTS_US, say_how_they_stand
    from sync_server.db import alarms, digests, incidents, letters, outbox, timeline
    from sync_server.services import device_desk

    server = open_existing(arguments)
    with server.central.store.read() as connection:
        now = timeline.read(connection, server.central.tables)
        found = digests.read(connection, server.central.tables)
        known = device_desk.every(server.central, connection)
        refused = letters.count_open(connection, server.central.tables)
        lasting, mails = alarms.count(connection, server.central.tables), outbox.counts(connection, server.central.tables)
        told = incidents.since(connection, server.central.tables, server.central.now_us() - INCIDENTS_US)
    devices = "1 device" if len(known) == 1 else f"{len(known)} devices"
    say(f"sequence {now.seq}, epoch {now.epoch}, {devices}")
    if refused:
        say(f"{refused} refused {'change waits' if refused == 1 else 'changes wait'}: fieldfare server letter list")
    if told:
        where = "1 device" if len(told) == 1 else f"{len(told)} devices"
        say(f"copies found wrong in the last {INCIDENTS_DAYS} days: on {where}, see fieldfare server device list")
    if lasting:
        say(f"{lasting} {'alarm lasts' if lasting == 1 else 'alarms last'}: see Devices, Alarms")
    if failed := mails.get(outbox.BOUNCED, 0) + mails.get(outbox.GIVEN_UP, 0):
        say(f"{failed} {'mail was' if failed == 1 else 'mails were'} not taken in the last 90 days")
    advise(server, arguments)
    for name, digest in sorted((Texts().t(f"entity.{entity}"), digest) for entity, digest in found.items()):
        say(f"  {name:22} {digest.rows:>9} rows  {digest.total:016x}")
    say_how_they_stand(known)
    return OK
