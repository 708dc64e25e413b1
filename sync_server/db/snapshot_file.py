"""Writes a snapshot: a finished replica of every record, a SQLite file that a new device takes over whole.

It has the tables, indexes and search of a device's file (`shared_models.replica_shape`), and none of what belongs to one device.
The file is made from nothing, so a build that dies halfway leaves only litter, and needs no journal.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from shared_models.base import Record
from shared_models.digest import MODULUS, Digest, row_hash
from shared_models.folding import extra_tokens
from shared_models.registry import Registry
from shared_models.replica_rows import bulk_values, names
from shared_models.replica_shape import (
    SNAPSHOT_TABLE_SQL,
    has_key,
    index_statements,
    quoted,
    search_columns,
    search_statements,
    search_table,
    search_triggers,
    table_sql,
)

CACHE_KIB = 32_000


class SnapshotWriter:
    """One snapshot being written: `add` rows, then `finish`."""

    def __init__(self, path: Path, registry: Registry) -> None:
        """Begin the file anew."""
        path.unlink(missing_ok=True)
        self._registry = registry
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}", "locking_mode = EXCLUSIVE"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.create_function("extra_tokens", -1, extra_tokens, deterministic=True)
        self._connection.execute("BEGIN")
        for entity in registry:
            self._connection.execute(table_sql(entity))

    def add(self, entity: type[Record], cols: Sequence[str], rows: Sequence[Sequence[Any]], versions: Sequence[int]) -> None:
        """Add records, given as they cross the wire. Any: stored scalars (`Kind`)."""
        self._connection.executemany(_insert_sql(entity), bulk_values(entity, cols, rows, versions))

    def digests(self) -> dict[str, Digest]:
        """Return the digests of what was written, computed from the rows of the file (trap 20)."""
        found = {}
        for entity in self._registry:
            name, rows, total = entity.entity_name, 0, 0
            for pk, version in self._connection.execute(f"SELECT id, _v FROM {quoted(name)}"):
                rows, total = rows + 1, total + row_hash(name, pk, version)
            found[name] = Digest(rows, total % MODULUS)
        return found

    def newest_at(self) -> int:
        """Return the newest `updated_at` of all rows, microseconds since 1970 UTC: a device's clock moves past it."""
        asked = (f"SELECT max(updated_at) FROM {quoted(entity.entity_name)}" for entity in self._registry)
        return max((self._connection.execute(sql).fetchone()[0] or 0 for sql in asked), default=0)

    def finish(self, facts: Mapping[str, str]) -> None:
        """Build indexes and search, and store the facts that a device checks. The file is complete when this returns."""
        connection = self._connection
        for entity in self._registry:
            for statement in (*index_statements(entity), *search_statements(entity)):
                connection.execute(statement)
            if search_columns(entity):
                index = quoted(search_table(entity))
                connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
            for statement in search_triggers(entity):
                connection.execute(statement)
        connection.execute(SNAPSHOT_TABLE_SQL)
        connection.executemany("INSERT INTO _snapshot (k, v) VALUES (?, ?)", facts.items())
        connection.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()


def is_sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a finished file."""
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _insert_sql(entity: type[Record]) -> str:
    hidden = ["_v", "_k"] if has_key(entity) else ["_v"]
    cols = hidden + [quoted(name) for name in names(entity)]
    return f"INSERT INTO {quoted(entity.entity_name)} ({', '.join(cols)}) VALUES ({', '.join('?' * len(cols))})"
