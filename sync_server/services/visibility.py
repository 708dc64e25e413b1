"""Who may see and change what. Today every user of the organisation sees everything; rights will come in here.

Every pull, push, digest and history goes through these functions, so that there is one place to make narrower.
"""

from shared_models.base import Record
from shared_models.fields import Merge, unit_of, units
from sync_server.services.actor import Actor

EVERYTHING = "everything"
"""The scope set of those who see all records."""


def scope_set(actor: Actor) -> str:
    """Return the name of what an actor sees: two with the same name see the same records, and share a snapshot."""
    return EVERYTHING


def may_see(actor: Actor, entity: type[Record], pk: str) -> bool:
    """Whether a record is in the actor's view."""
    return True


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
