"""What the reader may not do, as far as this device can tell: said before he types, not by a refusal that comes back later.

The rule is the centre's own (`shared_models.rights`), on the copies that are here. The centre stays the judge: where something that
counts is not here, or a save that waits may have changed it, everything is offered. An answer is a text key, empty for what he may do.
"""

from dataclasses import dataclass

from client.replica import rights
from client.replica.replica import Replica
from client.replica.rights import Known
from client.usecases.answers import RowState
from conflict.overlay import blank_row
from shared_models.codec import Row
from shared_models.errors import ErrorCode, Refused
from shared_models.fields import column_of, data_columns
from shared_models.registry import Registry
from shared_models.rights import Decision, decide, subject_of
from shared_models.rules import Action

NEW = "new"
"""Stands for the id of a record that is not made yet."""


class NotAllowed(Refused):
    """The reader has no right to do this; nothing was changed, and what he typed is still there."""

    def __init__(self, reason: str, field: str = "") -> None:
        """reason: text key. field: the one that stands in the way, if it is one."""
        super().__init__(ErrorCode.R305, reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True)
class Allowed:
    """The rights of the reader at one moment. Made by `allowed`."""

    replica: Replica
    known: Known | None
    """None: not known here, so everything is offered."""

    @property
    def _registry(self) -> Registry:
        return self.replica.registry

    def create(self, entity: str, values: Row | None = None) -> str:
        """Return why a new company or contact cannot be added. values: what it holds; by default it would be the reader's own."""
        if self.known is None:
            return ""
        own: Row = {**blank_row(self._registry.get(entity)), "id": NEW, "created_by": self.known.person}
        if not self._decides(entity, own, "create"):
            return f"denied.create.{entity}"
        if values is not None and not self._decides(entity, {**own, **values}, "create"):
            return "denied.create_for"
        return ""

    def change(self, entity: str, pk: str) -> str:
        """Return why a company or contact cannot be changed."""
        return "" if self._may(entity, pk, "change") else f"denied.change.{entity}"

    def archive(self, entity: str, pk: str) -> str:
        """Return why a record cannot be archived, or a part of one not be removed."""
        if self.is_root(entity):
            return "" if self._may(entity, pk, "archive") else f"denied.archive.{entity}"
        return self.write(entity, pk)

    def write(self, entity: str, pk: str) -> str:
        """Return why a record that is here, or a part of one, cannot be changed."""
        if self.is_root(entity):
            return self.change(entity, pk)
        row = self.replica.get(entity, pk)
        return self.part(entity, row) if row is not None else ""

    def part(self, entity: str, row: Row) -> str:
        """Return why a part cannot be written: its whole kind is confidential, or none of the records that it is of may be changed.

        row: as it is, or as far as it is filled in; one that lacks an owner may get one that the reader may change.
        """
        if self.known is None:
            return ""
        group = self.known.rules.confidential.get(entity)
        if group is not None and group in self._hidden_groups:
            return "denied.confidential"
        kind = self._registry.get(entity)
        ends = self._registry.parents(kind)
        owners = [(of, row[name]) for name, of in ends if row.get(name)]
        is_whole = all(row.get(name) or column_of(kind, name).optional for name, _ in ends)
        if not owners or not is_whole or any(self._may(*owner, "change") for owner in owners):
            return ""
        return f"denied.change.{owners[0][0]}"

    def tie(self, entity: str, pk: str, other: str) -> str:
        """Return why no record of another kind can be tied to one that is here: there is no end of such a tie that the reader may change.

        It may be the other end: one that he makes, one that his profiles let him change, or one that is shared with him to be changed.
        """
        denied = self.change(entity, pk)
        if not denied or self.known is None or not self.create(other):
            return ""
        standing, at = self.known.rules.standing(self.known.person), self.known.at
        lent = (share for (of, _), shares in standing.shares.items() if of == other for share in shares)
        may_change = standing.grant(other, "change").reach != "none" or any(
            s.level == "change" and s.ends_at > at for s in lent
        )
        return "" if may_change else denied

    def sees_all(self, entity: str) -> bool:
        """Whether no record of a kind that rights are given on is kept from the reader, or this device cannot tell."""
        if self.known is None:
            return True
        standing = self.known.rules.standing(self.known.person)
        return standing.is_free or standing.grant(entity, "see").reach == "all"

    def is_own(self, entity: str, row: Row) -> bool:
        """Whether the reader is responsible for a record that rights are given on."""
        return self.known is not None and subject_of(self._registry.get(entity), row).owner == self.known.person

    def is_at_home(self, entity: str, row: Row, state: RowState) -> bool:
        """Whether a record is the reader's own, or he has just made it. state: the record's."""
        made = self.known is not None and row.get("created_by") == self.known.person
        return self.is_own(entity, row) or (made and state == "waiting")

    def hidden_fields(self, entity: str) -> frozenset[str]:
        """Return the confidential fields of a kind that the reader neither sees nor writes."""
        groups = self._hidden_groups
        return frozenset(c.name for c in data_columns(self._registry.get(entity)) if c.col.right_group in groups)

    @property
    def _hidden_groups(self) -> frozenset[str]:
        if self.known is None or (standing := self.known.rules.standing(self.known.person)).is_free:
            return frozenset()
        return self.known.rules.groups - standing.groups

    def is_root(self, entity: str) -> bool:
        """Whether rights are given on records of this kind, and not on those that they are parts of."""
        return self._registry.get(entity) in self._registry.roots

    def decision(self, entity: str, pk: str, action: Action) -> Decision | None:
        """Return whether the reader may do something with a record that is here, and by which rule; None where it cannot be known."""
        if self.known is None:
            return None
        with self.replica.reading() as reader:
            faces = rights.faces_of(reader, self._registry, entity, pk)
        found = [self._decided(entity, face, action) for face in faces]
        return next((one for one in found if one.allowed), found[-1] if found else None)

    def _may(self, entity: str, pk: str, action: Action) -> bool:
        """Whether the reader may do something with a record, or this device cannot tell."""
        decision = self.decision(entity, pk, action)
        return decision is None or decision.allowed

    def _decides(self, entity: str, row: Row, action: Action) -> bool:
        return self._decided(entity, row, action).allowed

    def _decided(self, entity: str, row: Row, action: Action) -> Decision:
        assert self.known is not None  # callers look first
        subject = subject_of(self._registry.get(entity), row)
        return decide(self.known.rules, self.known.person, subject, action, self.known.at)


def allowed(replica: Replica) -> Allowed:
    """Return the reader's rights as this device knows them now."""
    return Allowed(replica, replica.rights())
