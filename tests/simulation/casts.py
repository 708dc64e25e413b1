"""Which entities and fields play which part in a simulated week: those made for it, or the product's own, with rights or without."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.registry import CRM, Registry
from tests.simulation.entities import SIMULATED
from tests.simulation.versions import NEWEST, PROGRAMS


@dataclass(frozen=True)
class Cast:
    """A registry, and who plays what in it."""

    name: str
    registry: Registry
    thing: str
    """The entity that people work on most."""
    fields: Mapping[str, str]
    """Part -> field of the thing that plays it. Not every registry has an actor for every part."""
    places: tuple[str, str]
    """Two fields of one group of the thing."""
    part: str
    """A child of the thing."""
    part_of: str
    """Its field that names the thing."""
    part_fields: tuple[str, str]
    """A field that must be given, and another one."""
    tie: str
    """A link entity."""
    tie_values: Callable[[str, str], Row]
    """Thing and a letter -> what makes the link."""
    tie_mark: str
    """Its field that holds the letter."""
    tie_role: str
    """Its field that people edit."""
    late: str = ""
    """A child of the thing that only newer programs know; `part_of` names the thing in it."""
    late_field: str = ""
    """Its field."""
    split: tuple[str, ...] = ()
    """Parts that were one field once."""
    programs: Mapping[int, Registry] = field(default_factory=dict)
    """Version -> what a program of it knows, where not all have the same."""
    has_rights: bool = False
    """Whether people have profiles, which change as everything else does; else everybody sees all."""
    has_files: bool = False
    """Whether people attach files to the thing, and to persons."""
    servers: int = 1
    """Server processes; each keeps something to itself only where there are files."""

    @cached_property
    def kind(self) -> type[Record]:
        """The class of the thing."""
        return self.registry.get(self.thing)

    @cached_property
    def records(self) -> tuple[str, ...]:
        """The entities that people edit."""
        return self.thing, self.part, self.tie

    def plays(self, *parts: str) -> bool:
        """Whether the thing has a field for each of some parts."""
        return all(part in self.fields for part in parts)


INVENTED = Cast(
    "invented",
    SIMULATED,
    "thing",
    {
        name: name
        for name in ("title", "spare", "amount", "story", "keeper", "labels", "stage", "is_quiet", "reached_at", "code")
    },
    ("street", "city"),
    "part",
    "thing_id",
    ("name", "memo"),
    "tie",
    lambda thing, letter: {"thing_id": thing, "other": letter},
    "other",
    "role",
)
"""Entities with every merge policy."""

OURS = Cast(
    "crm",
    CRM,
    "company",
    {
        "title": "name", "spare": "legal_name", "story": "description", "keeper": "language", "labels": "roles",
        "is_quiet": "do_not_contact", "code": "code",
    },
    ("fiscal_code", "trade_register_no"),
    "address",
    "company_id",
    ("street", "opening_hours"),
    "contact_point",
    lambda thing, letter: {"company_id": thing, "kind": "email", "value": letter, "value_normalised": letter},
    "value",
    "label",
)  # fmt: skip
"""The product's own: companies, their addresses and their e-mail addresses."""

RIGHTS = replace(OURS, name="rights", has_rights=True)
"""The same, and nobody but an admin sees everything."""
FILES = replace(RIGHTS, name="files", has_files=True)
"""The same with files, whose bytes go beside the rounds. It plays only where it is asked for: a week of it takes longer."""
TWO_SERVERS = replace(FILES, name="two-servers", servers=2)
"""The same at two server processes on one database, as behind a load balancer."""
MIXED = replace(
    INVENTED,
    name="versions",
    registry=PROGRAMS[NEWEST],
    fields={**INVENTED.fields, **{name: name for name in ("first_name", "last_name", "wish")}},
    late="toll",
    late_field="road",
    split=("first_name", "last_name"),
    programs=PROGRAMS,
)
"""Invented entities of six versions: everybody has a program of another one, and gets a newer one now and then (I10)."""
CASTS = {cast.name: cast for cast in (INVENTED, OURS, RIGHTS, FILES, TWO_SERVERS, MIXED)}
ONE_IN = 5
MIXED_IN, MIXED_AT = 10, 7
"""Of so many weeks that one is played by programs of several versions."""
"""One week in so many is played by the product's own entities, every second of these with rights."""


def cast_of(seed: int) -> Cast:
    """Return who plays the week of a seed."""
    if seed % MIXED_IN == MIXED_AT:
        return MIXED
    if seed % ONE_IN < ONE_IN - 1:
        return INVENTED
    return OURS if seed // ONE_IN % 2 == 0 else RIGHTS
