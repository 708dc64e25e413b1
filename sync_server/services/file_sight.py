"""Which rows of files somebody may see, and for which he may send the bytes: the rights of the records that they belong to."""

from collections.abc import Sequence

from shared_models.rights import decide, subject_of
from sync_server.db import cells, documents, rows
from sync_server.db.documents import FileRow
from sync_server.services import sight
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.sight import Sights

STORED = "stored"
OWNERS = (("company_id", "company"), ("contact_id", "contact"))


def seen(central: Central, actor: Actor, sha256: str) -> list[FileRow]:
    """Return the rows in somebody's view that name some bytes."""
    with sight.snapshot(central, actor) as sights:
        return _seen(sights, sha256)


def sendable(central: Central, actor: Actor, sha256: str) -> list[FileRow]:
    """Return the rows whose bytes somebody may send: he made the row, or sees it, live, and may change what it belongs to.

    Who made a row ends what he began, also where he has lost the right to see it since, or it was archived: nobody else has the
    bytes, and his device lets go of them only then.
    """
    with sight.snapshot(central, actor) as sights:
        made = [
            row for row in documents.of_digests(sights.connection, central.tables, [sha256]) if row.created_by == actor.user_id
        ]
        others = [row for row in _seen(sights, sha256) if row not in made and _may_change(sights, actor, row)]
        return [*made, *(row for row in others if row.archived_at is None)]


def shown_to_have(central: Central, actor: Actor, sha256: str) -> list[FileRow]:
    """Return the rows that somebody made or sees: who has sent the bytes has shown that he has them."""
    with sight.snapshot(central, actor) as sights:
        made = [
            row for row in documents.of_digests(sights.connection, central.tables, [sha256]) if row.created_by == actor.user_id
        ]
        return [*made, *(row for row in _seen(sights, sha256) if row not in made)]


def _seen(sights: Sights, sha256: str) -> list[FileRow]:
    found: Sequence[FileRow] = documents.of_digests(sights.connection, sights.central.tables, [sha256])
    view = sights.now
    if view is None or not found:
        return list(found)
    places = cells.places(sights.connection, sights.central.tables, "document", [row.id for row in found])
    return [row for row in found if row.id in places and view.shows("document", places[row.id])]


def _may_change(sights: Sights, actor: Actor, row: FileRow) -> bool:
    central, at = sights.central, sights.central.now_us()
    if actor.is_admin:
        return True
    rules = central.rulebook.at(sights.connection, central.tables, central.registry, sights.clock, at)
    for field, parent in OWNERS:
        if (pk := getattr(row, field)) is not None:
            kind = central.registry.get(parent)
            owner = rows.load(sights.connection, central.tables, kind, [pk], lock=False).get(pk)
            return owner is not None and decide(rules, actor.user_id, subject_of(kind, owner[0]), "change", at).allowed
    return False
