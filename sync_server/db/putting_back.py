"""Puts an unpacked, proved backup in the place of the central database, on any engine: whole or not at all."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from sync_server.db import backup_file, migrate
from sync_server.db.engine import Store
from sync_server.db.tables import Tables

OTHERS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}
"""What counts the other connections to this database: a server that runs has some, and nothing else should have any."""


def others(store: Store) -> int:
    """Return how many connections to a database there are beside one of ours; a file of SQLite is locked instead. Raises StoreDown."""
    if store.is_sqlite:
        return 0
    store.close()  # none of them is one of our own
    with store.read() as connection:
        return int(connection.execute(sa.text(OTHERS[store.dialect])).scalar_one())


def file_of(store: Store) -> Path | None:
    """Return the file of a database of SQLite, None of another."""
    return Path(str(store.engine.url.database).removeprefix("file:")).resolve() if store.is_sqlite else None


def put_back(store: Store, tables: Tables, plain: Path, kept: Path | None) -> None:
    """Replace a database by an unpacked backup. Killed on the way, the old one is there, or the new.

    kept: where the file of the old one is to stay, None for nowhere. Raises StoreDown, OSError.
    """
    store.close()
    database = file_of(store)
    if database is None:
        _replace_rows(store, tables, plain)
        return
    if database.exists():
        _close_old(database)
        if kept is not None:
            _keep(database, kept)
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{database}{suffix}").unlink()
    plain.replace(database)
    backup_file.keep_on_disk(database.parent)


def _close_old(database: Path) -> None:
    """Have SQLite write all of the old one to its file; of one that is damaged, what stands beside it is kept too."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        old.execute("PRAGMA journal_mode=DELETE").fetchall()


def _keep(database: Path, kept: Path) -> None:
    for suffix in ("", "-wal"):
        found = Path(f"{database}{suffix}")
        if found.exists():
            try:
                os.link(found, f"{kept}{suffix}")
            except OSError:  # the file system has no second names for a file
                shutil.copy2(found, f"{kept}{suffix}")


def _replace_rows(store: Store, tables: Tables, plain: Path) -> None:
    """Replace every row in one transaction: whoever reads meanwhile reads the old ones."""
    url = store.engine.url.render_as_string(hide_password=False)
    migrate.upgrade(url)
    with backup_file.opened(plain) as source, store.write() as target:
        for table in reversed(tables.metadata.sorted_tables):
            target.execute(table.delete())
        for table in tables.metadata.sorted_tables:
            backup_file.copy_rows(source, target, table)
