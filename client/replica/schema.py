"""Tables of the replica; the centre makes the same ones in a snapshot (`shared_models.replica_shape`)."""

from shared_models.replica_shape import (
    SNAPSHOT_TABLE_SQL,
    drop_search_triggers,
    fingerprint,
    has_key,
    index_names,
    index_statements,
    quoted,
    search_columns,
    search_statements,
    search_table,
    search_triggers,
    sql_type,
    table_sql,
)

__all__ = [
    "SNAPSHOT_TABLE_SQL",
    "drop_search_triggers",
    "fingerprint",
    "has_key",
    "index_names",
    "index_statements",
    "quoted",
    "search_columns",
    "search_statements",
    "search_table",
    "search_triggers",
    "sql_type",
    "table_sql",
]
