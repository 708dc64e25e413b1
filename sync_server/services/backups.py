"""Backups of the central database: made of one moment while the server runs, read back from the disk, and only then counted on."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sync_server.db import backup_check, backup_file, timeline
from sync_server.db.backup_check import Held
from sync_server.services.central import Central
from sync_server.services.placing import has_cells

Step = Callable[[str, int], None]
"""Hears the present step (copy, pack, verify) and how much of it is done, in percent. What it raises ends the work."""
PLAIN = "plain.sqlite3"


@dataclass(frozen=True)
class Made:
    """A backup that was proved. is_counted_on: whether devices may let go of what it holds; not if the centre was restored meanwhile."""

    held: Held
    bytes: int
    is_counted_on: bool


def make(central: Central, file: Path, folder: Path, step: Step) -> Made:
    """Write a backup to a file, which appears whole or not at all, and let devices know how far the centre is safe (trap 28).

    folder: where the unpacked database may lie meanwhile, twice. Raises NoBackup when what was written cannot be relied on, StoreDown,
    OSError; nothing is left behind then.
    """
    part = file.with_name(f"{file.name}.part")
    try:
        with TemporaryDirectory(prefix="backup-", dir=folder) as aside:
            plain = Path(aside, PLAIN)
            backup_file.copy_out(central.store, central.tables, plain, lambda done: step("copy", done))
            backup_file.pack(plain, part, lambda done: step("pack", done))
            backup_file.remove(plain)
            held = prove(central, part, plain, lambda done: step("verify", done))
        part.replace(file)
        backup_file.keep_on_disk(file.parent)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    with central.store.write() as connection:
        timeline.note_safe(connection, central.tables, held.epoch, held.seq)
        is_counted_on = timeline.read(connection, central.tables).epoch == held.epoch
    return Made(held, file.stat().st_size, is_counted_on)


def prove(central: Central, file: Path, plain: Path, told: Callable[[int], None]) -> Held:
    """Unpack a backup to a new file and return what it holds. Raises NoBackup for one that cannot be relied on, OSError."""
    backup_file.unpack(file, plain, lambda done: told(done // 2))
    held = backup_check.check(plain, central.tables, has_cells=has_cells(central.registry))
    told(100)
    return held
