"""The search among archived records: of their own words, and of the phones, addresses and names that belong to them."""

from client.replica.driver import Connection
from client.replica.schema import quoted, search_columns, search_table
from client.replica.search_words import match_query
from shared_models.base import Record
from shared_models.registry import Registry


def search_archived(connection: Connection, registry: Registry, kind: type[Record], text: str, limit: int) -> list[str]:
    """Return the ids of the archived records of a kind that have all words of a text in themselves or in one part, by name.

    A text without a word finds nothing.
    """
    query = match_query(text)
    if not query:
        return []
    owners = [(kind, "id"), *((part, field) for part, field in registry.children(kind) if search_columns(part))]
    found = " UNION ".join(_owners_of(entity, field) for entity, field in owners)
    sql = f"SELECT id FROM {quoted(kind.entity_name)} WHERE archived_at IS NOT NULL AND id IN ({found}) ORDER BY _k, id LIMIT ?"
    return [pk for (pk,) in connection.execute(sql, (*[query] * len(owners), limit)).fetchall()]


def _owners_of(entity: type[Record], field: str) -> str:
    """Return the SQL for the records to which the rows belong that the index finds. field: names the record in a row."""
    index = quoted(search_table(entity))
    live = "" if field == "id" else " AND archived_at IS NULL"
    return (
        f"SELECT {quoted(field)} FROM {quoted(entity.entity_name)} "
        f"WHERE _n IN (SELECT rowid FROM {index} WHERE {index} MATCH ?){live}"
    )
