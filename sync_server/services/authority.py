"""Whether the author of a push may write what its ops say: the pure rule `shared_models.rights` on records of the workspace.

Current rights count (trap 15). A loss by a tx that the op's own tx stands on does not: else the answer would depend on how the
device's saves fell into requests. A loss by the same tx cannot count, since all ops are looked at before one is applied.
Whoever reaches all, or is not limited, costs no look at any record.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import orjson

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, column_of
from shared_models.protocol import Op, Tx
from shared_models.rights import decide, may_share, subject_of
from shared_models.rules import Action, Rules, Standing
from sync_server.db import past, rows, rules
from sync_server.services.applying import Applying
from sync_server.services.rulebook import rule_entities
from sync_server.services.workspace import Workspace

Key = tuple[str, str]
"""(entity, id)."""
Past = tuple[int, str, Row]
"""(seq, unit, its values before)."""
LOOK_BACK = 1000
"""Lines of a record's history in which the loss of a right is looked for."""


@dataclass
class Authority:
    """The rights of one request's author."""

    space: Workspace
    user_id: str
    is_admin: bool
    rules: Rules
    rows: dict[Key, Row | None] = field(default_factory=dict)
    """Records that are looked at and not written: read without a lock."""
    pasts: dict[Key, list[Past]] = field(default_factory=dict)
    """What the database has of the pasts of records, newest first; it stays as it is until the request has been carried out."""
    lost: dict[tuple[int, Key, Action], bool] = field(default_factory=dict)
    """By tx, record and action: whether its author took the right away from himself. No op of a tx changes it."""

    @cached_property
    def standing(self) -> Standing:
        """Return what the author is given."""
        return self.rules.standing(self.user_id)

    @property
    def is_free(self) -> bool:
        """Whether no rule limits the author."""
        return self.is_admin or self.standing.is_free

    @cached_property
    def _stored(self) -> dict[str, dict[str, Row]]:
        """Return the rows that the rules are made of, read once a request however many of its txs change them."""
        central = self.space.central
        found = rules.read(self.space.connection, central.tables, rule_entities(central.registry), self.space.at)
        return {name: {row["id"]: row for row in mine} for name, mine in found.items()}

    def renew(self) -> None:
        """Take in what the request itself has changed of the rights, for the txs that follow."""
        central = self.space.central
        for (name, pk), record in self.space.records.items():
            if name in self._stored and record is not None:
                self._stored[name][pk] = record.row
        self.rules = Rules(central.registry, self._stored)
        self.__dict__.pop("standing", None)

    def preload(self, txs: Sequence[Tx]) -> None:
        """Read at once the records that the ops' stored records are parts of."""
        if self.is_free:
            return
        wanted: dict[str, set[str]] = {}
        for key in {(op.t, op.pk) for tx in txs for op in tx.ops}:
            record = self.space.records.get(key)
            for entity, pk in self._parents(record.entity, record.row) if record is not None else ():
                if (entity, pk) not in self.space.records:
                    wanted.setdefault(entity, set()).add(pk)
        for entity, pks in wanted.items():
            self._read(entity, pks)

    def may_write(self, work: Applying, op: Op, values: Row, made: set[Key]) -> bool:
        """Whether the author may do what an op says. made: what earlier ops of the tx add; its maker may write it."""
        entity = self.space.central.registry.get(op.t)
        if self.is_free or entity.admin_only:  # administered data: `visibility.may_write`
            return True
        if not self._opens(entity, op, values):
            return False
        if (op.t, op.pk) in made:
            return True
        record = self.space.get(op.t, op.pk)
        if op.t == "record_share":
            return self._may_share(work, op, {**(record.row if record else {}), **values}, made)
        if op.t == "sync_conflict":
            return record is not None and self._may_decide(work, record.row, made)
        action = _action(op, values, is_new=record is None)
        if self._reaches_all(entity, action):
            return True
        row = record.row if record else {**blank_row(entity), **values, "id": op.pk, "created_by": self.user_id}
        if entity not in self.space.central.registry.roots:
            return self._may_write_part(work, self._parents(entity, row), made)
        if record is None:
            return self._decides(entity, row, action)
        return self._may(work, (op.t, op.pk), action, made)

    def _opens(self, entity: type[Record], op: Op, values: Row) -> bool:
        """Whether all confidential fields that an op writes are open to the author; a new record may leave them empty."""
        empty = blank_row(entity) if op.op == "i" else {}
        groups = {
            column_of(entity, name).col.right_group for name, value in values.items() if op.op != "i" or value != empty[name]
        }
        whole = self.rules.confidential.get(entity.entity_name)
        return (groups | {whole}) - {None} <= self.standing.groups

    def _reaches_all(self, entity: type[Record], action: Action) -> bool:
        """Whether the author may do it with every record of an entity, so that none needs to be looked at."""
        registry = self.space.central.registry
        names = [entity.entity_name] if entity in registry.roots else [name for _, name in registry.parents(entity)]
        needed: set[Action] = {"see", action if entity in registry.roots else "change"}
        return all(self.standing.grant(name, one).reach == "all" for name in names for one in needed)

    def _may_write_part(self, work: Applying, parents: Iterable[Key], made: set[Key]) -> bool:
        """A part is written by whoever sees all of its parents and may change one of them."""
        found = list(parents)
        return all(self._may(work, one, "see", made) for one in found) and any(
            self._may(work, one, "change", made) for one in found
        )

    def _may_decide(self, work: Applying, card: Row, made: set[Key]) -> bool:
        """A card is closed by whoever it is for, and by whoever may change its record."""
        return self.user_id in card["for_users"] or self._may_change(work, card, made)

    def _may_change(self, work: Applying, about: Row, made: set[Key]) -> bool:
        """Whether the author may change the record that a card or a share is about, which may be a part of another."""
        key = about["record_type"], about["record_id"]
        entity = self.space.central.registry.by_name.get(key[0])
        row = self._row(key)
        if entity is None or row is None:
            return key in made
        if entity in self.space.central.registry.roots:
            return self._may(work, key, "change", made)
        return self._may_write_part(work, self._parents(entity, row), made)

    def _may_share(self, work: Applying, op: Op, share: Row, made: set[Key]) -> bool:
        """A share is given up to one's own right, and ended by its giver too."""
        key = share["record_type"], share["record_id"]
        row = self._row(key)
        if op.op == "d":
            return share["created_by"] == self.user_id or self._may_change(work, share, made)
        if row is None:
            return key in made
        subject = subject_of(self.space.central.registry.get(key[0]), row)
        return may_share(self.rules, self.user_id, subject, share["level"], share["ends_at"], self.space.at)

    def _may(self, work: Applying, key: Key, action: Action, made: set[Key]) -> bool:
        """Whether the author may do something with a stored root."""
        if key in made:
            return True
        entity, row = self.space.central.registry.get(key[0]), self._row(key)
        return row is not None and (self._decides(entity, row, action) or self._lost_it_himself(work, entity, row, action))

    def _decides(self, entity: type[Record], row: Row, action: Action) -> bool:
        return decide(self.rules, self.user_id, subject_of(entity, row), action, self.space.at).allowed

    def _lost_it_himself(self, work: Applying, entity: type[Record], row: Row, action: Action) -> bool:
        """Whether a tx that this one stands on took the right away, or made the record as somebody else's."""
        if not work.after and work.tx.origin is None:
            return False
        asked = work.seq, (entity.entity_name, row["id"]), action
        if asked not in self.lost:
            self.lost[asked] = self._lost_it(work, entity, row, action)
        return self.lost[asked]

    def _lost_it(self, work: Applying, entity: type[Record], row: Row, action: Action) -> bool:
        before = dict(row)
        for seq, unit, values in self._past(entity.entity_name, row["id"]):
            if unit == "*":
                return work.is_own(seq)
            if unit not in (entity.owner_field, entity.team_field):
                continue
            before |= values
            if self._decides(entity, before, action):
                return work.is_own(seq)
        return False

    def _past(self, entity: str, pk: str) -> Iterator[Past]:
        """Yield what was stored of a record, newest first, this request's too."""
        for line in reversed(self.space.history):
            if (line["entity"], line["record_id"]) == (entity, pk) and line["kind"] != "overwritten":
                yield line["seq"], line["unit"], orjson.loads(line["before"] or "{}")
        if (entity, pk) not in self.pasts:
            found = past.lines(self.space.connection, self.space.central.tables, entity, [pk], (0, past.ALL), LOOK_BACK)
            self.pasts[entity, pk] = [
                (line["seq"], line["unit"], orjson.loads(line["before"] or "{}"))
                for line in found
                if line["kind"] != "overwritten"
            ]
        yield from self.pasts[entity, pk]

    def _parents(self, entity: type[Record], row: Row) -> Iterator[Key]:
        """Yield the records that one is a part of, or about."""
        for name, parent in self.space.central.registry.parents(entity):
            if row.get(name) is not None:
                yield parent, row[name]
        if "record_type" in row and "record_id" in row:
            yield row["record_type"], row["record_id"]

    def _row(self, key: Key) -> Row | None:
        record = self.space.records.get(key)
        if record is not None:
            return record.row
        if key not in self.rows:
            self._read(key[0], {key[1]})
        return self.rows[key]

    def _read(self, name: str, pks: set[str]) -> None:
        entity = self.space.central.registry.by_name.get(name)
        tables = self.space.central.tables
        found = rows.load(self.space.connection, tables, entity, pks, lock=False) if entity is not None else {}
        self.rows |= {(name, pk): found[pk][0] if pk in found else None for pk in pks}


def _action(op: Op, values: Row, *, is_new: bool) -> Action:
    """Return what an op does to a root; one that adds a record which is there changes it."""
    if op.op == "d" or ARCHIVED in values:
        return "archive"
    return "create" if is_new else "change"
