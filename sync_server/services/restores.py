"""Goes back to a backup, and begins a new timeline: what devices still hold of the time since is offered again (trap 28)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from shared_models.codec import Row
from sync_server.db import lost_time, migrate, present, putting_back, restore_list, timeline
from sync_server.db.backup_check import Held
from sync_server.db.engine import Connection, Contended, StoreDown, Unstorable, open_store
from sync_server.db.present import Present
from sync_server.services import backups, setup
from sync_server.services.backups import Step
from sync_server.services.bulk_import import SERVER_DEVICE, ImportedBy, import_rows
from sync_server.services.central import Central


@dataclass
class Restored:
    """What a restore did. shared: seq up to which the new timeline shares those before it."""

    held: Held
    shared: int
    epoch: str
    came_since: list[str] = field(default_factory=list)
    """Addresses of people who were added after the backup; they are in again."""
    let_in: list[str] = field(default_factory=list)
    """Addresses of people who were switched off after the backup, and are on again."""
    admins: list[str] = field(default_factory=list)
    """Addresses of people who were made admins, or none any more, after the backup."""
    saves: int = 0
    """Saves of the lost time that the replaced database knew of."""


@dataclass(frozen=True)
class Ready:
    """A backup that was proved, unpacked beside the database; nothing was changed yet."""

    central: Central
    folder: Path
    plain: Path
    held: Held
    present: Present | None
    """None: the present database cannot be read, or there is none."""


@contextmanager
def prepared(central: Central, file: Path, folder: Path, step: Step) -> Iterator[Ready]:
    """Prove a backup and look at what it is to replace. folder: the server's. Raises NoBackup, OSError."""
    database = putting_back.file_of(central.store)
    with TemporaryDirectory(prefix="restore-", dir=database.parent if database else folder) as aside:
        plain = Path(aside, backups.PLAIN)
        held = backups.prove(central, file, plain, lambda done: step("verify", done))
        yield Ready(central, folder, plain, held, _read_present(central))


def _read_present(central: Central) -> Present | None:
    database = putting_back.file_of(central.store)
    if database is not None and not database.exists():  # looking would make one
        return None
    url = central.store.engine.url.render_as_string(hide_password=False)
    try:
        with central.store.read() as connection:  # of one that is damaged not even the version can be read
            return present.read(connection, central.tables) if migrate.is_current(url) else None
    except (StoreDown, Contended, Unstorable, RuntimeError):
        return None


def carry_out(ready: Ready, make_epoch: Callable[[], str], kept: Path | None) -> Restored:
    """Replace the database by a backup that was proved, under a new random epoch, and write down outside it how far it goes back.

    kept: where the old file of SQLite is to stay. Raises StoreDown, OSError; the old database is there then.
    """
    central = ready.central
    copy = Central(open_store(f"sqlite:///{ready.plain}", synchronous="OFF"), central.tables, central.registry, central.now_us)
    try:
        done = _begin(ready, copy, make_epoch)
    finally:
        copy.store.close()
    putting_back.put_back(central.store, central.tables, ready.plain, kept)
    return done


def _begin(ready: Ready, copy: Central, make_epoch: Callable[[], str]) -> Restored:
    """Make of the unpacked backup the database that is to be."""
    outside, was = restore_list.read(ready.folder), ready.present
    tables, epoch = copy.tables, make_epoch()
    setup.complete(copy)
    with copy.store.write() as connection:
        held = timeline.restores(connection, tables)
        known = restore_list.merged(held, outside, was.restores if was else [])
        shared = timeline.begin_epoch(connection, tables, epoch, known)
        done = Restored(ready.held, shared, epoch)
        listed = timeline.restores(connection, tables)
        present.forget_places(connection, tables)
        present.end_short_ones(connection, tables)
        if was is not None:
            before = present.people_of(connection, tables)
            present.take_over(connection, tables, was)
            _compare_people(done, before, was.people)
            _bring_people(connection, copy, epoch, [one for pk, one in was.people.items() if pk not in before])
            if any(one.epoch == was.epoch for one in known):
                lost_time.note_reached(connection, tables, was.epoch, was.seq)
                done.saves = _note_saves(ready, connection, timeline.lowest_since(listed, was.epoch))
    restore_list.write(ready.folder, listed)  # before the database: an epoch too many in the list does no harm
    return done


def _note_saves(ready: Ready, connection: Connection, shared: int) -> int:
    """Write down the ledger of what the replaced database took in since; returns how many saves that are."""
    central = ready.central
    assert ready.present is not None
    with central.store.read() as old:
        return lost_time.note_ledger(
            connection, central.tables, ready.present.epoch, lost_time.ledger(old, central.tables, shared)
        )


def _compare_people(done: Restored, before: dict[str, Row], now: dict[str, Row]) -> None:
    for pk, one in sorted(now.items(), key=lambda item: str(item[1]["email"])):
        older = before.get(pk)
        if older is None:
            done.came_since.append(one["email"])
        elif older["is_active"] and not one["is_active"]:
            done.let_in.append(one["email"])
        elif bool(older["is_admin"]) is not bool(one["is_admin"]):
            done.admins.append(one["email"])


def _bring_people(connection: Connection, copy: Central, epoch: str, missing: list[Row]) -> None:
    """Add the records of people who have an account and were added after the backup: without them they could not sign in."""
    import_rows(connection, copy, [("user", one) for one in missing], ImportedBy(SERVER_DEVICE, epoch))
