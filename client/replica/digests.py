"""The replica's side of the proof of equality: per entity, rows and sum over (entity, id, central version)."""

from dataclasses import dataclass, field

from client.replica.driver import Connection
from client.replica.schema import quoted
from shared_models.base import Record
from shared_models.digest import MODULUS, Digest, row_hash
from shared_models.registry import Registry

CHUNK = 5000
"""Rows read at a time: less than a MB."""


def stored(connection: Connection) -> dict[str, Digest]:
    """Return the digests as they were kept up to date, entity by entity."""
    found = connection.execute("SELECT tbl, rows, total FROM _sync_digest")
    return {tbl: Digest.parse(rows, total) for tbl, rows, total in found}


def recomputed(connection: Connection, registry: Registry) -> dict[str, Digest]:
    """Return the digests computed from the rows themselves; rows that the centre does not have do not count."""
    return {entity.entity_name: recomputed_of(connection, entity) for entity in registry}


def recomputed_of(connection: Connection, entity: type[Record]) -> Digest:
    """Return the digest of one entity, computed from its rows."""
    name = entity.entity_name
    held, rows, total = connection.execute(f"SELECT id, _v FROM {quoted(name)} WHERE _v > 0"), 0, 0
    while found := held.fetchmany(CHUNK):
        rows, total = rows + len(found), total + sum([row_hash(name, pk, version) for pk, version in found])
    return Digest(rows, total % MODULUS)


def store(connection: Connection, digests: dict[str, Digest]) -> None:
    """Replace stored digests."""
    connection.executemany(
        "INSERT INTO _sync_digest (tbl, rows, total) VALUES (?, ?, ?) "
        "ON CONFLICT (tbl) DO UPDATE SET rows = excluded.rows, total = excluded.total",
        [(tbl, *digest.wire()) for tbl, digest in digests.items()],
    )


@dataclass
class Tally:
    """Digests while one checkpoint is applied; written once at its end."""

    digests: dict[str, Digest]
    _touched: set[str] = field(default_factory=set)

    def replace(self, entity: str, pk: str, old_version: int, new_version: int) -> None:
        """Note that a row's central version changed; 0 stands for no central row, before or after."""
        digest = self.digests.get(entity, Digest())
        if old_version:
            digest = digest.remove(entity, pk, old_version)
        if new_version:
            digest = digest.add(entity, pk, new_version)
        self.digests[entity] = digest
        self._touched.add(entity)

    def write(self, connection: Connection) -> None:
        """Store the digests that changed."""
        store(connection, {entity: self.digests[entity] for entity in self._touched})
