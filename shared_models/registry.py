"""The list of entities that a product instance knows, parents before children."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from shared_models.base import Record
from shared_models.entities.company import BankAccount, Company, CompanyAlias
from shared_models.entities.contact import CompanyContact, Contact, RelatedPerson
from shared_models.entities.document import Document
from shared_models.entities.lists import PickList, PickListItem
from shared_models.entities.people import Team, User
from shared_models.entities.reach import Address, ContactPoint, Note
from shared_models.entities.rights import Profile, ProfileRight, RecordShare, UserRight
from shared_models.entities.sync_conflict import SyncConflict
from shared_models.evolution import Evolution, NewEntity
from shared_models.fields import columns


@dataclass(frozen=True)
class Registry:
    """Entities by name. Both halves are given one; benchmarks and simulations bring their own."""

    entities: tuple[type[Record], ...]
    evolution: Evolution = field(default_factory=Evolution, compare=False)
    """How these entities came to be what they are."""

    @cached_property
    def by_name(self) -> dict[str, type[Record]]:
        """Entity class by entity name."""
        return {entity.entity_name: entity for entity in self.entities}

    def get(self, name: str) -> type[Record]:
        """Return the entity of that name. Raises KeyError for an unknown one."""
        return self.by_name[name]

    def __iter__(self) -> Iterator[type[Record]]:
        """Yield the entities, parents before children."""
        return iter(self.entities)

    def parents(self, entity: type[Record]) -> tuple[tuple[str, str], ...]:
        """Return (field, parent entity) of every reference to a record that this one belongs to."""
        return self._parents[entity]

    @cached_property
    def roots(self) -> tuple[type[Record], ...]:
        """Return the entities whose records stand for themselves and are people's work: rights are given on these."""
        return tuple(e for e in self.entities if not e.admin_only and not any(c.is_owner for c in columns(e)))

    @cached_property
    def _parents(self) -> dict[type[Record], tuple[tuple[str, str], ...]]:
        return {entity: _parents(entity) for entity in self.entities}

    def children(self, entity: type[Record]) -> tuple[tuple[type[Record], str], ...]:
        """Return (child entity, field) of every reference by which a record belongs to one of `entity`."""
        return tuple(
            (child, field) for child in self.entities for field, parent in self.parents(child) if parent == entity.entity_name
        )


def _parents(entity: type[Record]) -> tuple[tuple[str, str], ...]:
    return tuple((c.name, c.col.references) for c in columns(entity) if c.is_owner and c.col.references)


CRM = Registry(
    (
        PickList,
        PickListItem,
        Profile,
        ProfileRight,
        Team,
        User,
        UserRight,
        Company,
        CompanyAlias,
        Contact,
        CompanyContact,
        ContactPoint,
        Address,
        BankAccount,
        RelatedPerson,
        Note,
        Document,
        SyncConflict,
        RecordShare,
    ),
    Evolution(steps=((NewEntity("document"),),)),
)
"""The product's own entities. What changes in them is a step of their evolution."""

SCHEMA_VERSION = CRM.evolution.newest
"""Version of the entities on the wire; the server supports the last six (`sync_server/PROTOCOL.md`, part "Versions")."""
