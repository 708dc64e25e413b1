"""Proves an unpacked backup: whole, of a version that is known, and its rows are what its own figures say."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from sync_server.db import digests, migrate, recounting, timeline
from sync_server.db.backup_file import MAGIC, NoBackup, application_of, opened
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables


@dataclass(frozen=True)
class Held:
    """What a proved backup holds."""

    seq: int
    epoch: str
    rows: int
    """Records."""
    newest_at: int | None
    """When the last save that it holds arrived, microseconds since 1970 UTC."""


def check(plain: Path, tables: Tables, *, has_cells: bool) -> Held:
    """Return what an unpacked backup holds; one of an older version is brought to this one's tables first.

    Read are all pages (SQLite's own check) and the version of every record: their digests, of the whole and of every cell, are those
    that are kept. has_cells: whether any are kept by cell. Raises NoBackup with what is wrong.
    """
    if application_of(plain) != MAGIC:
        raise NoBackup("it is no backup of Fieldfare")
    _check_pages(plain)
    url = f"sqlite:///{plain}"
    if not migrate.is_known(migrate.revision_of(url)):
        raise NoBackup("it is of a newer version of Fieldfare; update this one first")
    has_cells = has_cells and migrate.is_current(url)  # else the older one may not have kept them
    migrate.upgrade(url)
    with opened(plain) as connection:
        if not timeline.exists(connection, tables):
            raise NoBackup("it is of a database that was never started")
        now = timeline.read(connection, tables)
        rows = _check_records(connection, tables, has_cells=has_cells)
        push = tables.push
        last = connection.execute(sa.select(sa.func.max(push.c.seq), sa.func.max(push.c.at))).one()
        if (last[0] or 0) > now.seq:
            raise NoBackup("its ledger goes beyond its sequence")
        return Held(now.seq, now.epoch, rows, last[1])


def _check_pages(plain: Path) -> None:
    try:
        with closing(sqlite3.connect(plain)) as copy:
            [(said,), *_] = copy.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        raise NoBackup(f"it is damaged ({said})")


def _check_records(connection: Connection, tables: Tables, *, has_cells: bool) -> int:
    """Compare the kept digests with the rows; returns how many records there are."""
    rows, known = 0, digests.read(connection, tables)
    for name, table in tables.entities.items():
        if name not in known:  # an entity that is newer than the backup
            continue
        counted = recounting.counted(connection, tables, name)
        total = recounting.total_of(counted)
        whole, parts = recounting.kept(connection, tables, name)
        stored = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if whole != total or (has_cells and parts != counted) or stored != total.rows:
            raise NoBackup(f"its records are not what its own figures say ({name})")
        rows += total.rows
    return rows
