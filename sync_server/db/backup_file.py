"""A backup of the central database: one SQLite file of every table, packed with zstd, whatever engine the tables came from.

One format for every engine, and none of `pg_dump` or `mariadb-dump`: a backup can be opened and proved without a database server, it
goes back on any engine, and no client program of the right version has to be there. What it holds is one moment of the database.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
import zstandard

from sync_server.db import bulk, migrate, plans
from sync_server.db.engine import Connection, Store, StoreDown
from sync_server.db.tables import Tables

Told = Callable[[int], None]
"""Hears how much of the present step is done, in percent. What it raises ends the work; nothing half-made stays."""
PAGES = 5_000
"""Pages of SQLite that are copied between two looks at whether to go on: 20 MB."""
CHUNK_BYTES = 1 << 20
PACKED_BYTES = 1 << 16
"""Read at a time of what is packed: it may be a hundred times as large in memory."""
ROWS = 2_000
"""Rows that go from one engine to another in one statement."""
LEVEL = 6
"""Of zstd: a third smaller than level 3, and still faster than most disks."""
MAGIC = 0x46464231
"""`application_id` of the SQLite file, FFB1: what else is no backup of ours."""


class NoBackup(Exception):
    """A file that is no backup, or one that cannot be relied on; the text says why, as the end of a sentence."""


@contextmanager
def opened(plain: Path) -> Iterator[Connection]:
    """Open the tables of an unpacked backup, in one transaction that is committed at the end; nothing stays open.

    Raises NoBackup for a file that is damaged.
    """
    engine = sa.create_engine(f"sqlite:///{plain}", poolclass=sa.NullPool, hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise NoBackup(f"it is damaged ({error.orig})") from error
    finally:
        engine.dispose()


def copy_out(store: Store, tables: Tables, plain: Path, told: Told) -> None:
    """Copy one moment of a database to a new SQLite file; writers are not held up. Raises StoreDown, OSError."""
    try:
        if store.is_sqlite:
            _copy_file(str(store.engine.url.database), plain, told)
        else:
            migrate.upgrade(f"sqlite:///{plain}")
            _copy_tables(store, tables, plain, told)
        with closing(sqlite3.connect(plain)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # nothing of it in another file
            copy.execute(f"PRAGMA application_id={MAGIC}")
    except sqlite3.Error as error:
        raise StoreDown(str(error)) from error


def _copy_file(source: str, plain: Path, told: Told) -> None:
    """Copy a file of SQLite with its own online backup, from within one read transaction: it never has to begin anew."""
    with closing(sqlite3.connect(source, isolation_level=None)) as live, closing(sqlite3.connect(plain)) as copy:
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=PAGES, progress=lambda _, left, total: told(100 - left * 100 // max(total, 1)))


def _copy_tables(store: Store, tables: Tables, plain: Path, told: Told) -> None:
    every = tables.metadata.sorted_tables
    with store.read() as live, opened(plain) as copy:
        for n, table in enumerate(every, 1):
            copy_rows(live, copy, table)
            told(n * 100 // len(every))


def copy_rows(source: Connection, target: Connection, table: sa.Table) -> None:
    """Copy all rows of a table from one database to another, some thousand at a time."""
    names, batch = [column.name for column in table.c], []
    for row in plans.streamed(source, sa.select(table), {}):
        batch.append(dict(zip(names, row, strict=True)))
        if len(batch) == ROWS:
            bulk.insert(target, table, batch)
            batch = []
    bulk.insert(target, table, batch)


def pack(plain: Path, packed: Path, told: Told) -> None:
    """Pack an SQLite file, readable by nobody else; on the disk when this returns. Raises OSError."""
    total, done = max(plain.stat().st_size, 1), 0
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    made = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(made, "wb") as target, plain.open("rb") as source:
        with compressor.stream_writer(target, closefd=False) as writer:
            while chunk := source.read(CHUNK_BYTES):
                writer.write(chunk)
                done += len(chunk)
                told(done * 100 // total)
        target.flush()
        os.fsync(target.fileno())


def unpack(packed: Path, plain: Path, told: Told) -> None:
    """Unpack a backup into an SQLite file, readable by nobody else. Raises NoBackup for one that is none or is damaged; OSError."""
    total = max(packed.stat().st_size, 1)
    made = os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with packed.open("rb") as source, os.fdopen(made, "wb") as target:
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        try:
            while chunk := source.read(PACKED_BYTES):
                target.write(unpacker.decompress(chunk))
                told(min(source.tell(), total) * 100 // total)
        except zstandard.ZstdError as error:
            raise NoBackup("it is no backup of Fieldfare, or it is damaged") from error
        if not unpacker.eof:
            raise NoBackup("its end is missing")
        target.flush()
        os.fsync(target.fileno())


def application_of(plain: Path) -> int:
    """Return the `application_id` of an SQLite file. Raises NoBackup for what is none."""
    try:
        with closing(sqlite3.connect(plain)) as copy:
            return int(copy.execute("PRAGMA application_id").fetchone()[0])
    except sqlite3.Error as error:
        raise NoBackup(f"it is damaged ({error})") from error


def remove(plain: Path) -> None:
    """Remove an SQLite file with what SQLite may have put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{plain}{suffix}").unlink()


def keep_on_disk(folder: Path) -> None:
    """Have the system write down which files a folder holds; where it cannot, a power cut may undo a rename."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
