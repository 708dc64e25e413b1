"""Makes the file of a snapshot from its columns, which are half its bytes on the way and more work here (PROTOCOL 7.9).

The result is what the centre would have sent as a file: tables, indexes, search and facts; `takeover` takes it in.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.replica import rows, schema
from client.replica.connection import create_private, translated_errors
from client.replica.driver import INTEGRITY_ERROR, Connection, Errors
from shared_models.base import Record
from shared_models.errors import ProtocolFault
from shared_models.registry import Registry

if TYPE_CHECKING:
    from client.replica.replica import Replica

MISFIT: Errors = (KeyError, TypeError, ValueError, LookupError, *INTEGRITY_ERROR)
"""What columns raise that are not as they have to be."""


def make(replica: "Replica", path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Make the file anew. lines: columns of an entity each, then the facts. Any: what JSON gives.

    Raises ProtocolFault for lines that are not as PROTOCOL 7.9 says, or a ReplicaError.
    """
    path.unlink(missing_ok=True)
    create_private(path)
    with translated_errors(), closing(replica.beside(path)) as made:
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):  # a file that a crash leaves half made is litter
            made.execute(f"PRAGMA {pragma}")
        made.execute("BEGIN")
        for entity in replica.registry:
            made.execute(schema.table_sql(entity))
        try:
            facts = _fill(made, replica.registry, lines)
        except MISFIT:
            raise ProtocolFault(None, "columns in another shape") from None
        _finish(made, replica.registry, {**facts, "shape": schema.fingerprint(replica.registry)})
        made.execute("COMMIT")


def _fill(made: Connection, registry: Registry, lines: Iterable[dict[str, Any]]) -> dict[str, str]:
    for line in lines:
        if line["k"] == "end":
            return {name: line[name] for name in ("seq", "epoch", "newest_at", "digests")}
        entity = registry.get(line["t"])
        found: Sequence[Sequence[Any]] = list(zip(*line["columns"], strict=True))
        made.executemany(_insert_sql(entity), rows.bulk_values(entity, line["cols"], found, line["v"]))
    raise ProtocolFault(None, "columns without an end")


def _finish(made: Connection, registry: Registry, facts: dict[str, str]) -> None:
    for entity in registry:
        for statement in (*schema.index_statements(entity), *schema.search_statements(entity)):
            made.execute(statement)
        if schema.search_columns(entity):
            index = schema.quoted(schema.search_table(entity))
            made.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        for statement in schema.search_triggers(entity):
            made.execute(statement)
    made.execute(schema.SNAPSHOT_TABLE_SQL)
    made.executemany("INSERT INTO _snapshot (k, v) VALUES (?, ?)", facts.items())


def _insert_sql(entity: type[Record]) -> str:
    hidden = ["_v", "_k"] if schema.has_key(entity) else ["_v"]
    cols = hidden + [schema.quoted(name) for name in rows.names(entity)]
    return f"INSERT INTO {schema.quoted(entity.entity_name)} ({', '.join(cols)}) VALUES ({', '.join('?' * len(cols))})"
