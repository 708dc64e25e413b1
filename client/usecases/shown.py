"""What stands on the screen in place of an id: the label of a list's item, the name of a person or of another record."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from client.replica.replica import Replica
from client.usecases.answers import Label, Shown
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import data_columns


@dataclass
class Names:
    """Looks ids up in one replica, and remembers what it found while one answer is put together."""

    replica: Replica
    _known: dict[tuple[str, str], Label | str] = field(default_factory=dict)
    _usual: set[str | None] = field(default_factory=set)

    def load(self, entity: str, pks: Iterable[str | None]) -> None:
        """Look many ids up at once."""
        wanted = [pk for pk in dict.fromkeys(pks) if pk and (entity, pk) not in self._known]
        if not wanted or entity not in self.replica.registry.by_name:
            return
        if entity == "pick_list_item":
            for pk in wanted:
                row = self.replica.get(entity, pk)
                if row is not None:
                    self._known[entity, pk] = Label(row["label_en"], row["label_ro"])
            return
        self._known.update({(entity, pk): title for pk, title in self.replica.titles(entity, wanted).items()})

    def of(self, entity: str, pk: str | None) -> Label | str | None:
        """Return what stands for an id, or None when it is empty or not here."""
        if pk is None:
            return None
        self.load(entity, (pk,))
        return self._known.get((entity, pk))

    def name(self, entity: str, pk: str | None) -> str:
        """Return the title of a record that is no list item; empty when it is not here."""
        found = self.of(entity, pk)
        return found if isinstance(found, str) else ""

    def unusual(self, status: str | None) -> Label | str | None:
        """Return the label of a record's status, unless it is the one that a new record begins with: that says nothing."""
        row = self.replica.get("pick_list_item", status) if status and status not in self._usual else None
        if row is None or row["is_default"]:
            self._usual |= {status}
            return None
        return Label(row["label_en"], row["label_ro"])

    def shown(self, entity: type[Record], values: Row) -> Shown:
        """Return field -> what stands for the id that it holds."""
        found: dict[str, Label | str] = {}
        for column in data_columns(entity):
            target, value = column.col.references, values.get(column.name)
            if target and isinstance(value, str) and (label := self.of(target, value)) is not None:
                found[column.name] = label
        return found
