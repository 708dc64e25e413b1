"""Who may see what, asked from outside of a pull; and who may change administered data."""

from shared_models.base import Record
from shared_models.fields import Merge, unit_of, units
from sync_server.db import cells
from sync_server.db.engine import Connection
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.sight import Sight


def may_see(central: Central, connection: Connection, seen: Sight | None, entity: str, pk: str) -> bool:
    """Whether a record is in a view; one that does not exist is in that of whoever sees everything."""
    if seen is None:
        return True
    cell = cells.places(connection, central.tables, entity, [pk]).get(pk)
    return cell is not None and seen.shows(entity, cell)


def may_write(actor: Actor, entity: type[Record], pk: str, fields: tuple[str, ...]) -> bool:
    """Whether the actor may create, change or archive a record of administered data.

    fields: the fields that an op carries; empty for an archive. Administered entities are the admin's, except that people
    choose their own language and time zone (the LE fields of their own `user` row).
    """
    if actor.is_admin:
        return True
    if not entity.admin_only:
        return all(units(entity)[unit_of(entity, name)].policy is not Merge.SV for name in fields if name != "archived_at")
    is_self = entity.entity_name == "user" and pk == actor.user_id
    return is_self and bool(fields) and all(_is_personal(entity, name) for name in fields)


def _is_personal(entity: type[Record], name: str) -> bool:
    return name != "archived_at" and units(entity)[unit_of(entity, name)].policy is Merge.LE
