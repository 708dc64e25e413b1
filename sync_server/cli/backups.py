"""Commands about backups: `backup`, `restore`."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sync_server.cli.terminal import (
    FAILED,
    OK,
    NotPossible,
    Subparsers,
    asked,
    command_parser,
    config_of,
    explained,
    moment,
    open_existing,
    say,
)

if TYPE_CHECKING:
    from sync_server.app import Server
    from sync_server.services.restores import Ready, Restored

STEPS = {"copy": "Copying the database", "pack": "Packing it", "verify": "Reading it back and proving it"}
RUNS = """A server runs on this database, or something else is connected to it. End that first, then run this command again: a restore
replaces all that the database holds."""
WARNING = """This replaces the whole database by that moment, and begins a new timeline: devices load everything anew, and
offer again what they hold of the time since. What is not had back is named afterwards by: fieldfare server lost list"""
UNREADABLE = """There is no present database that can be read, so nothing of it is taken over: whoever got an account after the backup
needs a new one, devices that signed in since have to do so again, and what was revoked, wiped or switched off since is as before.
Look at `fieldfare server device list` and `fieldfare server user list` before you let anybody in."""


def add_backup(commands: Subparsers) -> None:
    """Add `backup`."""
    parser = command_parser(
        commands,
        "backup",
        "write a backup, and prove it; the server may run meanwhile",
        "Writes all that the database holds at one moment to one packed file, the same for SQLite, PostgreSQL and MariaDB, reads it "
        "back and compares its records with their digests. Only then devices let go of what it holds. It has password hashes and "
        "all records in it: keep it where nobody else reads it, and not on the machine of the server alone.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write, or a folder, where it is named by the time")
    parser.add_argument("--replace", action="store_true", help="replace the file if it is there")
    parser.set_defaults(run=run_backup)


def add_restore(commands: Subparsers) -> None:
    """Add `restore`."""
    parser = command_parser(
        commands,
        "restore",
        "go back to a backup; no server may run",
        "Proves a backup, asks, and puts it in the place of the database, on any engine. What devices hold of the time since comes "
        "back by itself when they sync. The present database is kept as a backup of its own.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(run=run_restore)


@explained
def run_backup(arguments: argparse.Namespace) -> int:
    """Write a backup."""
    from sync_server.db.backup_file import NoBackup
    from sync_server.services import backups

    server = open_existing(arguments)
    file = _file_for(arguments.file, server)
    if file.exists() and not arguments.replace:
        raise NotPossible(f"{file} is there already. Name another file, or say --replace.")
    try:
        made = backups.make(server.central, file, server.config.folder, _told())
    except NoBackup as why:
        raise NotPossible(f"The backup cannot be relied on: {why}. Nothing was kept; look after the database.") from why
    say(f"{file}: {made.held.rows} records up to number {made.held.seq}, {_size(made.bytes)}, proved.")
    if not made.is_counted_on:
        say("The database was restored meanwhile: this backup is of the timeline before.")
    return OK


@explained
def run_restore(arguments: argparse.Namespace) -> int:
    """Go back to a backup."""
    from sync_server.app import open_server
    from sync_server.db import server_lock
    from sync_server.db.backup_file import NoBackup
    from sync_server.services import restores

    config = config_of(arguments)
    if not arguments.file.is_file():
        raise NotPossible(f"There is no file {arguments.file}.")
    server = open_server(config)
    try:
        lock = server_lock.acquire(config.url)
    except server_lock.ServedAlready as error:
        raise NotPossible(RUNS) from error
    with lock:
        _need_nobody(server)
        try:
            with restores.prepared(server.central, arguments.file, config.folder, _told()) as ready:
                return _restore(server, ready, is_sure=arguments.yes)
        except NoBackup as why:
            raise NotPossible(f"{arguments.file} cannot be used: {why}. Nothing was changed.") from why


def _restore(server: "Server", ready: "Ready", *, is_sure: bool) -> int:
    from sync_server.services import restores

    say(f"The backup holds {ready.held.rows} records; the last save in it arrived {moment(ready.held.newest_at)}.")
    if ready.present is not None:
        since = max(ready.present.seq - ready.held.seq, 0)
        say(f"The present database has come {since} numbers further.")
    else:
        say(UNREADABLE)
    say(WARNING)
    if not is_sure and asked(input, "Type yes to go on: ", "--yes").strip().lower() != "yes":
        say("Nothing was changed.")
        return FAILED
    kept = _keep_present(server, ready)
    _need_nobody(server)
    done = restores.carry_out(ready, server.ids.token, None if kept is None or kept.exists() else _raw(kept))
    _say_done(done, kept)
    return OK


def _keep_present(server: "Server", ready: "Ready") -> Path | None:
    """Write a backup of the database that is to be replaced, where it can be read; return where it, or its file, is kept."""
    from sync_server.db import putting_back
    from sync_server.db.backup_file import NoBackup
    from sync_server.services import backups

    kept = server.config.folder / f"before-restore-{_stamp(server)}.backup"
    if ready.present is not None:
        try:
            backups.make(server.central, kept, server.config.folder, _told())
        except NoBackup as why:
            say(f"The present database is not as it should be ({why}).")
        else:
            return kept
    database = putting_back.file_of(server.central.store)
    return kept if database is not None and database.exists() else None


def _raw(kept: Path | None) -> Path | None:
    """Return where the file of a database that cannot be read is kept as it is."""
    return None if kept is None else kept.with_suffix(".db")


def _say_done(done: "Restored", kept: Path | None) -> None:
    say(f"Restored, up to number {done.shared}. Start the server; every device syncs by itself.")
    if kept is not None:
        say(f"What was there before is kept: {kept if kept.exists() else _raw(kept)}")
    if done.saves:
        say(f"{done.saves} saves of the time since are known. What of them does not come back: fieldfare server lost list")
    for people, what in (
        (done.came_since, "added after the backup, and in again"),
        (done.let_in, "switched off after the backup, and ON AGAIN: switch them off, or revoke their devices"),
        (done.admins, "made an admin, or none any more, after the backup; the record is as it was before"),
    ):
        for email in people:
            say(f"  {email}: {what}")


def _need_nobody(server: "Server") -> None:
    from sync_server.db import putting_back

    if putting_back.others(server.central.store):
        raise NotPossible(RUNS)


def _file_for(given: Path, server: "Server") -> Path:
    if given.is_dir():
        return given / f"fieldfare-{_stamp(server)}.backup"
    if not given.parent.is_dir():
        raise NotPossible(f"There is no folder {given.parent}. Make it, or name another.")
    return given


def _stamp(server: "Server") -> str:
    return datetime.fromtimestamp(server.central.now_us() / 1e6, UTC).strftime("%Y%m%dT%H%M%SZ")


def _told() -> Callable[[str, int], None]:
    """Return what says each step once, and every fifth of a long one."""
    said, last = "", 0

    def tell(step: str, done: int) -> None:
        nonlocal said, last
        if step != said:
            said, last = step, 0
            say(f"{STEPS[step]}. Ctrl+C ends it, and leaves everything as it was.")
        elif last + 20 <= done < 100:
            last = done
            say(f"  {done} %")

    return tell


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
