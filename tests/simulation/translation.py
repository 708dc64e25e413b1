"""Lets people and checks speak of today's fields on a device whose program has older ones: what they mean is the same (I10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from client.replica.queries import Page
from client.replica.replica import Replica
from client.replica.seen import Seen
from client.replica.standing import Draft
from client.replica.unit_of_work import Edit
from shared_models.card_versions import CARD, card_down, card_up
from shared_models.codec import Row
from shared_models.evolution import Evolution
from shared_models.protocol import Op
from shared_models.registry import Registry


class Translation:
    """Between the fields of one version and those of today."""

    def __init__(self, own: Registry, today: Registry) -> None:
        """Know a program of some version."""
        self.own, self.today = own, today
        self.version = own.evolution.newest
        self.evolution: Evolution = today.evolution

    def knows(self, entity: str) -> bool:
        """Whether the program has an entity."""
        return entity in self.own.by_name

    def held(self, entity: str, values: Row, shown: Row) -> Row:
        """Return values of today as the program holds them, without those that it has no field for.

        shown: the record in the program's fields. What is one field there and several today keeps what it shows of the others.
        """
        typed = self.typable(entity, values)
        names = {self.evolution.unit_down(entity, name, self.version) for name in typed}
        up = self.evolution.row_up(entity, shown, self.version)
        beside = {name: value for name, value in up.items() if self.evolution.unit_down(entity, name, self.version) in names}
        down = self.evolution.part_down(entity, {**beside, **typed}, self.version)
        return {name: down[name] for name in down if name in names}

    def typable(self, entity: str, values: Row) -> Row:
        """Return those of some values of today that the program has a field for."""
        known = self.own.get(entity).model_fields if self.knows(entity) else {}
        return {name: value for name, value in values.items() if self.evolution.unit_down(entity, name, self.version) in known}

    def up(self, entity: str, row: Row) -> Row:
        """Return a row of the program in today's fields, as far as it knows them."""
        found = self.evolution.row_up(entity, row, self.version)
        return card_up(self.evolution, found, self.version) if entity == CARD else found

    def as_shown(self, entity: str, row: Row) -> Row:
        """Return what the program shows of a row of the centre, in today's fields."""
        down = self.evolution.row_down(entity, row, self.version)
        if entity == CARD:
            down = card_down(self.evolution, down, self.version)
        return self.up(entity, {name: down[name] for name in self.own.get(entity).model_fields})

    def op_up(self, op: Op) -> Op:
        """Return an op of the program's log in today's fields, with all parts of what is one field in it."""
        found = {side: self.evolution.row_up(op.t, getattr(op, side), self.version) for side in ("set", "base")}
        return op.model_copy(update=found)


class TranslatedEdit:
    """A save whose values are told in today's fields."""

    def __init__(self, edit: Edit, translation: Translation) -> None:
        """Save with an edit of the replica."""
        self._edit, self._translation = edit, translation

    def __getattr__(self, name: str) -> Any:  # Any: whatever the edit has
        return getattr(self._edit, name)

    def insert(self, entity: str, values: Row, pk: str | None = None) -> str:
        """Add a record."""
        return self._edit.insert(entity, self._translation.held(entity, values, {}), pk)

    def update(self, entity: str, pk: str, changes: Row, seen: Seen | None = None) -> bool:
        """Change fields of a record."""
        shown = seen.row if seen is not None else {}
        held = self._translation.held(entity, changes, shown)
        return bool(held) and self._edit.update(entity, pk, held, seen)


class TranslatedReplica:
    """A replica of an older program, as people and checks speak of it; for the rest it is the replica itself."""

    def __init__(self, replica: Replica, translation: Translation) -> None:
        """Speak of a replica."""
        self._replica, self._translation = replica, translation

    def __getattr__(self, name: str) -> Any:  # Any: whatever the replica has
        return getattr(self._replica, name)

    def get(self, entity: str, pk: str) -> Row | None:
        """Return a record."""
        row = self._replica.get(entity, pk) if self._translation.knows(entity) else None
        return None if row is None else self._translation.up(entity, row)

    def list_page(self, entity: str, **how: Any) -> Page:
        """Return records, none of an entity that the program has not."""
        if not self._translation.knows(entity):
            return Page([], None)
        page = self._replica.list_page(entity, **how)
        return replace(page, rows=[self._translation.up(entity, row) for row in page.rows])

    def cards(self, user: str | None = None) -> list[Row]:
        """Return the open cards."""
        return [self._translation.up(CARD, card) for card in self._replica.cards(user)]

    def look(self, entity: str, pk: str) -> Seen | None:
        """Open a form, which stands in the program's own fields."""
        return self._replica.look(entity, pk) if self._translation.knows(entity) else None

    def look_at_card(self, card: Row) -> Seen | None:
        """Take what a card shows, in the program's own fields."""
        own = self._replica.get(CARD, card["id"])
        return None if own is None else self._replica.look_at_card(own)

    def drafts(self) -> list[Draft]:
        """Return what was refused."""
        found = self._replica.drafts()
        return [replace(draft, ops=tuple(self._translation.op_up(op) for op in draft.ops)) for draft in found]

    @contextmanager
    def edit(self, label: str, *, atomic: bool = False, corrects: str | None = None) -> Iterator[TranslatedEdit]:
        """Save something."""
        with self._replica.edit(label, atomic=atomic, corrects=corrects) as edit:
            yield TranslatedEdit(edit, self._translation)
