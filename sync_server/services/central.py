"""What every service is given: the database, its tables, the entities, the time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared_models.registry import SCHEMA_VERSION, Registry
from sync_server.db.engine import Store
from sync_server.db.tables import Tables
from sync_server.services.rulebook import RuleBook


@dataclass(frozen=True)
class Central:
    """One organisation's central database and its surroundings."""

    store: Store
    tables: Tables
    registry: Registry
    now_us: Callable[[], int]
    """Wall time in microseconds since 1970-01-01 UTC."""
    schema_version: int = SCHEMA_VERSION
    rulebook: RuleBook = field(default_factory=RuleBook, compare=False)
