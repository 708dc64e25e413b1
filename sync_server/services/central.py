"""What every service is given: the database, its tables, the entities, the time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared_models.protocol import BIGGEST_FILE
from shared_models.registry import Registry
from sync_server.db.engine import Store
from sync_server.db.tables import Tables
from sync_server.services.cell_book import CellBook
from sync_server.services.rulebook import RuleBook
from sync_server.services.sightings import Sightings
from sync_server.services.turns import Turns

AUDITS = 2
"""Comparisons of contents that one process makes at a time: each reads and hashes every row of an entity, or of all."""
AUDIT_AGAIN_S = 20
"""A comparison of 100,000 rows takes about a second; a larger one, of a company's millions, some tens."""


@dataclass(frozen=True)
class Central:
    """One organisation's central database and its surroundings."""

    store: Store
    tables: Tables
    registry: Registry
    now_us: Callable[[], int]
    """Wall time in microseconds since 1970-01-01 UTC."""
    rulebook: RuleBook = field(default_factory=RuleBook, compare=False)
    cell_book: CellBook = field(default_factory=CellBook, compare=False)
    audits: Turns = field(default_factory=lambda: Turns(AUDITS, AUDIT_AGAIN_S), compare=False)
    sightings: Sightings = field(default_factory=Sightings, compare=False)
    biggest_file: int = BIGGEST_FILE
    """Bytes of the largest file that is taken."""

    @property
    def schema_version(self) -> int:
        """Version of the entities that the database has."""
        return self.registry.evolution.newest
