"""The records of a kind as rights see them, without the rest of their columns: for a look at all of them."""

from collections.abc import Iterator

from client.replica.driver import Connection
from client.replica.schema import has_key, quoted
from shared_models.base import Record
from shared_models.rights import Subject, subject_of


def subjects(connection: Connection, entity: type[Record]) -> Iterator[Subject]:
    """Yield every live record of a root entity, by its title."""
    names = ["id", "created_by", *(name for name in (entity.owner_field, entity.team_field) if name)]
    found = connection.execute(
        f"SELECT {', '.join(quoted(name) for name in names)} FROM {quoted(entity.entity_name)} WHERE archived_at IS NULL "
        f"ORDER BY {'_k, ' if has_key(entity) else ''}id"
    )
    for row in found:
        yield subject_of(entity, dict(zip(names, row, strict=True)))
