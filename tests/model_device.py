"""A device that does what the lines of a pull say and nothing else, and what its user should hold by the rule for one record."""

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from conflict.overlay import Stamp, blank_row, overlay
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.digest import MODULUS, row_hash
from shared_models.errors import ErrorCode
from shared_models.fields import columns, data_columns, units
from shared_models.protocol import Op
from shared_models.registry import CRM
from shared_models.rights import Subject, decide, subject_of
from shared_models.rules import RULE_ENTITIES, Rules
from shared_models.transport import PullRequest
from sync_server.db.rows import decode
from sync_server.services import pull
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

Key = tuple[str, str]
"""(entity, id)."""
Held = dict[Key, tuple[int, Row]]
"""Record -> its version and the fields that are sent."""


def parents(entity: type[Record], row: Row) -> list[Key]:
    """Return what a record is a part of, or about."""
    found = [(parent, row[name]) for name, parent in CRM.parents(entity) if row.get(name) is not None]
    return [*found, *([(row["record_type"], row["record_id"])] if "record_id" in row and "record_type" in row else [])]


def group_of_card(card: Row) -> str | None:
    """Return the confidential group that a card tells about."""
    entity = CRM.get(card["record_type"])
    unit = units(entity).get(card["unit"])
    groups = {c.col.right_group for c in data_columns(entity) if unit is None or c.name in unit.fields}
    return groups.pop() if len(groups) == 1 else None


@dataclass
class ModelDevice:
    """One device. `held` is its replica, without what waits to be sent."""

    central: Central
    user: str
    name: str
    cursor: int = 0
    held: Held = field(default_factory=dict)
    staged: Held = field(default_factory=dict)
    after: str | None = None
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Tx -> its ops, until it is acknowledged."""
    unsettled: list[dict[str, Any]] = field(default_factory=list)
    """What was sent and is not acknowledged."""
    said: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The digest that the last checkpoint came with."""

    def pull(self, is_admin: bool, page_rows: int) -> bool:
        """Ask for one page; returns whether it made a checkpoint."""
        request = PullRequest(self.cursor, "epoch", self.name, self.after)
        try:
            found = pull.open_page(self.central, Actor(self.user, self.name, is_admin), request, page_rows)
        except Refusal as refused:
            if refused.code is not ErrorCode.P206 or self.after is None:
                raise
            self.staged, self.after = {}, None
            return False
        if not isinstance(found, list) and hasattr(found, "digest"):
            return True
        lines = [json.loads(line) for line in found]
        end = lines[-1]
        if not end["commit"]:
            assert [one["k"] for one in lines if one["k"] not in ("begin", "rows", "end")] == []
            self._take(lines, self.staged)
            self.after = end["after"]
            return False
        self.held |= self.staged
        told, is_staged = set(self.staged), self.after is not None
        self.staged, self.after = {}, None
        kinds = [one["k"] for one in lines]
        assert "rows" not in kinds[: max((i for i, k in enumerate(kinds) if k in ("leave", "hide")), default=0)]
        for one in lines:
            if one["k"] == "leave":
                self._let_go({(one["t"], pk) for pk in one["pks"]})
            elif one["k"] == "hide":
                self._hide(set(one["groups"]))
        told |= self._take(lines, self.held)
        left = {(one["t"], pk) for one in lines if one["k"] == "leave" for pk in one["pks"]}
        for one in lines:
            for tx, verb, seq, at, _ in one["tx"] if one["k"] == "ack" else ():
                self._acknowledge(tx, verb == "applied" and not is_staged, seq, at, told | left)
        self.cursor = end["cursor"]
        self.said = {name: tuple(one) for name, one in end["digest"].items()}
        return True

    def _take(self, lines: list[dict[str, Any]], into: Held) -> set[Key]:
        told = set[Key]()
        for one in lines:
            if one["k"] == "rows":
                for ver, values in zip(one["v"], one["rows"], strict=True):
                    row = dict(zip(one["cols"], values, strict=True))
                    assert (one["t"], row["id"]) not in told, "one record twice in a page"
                    into[one["t"], row["id"]] = ver, row
                    told.add((one["t"], row["id"]))
        return told

    def _let_go(self, keys: set[Key]) -> None:
        while keys:
            for key in keys:
                self.held.pop(key, None)
            keys = {key for key, (_, row) in self.held.items() if keys.intersection(parents(CRM.get(key[0]), row))}

    def _hide(self, groups: set[str]) -> None:
        for key, (_, row) in list(self.held.items()):
            entity = CRM.get(key[0])
            if {c.col.right_group for c in data_columns(entity)} <= groups or (
                key[0] == "sync_conflict" and group_of_card(row) in groups
            ):
                self._let_go({key})
            else:
                for column in columns(entity):
                    if column.col.right_group in groups:
                        row.pop(column.name, None)

    def _acknowledge(self, tx: str, stands: bool, seq: int, at: int, told: set[Key]) -> None:
        """Take a verdict. stands: whether it is in the place of the rows that were not told of; not after a long pull (7.2)."""
        ops = self.sent.pop(tx)
        for op in ops if stands else ():
            key = op["t"], op["pk"]
            if key in told:
                continue
            entity, held = CRM.get(key[0]), self.held.get(key)
            row = overlay(entity, held and held[1], Op.model_validate(op), Stamp(at, self.user))
            assert row is not None, "a record was acknowledged that the device does not hold"
            self.held[key] = seq, row


def filled(held: Held) -> Held:
    """Return records with every field: what is not sent is empty on a device."""
    return {key: (ver, {**blank_row(CRM.get(key[0])), **row}) for key, (ver, row) in held.items()}


def stored_rows(central: Central) -> Held:
    """Return every record of the centre with its version, read from its tables and not from the feed."""
    found: Held = {}
    with central.store.read() as connection:
        row = central.tables.row
        versions = {(e, p): v for e, p, v in connection.execute(sa.select(row.c.entity, row.c.pk, row.c.ver))}
        for entity in CRM:
            names = [column.name for column in columns(entity)]
            table = central.tables.entities[entity.entity_name]
            for values in connection.execute(sa.select(*[table.c[name] for name in names])):
                one = decode(entity, names, values)
                found[entity.entity_name, one["id"]] = versions[entity.entity_name, one["id"]], one
    return found


def rules_of(stored: Held) -> Rules:
    """Return the rights in force."""
    return Rules.of(CRM, {name: [row for (entity, _), (_, row) in stored.items() if entity == name] for name in RULE_ENTITIES})


def wanted(stored: Held, user: str, at: int) -> Held:
    """Return what a person should hold: every record that `decide` shows him, without the confidential fields kept from him."""
    rules = rules_of(stored)
    standing = rules.standing(user)
    hidden = frozenset() if standing.is_free else rules.groups - standing.groups
    found: Held = {}
    for key, (ver, row) in stored.items():
        if not decide(rules, user, subject(stored, key), "see", at).allowed:
            continue
        if key[0] == "sync_conflict" and group_of_card(row) in hidden:
            continue
        entity = CRM.get(key[0])
        shown = [c.name for c in columns(entity) if c.col.right_group is None or c.col.right_group not in hidden]
        found[key] = ver, {name: row[name] for name in shown}
    return found


def subject(stored: Held, key: Key) -> Subject:
    """Return a record as rights see it."""
    entity, (_, row) = CRM.get(key[0]), stored[key]
    return subject_of(entity, row, tuple(subject(stored, one) for one in parents(entity, row)))


def digest_of(held: Held) -> dict[str, tuple[int, str]]:
    """Return the digest of each entity, as the wire has it."""
    found = {}
    for entity in CRM:
        name = entity.entity_name
        hashes = [row_hash(name, pk, ver) for (one, pk), (ver, _) in held.items() if one == name]
        found[name] = len(hashes), f"{sum(hashes) % MODULUS:016x}"
    return found
