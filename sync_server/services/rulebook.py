"""The rights in force, kept in memory until their number changes: no push or pull reads them twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared_models.base import Record
from shared_models.registry import Registry
from shared_models.rules import RULE_ENTITIES, Rules
from sync_server.db import rules
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables
from sync_server.db.timeline import Clock

_RULES = frozenset(RULE_ENTITIES)


def rule_entities(registry: Registry) -> tuple[type[Record], ...]:
    """Return the entities that rights are made of; none for a registry without profiles, where nobody is limited."""
    names = RULE_ENTITIES if "profile" in registry.by_name else ()
    return tuple(registry.get(name) for name in names)


def changes_rules(entities: Iterable[str]) -> bool:
    """Whether a change of records of these entities is a change of rights."""
    return not _RULES.isdisjoint(entities)


@dataclass
class RuleBook:
    """The rules of one central database that were read last."""

    kept: tuple[str, int, int, Rules] | None = None
    """Server epoch, number of the rules, when they were read, and the rules; replaced whole, so that threads need no lock."""

    def at(self, connection: Connection, tables: Tables, registry: Registry, now: Clock, now_us: int) -> Rules:
        """Return the rules of a clock's number.

        They lack the shares that had ended when they were read, so they are read anew after the server's clock was set back.
        """
        kept = self.kept
        if kept is not None and kept[:2] == (now.epoch, now.rules) and kept[2] <= now_us:
            return kept[3]
        found = Rules.of(registry, rules.read(connection, tables, rule_entities(registry), now_us))
        self.kept = now.epoch, now.rules, now_us, found
        return found
