"""What a person had on the screen when he typed: values, and the versions that they stand for (`sync.md` 1.1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from client.replica import change_log, meta, rows
from client.replica.driver import Connection
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, columns, data_columns, unit_of


@dataclass(frozen=True)
class Seen:
    """A record as it was drawn. A form keeps it until the save, whatever a pull brings meanwhile."""

    row: Row
    versions: Mapping[str, int]
    """Unit -> base version; `*` is the row's."""
    before_n: int | None = None
    """Own saves below this place in the log were on the screen; none: all."""
    after: tuple[str, ...] = ()
    """Origins of the own txs that the screen stood on when it was drawn: a pull may settle them before the save."""
    after_parts: tuple[str, ...] = ()
    """Likewise of those on the record's parts, which an archive stands on as well."""
    epoch: str | None = None
    """Server epoch that the versions belong to; none: the present one."""

    @classmethod
    def of(cls, connection: Connection, entity: type[Record], pk: str) -> "Seen | None":
        """Return what the screen shows of a record at this moment, or None when it shows nothing."""
        found = rows.read(connection, entity, pk)
        if found is None:
            return None
        versions = change_log.base_versions(connection, entity.entity_name, pk, found[1], fields_to_units(entity))
        return cls(found[0], versions)

    @classmethod
    def drawn(cls, connection: Connection, entity: type[Record], pk: str) -> "Seen | None":
        """Return the same for a form that stays open: saves made elsewhere meanwhile do not count as seen."""
        found = cls.of(connection, entity, pk)
        if found is None:
            return None
        before_n = change_log.newest_place(connection) + 1
        owners = [found.row[c.name] for c in columns(entity) if c.is_owner and found.row.get(c.name)]
        return cls(
            found.row,
            found.versions,
            before_n,
            tuple(change_log.after(connection, [pk, *owners], (), before_n)),
            tuple(change_log.after(connection, (), [pk], before_n)),
            meta.get(connection, "rows_epoch"),
        )

    def versions_now(self, connection: Connection) -> dict[str, int]:
        """Return the base versions in the present timeline: after a restore of the centre those of a lost time do not count."""
        if self.epoch is None or self.epoch == meta.get(connection, "rows_epoch"):
            return dict(self.versions)
        limit = meta.get(connection, "restored").get(self.epoch, 0)
        return {unit: min(version, limit) for unit, version in self.versions.items()}

    @classmethod
    def on_card(cls, connection: Connection, entity: type[Record], card: Row) -> "Seen | None":
        """Return what a conflict card shows: its `theirs`, at the version that the card names.

        A restore made on it must not take the row's newer version (`sync.md` 3, conflict inbox row).
        """
        present = cls.of(connection, entity, card["record_id"])
        if present is None:
            return None
        theirs = json.loads(card["theirs"] or "{}")
        version = card["theirs_version"]
        facts = meta.get_all(connection)
        if card["server_epoch"] != facts["rows_epoch"]:
            version = min(version, facts["restored"].get(card["server_epoch"], 0))
        return cls({**present.row, **theirs}, {"*": version})


@cache
def fields_to_units(entity: type[Record]) -> Mapping[str, str]:
    """Return field -> unit of an entity, the archive flag included; no sets: what is below an own add or remove stays in sight."""
    hiding = [c for c in data_columns(entity) if c.col.merge is not Merge.SU]
    return {**{c.name: unit_of(entity, c.name) for c in hiding}, ARCHIVED: ARCHIVED}
