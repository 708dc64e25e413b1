"""Names what a restore took away and nobody has offered again, whose it was, and what of it can be had back (PROTOCOL 18.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import orjson

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, units
from sync_server.db import device_desk, lost_time, past, present, rows, timeline
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import Connection
from sync_server.services.central import Central

DERIVED = ("sync_conflict",)
"""Entities that the centre makes itself: cards come anew with what they are about."""
Key = tuple[str, str]
"""Entity, id."""


@dataclass(frozen=True)
class LostRecord:
    """A record of which a device held more than the centre has now; it can be had back."""

    entity: type[Record]
    pk: str
    title: str
    by: str
    """Whoever changed it last then."""
    at: int | None
    """When, microseconds since 1970 UTC by the server's clock."""
    device: str
    """The device that held it."""
    by_id: str | None
    device_id: str
    now_by: str | None
    """Who changed last what the centre has now, and when."""
    now_at: int | None
    is_missing: bool
    """Whether the centre has no such record at all."""
    values: Row
    """Field -> value that was lost."""
    now: Row
    """Field -> value at the centre now."""
    version: int
    """Of what the centre has now."""


@dataclass(frozen=True)
class LostSave:
    """A save that the replaced database knew, and of which a record is not back."""

    seq: int
    by: str
    device: str
    at: int
    records: tuple[str, ...]
    """Names of the entities of the records that are not back."""


@dataclass
class Lost:
    """All of it. A `save` names what is in no `record` too."""

    records: list[LostRecord] = field(default_factory=list)
    saves: list[LostSave] = field(default_factory=list)
    unknown: int = 0
    """Numbers of saves, at most, of which nothing is known but that there was one."""
    awaited: list[str] = field(default_factory=list)
    """Devices that have not come since: they may still bring what they hold."""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is lost, as far as is known."""
        return not (self.records or self.saves or self.unknown)


def find(central: Central) -> Lost:
    """Return what is lost of all times that restores took away."""
    with central.store.read() as connection:
        return _Search(central, connection).found()


@dataclass
class _Search:
    central: Central
    connection: Connection
    _lost: dict[Key, LostRecord] = field(default_factory=dict)

    def found(self) -> Lost:
        """Go through what is known of each timeline that has ended."""
        made = Lost()
        if len(timeline.restores(self.connection, self.central.tables)) < 2:  # nothing was ever restored
            return made
        ended = lost_time.ended(self.connection, self.central.tables)
        self._compare_rows()
        for epoch, reached in ended:
            shared = timeline.restored_seq(self.connection, self.central.tables, epoch)
            saves = lost_time.saves(self.connection, self.central.tables, epoch)
            made.saves += self._lost_saves(saves, shared)
            mine = {ver for (of, _, _), ver in self._versions.items() if of == epoch}
            made.unknown += max(reached - shared - len({one["seq"] for one in saves} | mine), 0)
        made.records = sorted(self._lost.values(), key=lambda one: (one.at or 0, one.pk), reverse=True)
        made.awaited = self._awaited()
        return made

    @cached_property
    def _people(self) -> dict[str, str]:
        known = present.people_of(self.connection, self.central.tables)
        return {pk: f"{one['name']} <{one['email']}>" for pk, one in known.items()}

    @cached_property
    def _devices(self) -> dict[str, Row]:
        known = account_tables_of(self.central.tables.metadata)
        return {one["id"]: one for one in device_desk.known(self.connection, self.central.tables, known)}

    @cached_property
    def _salvaged(self) -> list[Row]:
        return lost_time.salvaged(self.connection, self.central.tables)

    @cached_property
    def _versions(self) -> dict[tuple[str, str, str], int]:
        """Epoch, entity, id -> version of what was held."""
        return {(one["epoch"], one["entity"], one["pk"]): one["ver"] for one in self._salvaged}

    @cached_property
    def _shared(self) -> dict[str, int]:
        tables = self.central.tables
        return {
            epoch: timeline.restored_seq(self.connection, tables, epoch) for epoch in {one["epoch"] for one in self._salvaged}
        }

    def _compare_rows(self) -> None:
        places = {one.epoch: one.place for one in timeline.restores(self.connection, self.central.tables)}
        newest = {
            (one["entity"], one["pk"]): one for one in sorted(self._salvaged, key=lambda one: places.get(one["epoch"], -1))
        }
        for entity in self.central.registry:
            name = entity.entity_name
            mine = {pk: one for (of, pk), one in newest.items() if of == name and name not in DERIVED}
            here = rows.load(self.connection, self.central.tables, entity, mine, lock=False) if mine else {}
            for pk, one in mine.items():
                row, stored = here.get(pk, (None, None))
                if (lost := self._compare(entity, one, row, stored.ver if stored else 0)) is not None:
                    self._lost[name, pk] = lost

    def _compare(self, entity: type[Record], one: Row, now: Row | None, version: int) -> LostRecord | None:
        held = {**blank_row(entity), **orjson.loads(one["row"])}
        if now is None and held[ARCHIVED] is not None:
            return None
        known = set(orjson.loads(one["row"]))
        differing = _differing(entity, held, now or blank_row(entity), known)
        back = self._had_back(entity, one, differing) if now is not None and differing else set[str]()
        values = {name: held[name] for unit, names in differing.items() if unit not in back for name in names}
        if not values and now is not None:
            return None
        title = " ".join(str(held[name]) for name in entity.title_fields if held.get(name))
        device = self._devices.get(one["device"])
        return LostRecord(
            entity=entity,
            pk=one["pk"],
            title=title or one["pk"],
            by=self._people.get(held["updated_by"] or "", "?"),
            at=held["updated_at"],
            device=device["name"] if device else one["device"],
            by_id=held["updated_by"],
            device_id=one["device"],
            now_by=(now or {}).get("updated_by"),
            now_at=(now or {}).get("updated_at"),
            is_missing=now is None,
            values=values,
            now={name: (now or {}).get(name) for name in values},
            version=version,
        )

    def _had_back(self, entity: type[Record], one: Row, differing: dict[str, dict[str, object]]) -> set[str]:
        """Return the units that the lost value had once more since: what they are now is somebody's later wish."""
        since = self._shared[one["epoch"]] + 1
        lines = past.lines(
            self.connection, self.central.tables, entity.entity_name, [one["pk"]], (since, past.ALL), past_limit(differing)
        )
        after = [orjson.loads(line["after"]) for line in lines if line["after"]]
        return {
            unit for unit, values in differing.items() if any(values.items() <= _comparable(each).items() for each in after)
        }

    def _lost_saves(self, saves: Sequence[Row], shared: int) -> list[LostSave]:
        found = []
        for one in saves:
            if one["state"] == lost_time.OFFERED or one["back"] or not one["records"]:
                continue
            keys: list[Key] = [(entity, pk) for entity, pk in orjson.loads(one["records"])]
            missing = [key for key in keys if not self._is_back(one["epoch"], key, one["seq"], shared)]
            if missing:
                found.append(self._lost_save(one, missing))
        return found

    def _lost_save(self, one: Row, missing: list[Key]) -> LostSave:
        device = self._devices.get(one["device"])
        name = device["name"] if device else one["device"]
        return LostSave(one["seq"], self._people.get(one["user"], "?"), name, one["at"], tuple(sorted(of for of, _ in missing)))

    def _is_back(self, epoch: str, key: Key, seq: int, shared: int) -> bool:
        """Whether the centre has again what a save left of a record: as a device held it, or made anew."""
        entity, pk = key
        if entity in DERIVED or entity not in self.central.registry.by_name:
            return True
        if self._versions.get((epoch, entity, pk), 0) >= seq:
            return key not in self._lost
        found = rows.load(self.connection, self.central.tables, self.central.registry.get(entity), [pk], lock=False)
        return pk in found and found[pk][1].created_seq > shared

    def _awaited(self) -> list[str]:
        return [
            f"{one['name']} ({self._people.get(one['user'], '?')})"
            for one in self._devices.values()
            if one["cursor"] is None and one["last_seen_at"] and not one["wiped_at"] and not one["revoked_at"]
        ]


def past_limit(differing: dict[str, dict[str, object]]) -> int:
    """Return how many lines of a record's past are looked at."""
    return 50 * len(differing)


def _differing(entity: type[Record], held: Row, now: Row, known: Iterable[str]) -> dict[str, dict[str, object]]:
    """Return unit -> values that were lost, comparable, of the units that are others now. known: fields that the device saw."""
    seen, found = set(known), dict[str, dict[str, object]]()
    for name, unit in units(entity).items():
        if unit.policy is Merge.DV or not seen.issuperset(unit.fields):
            continue
        if unit.policy is Merge.SU:
            is_other = not set(held[name] or ()) <= set(now[name] or ())
        else:
            is_other = any(held[one] != now[one] for one in unit.fields)
        if is_other:
            found[name] = _comparable({one: held[one] for one in unit.fields})
    if (held[ARCHIVED] is None) is not (now[ARCHIVED] is None):
        found[ARCHIVED] = {ARCHIVED: held[ARCHIVED]}
    return found


def _comparable(values: Row) -> dict[str, object]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
