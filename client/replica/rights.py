"""What this device knows of its person's rights: the copies here of the records that rights are made of. The centre is the judge."""

import json
from dataclasses import dataclass
from typing import Any

from client.replica import display, meta, rows
from client.replica.driver import Connection
from client.replica.schema import quoted
from shared_models.codec import Row
from shared_models.registry import Registry
from shared_models.rules import RULE_ENTITIES, Rules


@dataclass(frozen=True)
class Known:
    """The rights of the person whose replica this is, at one moment."""

    rules: Rules
    person: str
    at: int
    """By the centre's clock, as far as it is known: microseconds since 1970 UTC."""


@dataclass
class RuleBook:
    """The rules of one replica that were read last: no page reads hundreds of people twice."""

    kept: tuple[Any, Rules] | None = None  # Any: a mark, to be compared
    """The mark of their records, and the rules; replaced whole, so that threads need no lock."""

    def at(self, connection: Connection, registry: Registry, now_ms: int) -> Known | None:
        """Return the rights of this replica's person; None where they are not known: nothing is loaded yet, or not all of it."""
        facts = meta.get_all(connection)
        if not facts["complete"] or facts["user"] is None or "profile" not in registry.by_name:
            return None
        mark, kept = (facts["rows_epoch"], _mark(connection)), self.kept
        if kept is None or kept[0] != mark:
            kept = mark, Rules.of(registry, {name: _all(connection, registry, name) for name in RULE_ENTITIES})
            self.kept = kept
        known = Known(kept[1], facts["user"], (now_ms - facts["offset_ms"]) * 1000)
        return known if _is_whole(known) else None


def _mark(connection: Connection) -> list[Any]:  # Any: numbers
    """Return what differs once any of the records that rights are made of has come, gone or changed, here or at the centre.

    A second own change of a record that waits moves neither its version nor its base: hence the saves that are open.
    """
    held = [
        connection.execute(
            f"SELECT count(*), max(_v), (SELECT count(*) FROM _sync_base WHERE tbl = ?) FROM {quoted(name)}", (name,)
        ).fetchone()
        for name in RULE_ENTITIES
    ]
    own = connection.execute(
        "SELECT count(*), max(t.n) FROM _sync_tx t JOIN _sync_op o ON o.n = t.n "
        "WHERE t.state <> 'settled' AND o.tbl IN (SELECT value FROM json_each(?))",
        (json.dumps(RULE_ENTITIES),),
    ).fetchone()
    return [*held, own]


def _is_whole(known: Known) -> bool:
    """Whether the person, his profile and his team are here."""
    tables, user = known.rules.tables, known.rules.tables["user"].get(known.person)
    return user is not None and all(
        user[field] is None or user[field] in tables[name] for field, name in (("profile_id", "profile"), ("team_id", "team"))
    )


def _all(connection: Connection, registry: Registry, name: str) -> list[Row]:
    kind = registry.get(name)
    return [rows.decode(kind, row) for row in connection.execute(f"SELECT {rows.select_list(kind)} FROM {quoted(name)}")]


def faces_of(connection: Connection, registry: Registry, entity: str, pk: str) -> tuple[Row, ...]:
    """Return a record as the centre has it and as it is on the screen; nothing for one that the centre does not have yet.

    Whoever gave a record away in a save that waits may still write what stands on that save, so both count.
    """
    kind = registry.get(entity)
    base, _ = display.base_of(connection, kind, pk)
    held = rows.read(connection, kind, pk)
    return () if base is None or held is None else (base, held[0])
