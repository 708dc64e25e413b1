"""What a person is to hold, told from all central rows by `decide` alone: no cells, no views, no scopes."""

from collections.abc import Mapping

from conflict.overlay import blank_row
from shared_models.codec import Row
from shared_models.fields import columns
from shared_models.registry import Registry
from shared_models.rights import Subject, decide, subject_of, view
from shared_models.rules import RULE_ENTITIES, Rules

Tables = Mapping[str, Mapping[str, Row]]
"""Entity -> id -> row, of everything that the centre holds."""
DEEPEST = 5


def rules_of(registry: Registry, tables: Tables) -> Rules:
    """Return the rights in force."""
    return Rules.of(registry, {name: list(tables[name].values()) for name in RULE_ENTITIES})


def subject(registry: Registry, tables: Tables, entity: str, row: Row, depth: int = 0) -> Subject:
    """Return a record with all that it is a part of. A parent that is not there is nobody's."""
    kind = registry.get(entity)
    keys = [(parent, row[name]) for name, parent in registry.parents(kind) if row.get(name) is not None]
    if "record_type" in row and "record_id" in row:
        keys.append((row["record_type"], row["record_id"]))
    parents = []
    for name, pk in keys:
        found = tables.get(name, {}).get(pk)
        is_lost = found is None or depth > DEEPEST
        parents.append(Subject("nothing", pk) if is_lost else subject(registry, tables, name, found or {}, depth + 1))
    return subject_of(kind, row, tuple(parents))


def expected(registry: Registry, tables: Tables, person: str, at: int) -> dict[str, dict[str, Row]]:
    """Return entity -> id -> row that a person is to hold, in order of ids; confidential fields are empty if kept from him."""
    rules = rules_of(registry, tables)
    hidden, found = view(rules, person, at).hidden, dict[str, dict[str, Row]]()
    for entity in registry:
        name, blank = entity.entity_name, blank_row(entity)
        empty = {c.name: blank[c.name] for c in columns(entity) if c.col.right_group in hidden}
        seen = [row for row in tables[name].values() if is_seen(registry, rules, tables, person, name, row, at)]
        if name == "sync_conflict":
            seen = [row for row in seen if not tells_of(registry, row, hidden)]
        found[name] = {row["id"]: {**row, **empty} for row in sorted(seen, key=lambda row: row["id"])}
    return found


def is_seen(registry: Registry, rules: Rules, tables: Tables, person: str, entity: str, row: Row, at: int) -> bool:
    """Whether a person may see a record."""
    return decide(rules, person, subject(registry, tables, entity, row), "see", at).allowed


def tells_of(registry: Registry, card: Row, hidden: frozenset[str]) -> bool:
    """Whether a card is about a field that is kept from somebody."""
    kind = registry.get(card["record_type"])
    groups = {c.col.right_group for c in columns(kind) if c.name == card["unit"] or c.col.group == card["unit"]}
    return bool(groups) and groups <= hidden
