"""The id of a record that two devices could make at the same time: derived from its content, so that both make one row."""

from functools import cache
from inspect import signature

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import columns
from shared_models.ids import derived_id


def natural_id(entity: type[Record], row: Row) -> str | None:
    """Return the id that follows from a row's content, or None for an entity whose ids are made freely.

    The entity names its key by the parameters of `natural_key`: fields of the row, or `owner_id` for whichever owner it has.
    """
    names = _key_fields(entity)
    if names is None:
        return None
    values = [_owner(entity, row) if name == "owner_id" else row.get(name) for name in names]
    natural_key = entity.natural_key  # type: ignore[attr-defined]  # only link entities have one
    return derived_id(entity.entity_name, *natural_key(*(str(value) for value in values)))


@cache
def _key_fields(entity: type[Record]) -> tuple[str, ...] | None:
    natural_key = getattr(entity, "natural_key", None)
    return None if natural_key is None else tuple(signature(natural_key).parameters)


def _owner(entity: type[Record], row: Row) -> str | None:
    owners = (row.get(c.name) for c in columns(entity) if c.is_owner)
    return next((owner for owner in owners if owner is not None), None)
