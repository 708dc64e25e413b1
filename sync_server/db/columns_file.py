"""Writes a snapshot as columns: lines of JSON that a new device makes its file of. Half the bytes of the file, when packed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from shared_models.base import Record
from shared_models.digest import MODULUS, Digest, row_hash
from shared_models.registry import Registry
from shared_models.snapshot import COLUMN_ROWS


class ColumnsWriter:
    """One snapshot being written as columns, as `snapshot_file.SnapshotWriter` writes a file: `add` rows, then `finish`."""

    def __init__(self, path: Path, registry: Registry) -> None:
        """Begin the file anew."""
        self._file = path.open("wb")
        self._digests = {entity.entity_name: Digest() for entity in registry}
        self._newest_at = 0
        self._entity, self._cols = "", tuple[str, ...]()
        self._rows: list[Sequence[Any]] = []
        self._versions: list[int] = []

    def add(self, entity: type[Record], cols: Sequence[str], rows: Sequence[Sequence[Any]], versions: Sequence[int]) -> None:
        """Add records, given as they cross the wire; those of one entity come one after the other. Any: stored scalars (`Kind`)."""
        if (entity.entity_name, tuple(cols)) != (self._entity, self._cols):
            self._write()
            self._entity, self._cols = entity.entity_name, tuple(cols)
        at, changed = self._cols.index("id"), self._cols.index("updated_at")
        known = self._digests[self._entity]
        total = sum([row_hash(self._entity, row[at], version) for row, version in zip(rows, versions, strict=True)])
        self._digests[self._entity] = Digest(known.rows + len(rows), (known.total + total) % MODULUS)
        self._newest_at = max(self._newest_at, max([row[changed] or 0 for row in rows], default=0))
        self._rows += rows
        self._versions += versions
        if len(self._rows) >= COLUMN_ROWS:
            self._write()

    def digests(self) -> dict[str, Digest]:
        """Return the digests of what was added (trap 20)."""
        return self._digests

    def newest_at(self) -> int:
        """Return the newest `updated_at` of all rows, microseconds since 1970 UTC: a device's clock moves past it."""
        return self._newest_at

    def finish(self, facts: Mapping[str, str]) -> None:
        """Write what is left, and the facts that a device checks. All is there when this returns."""
        self._write()
        self._line({"k": "end", **facts})
        self.close()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()

    def _write(self) -> None:
        if self._rows:
            columns = list(zip(*self._rows, strict=True))
            self._line({"k": "columns", "t": self._entity, "cols": self._cols, "v": self._versions, "columns": columns})
        self._rows, self._versions = [], []

    def _line(self, value: Mapping[str, object]) -> None:
        self._file.write(orjson.dumps(value) + b"\n")
