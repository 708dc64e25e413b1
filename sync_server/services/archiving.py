"""Delete against edit: an archive is an op on the whole record, and an edit of someone who did not know brings it back."""

from shared_models.fields import ARCHIVED, units
from shared_models.protocol import Op
from sync_server.services import cards, links
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow


def archive(work: Applying, op: Op) -> None:
    """Archive a record, or remove a link; refused with a card when something of it is newer than what its author saw."""
    found = work.space.get(op.t, op.pk)
    assert found is not None  # checked before
    if found.entity.is_link:
        links.remove(work, found, op)
        return
    if news := _news(work, found, op):
        clash = Clash("archived", ARCHIVED, "FM", None, {ARCHIVED: work.space.at}, {ARCHIVED: found.row[ARCHIVED]}, news)
        cards.ask(work, found, clash)
        work.space.touch(found, work.seq, None, exact=False)
        return
    _set(work, found, work.space.at)
    work.space.touch(found, work.seq, work.actor.user_id, exact=True)


def _news(work: Applying, found: CentralRow, op: Op) -> int:
    """Return the newest version of a unit of the record, or of a new child of it, that the author of an archive did not see; else 0."""
    own = [
        found.version_of(unit)
        for unit in units(found.entity)
        if not work.knew(found.version_of(unit), work.base_version(op, unit))
    ]
    limit = work.row_version(op)
    children = [
        child.created_seq
        for child in work.space.children(found)
        if not (child.created_seq <= limit or child.created_origin in work.after or child.created_origin == work.origin)
    ]
    return max([*own, *children], default=0)


def unarchive(work: Applying, found: CentralRow, op: Op) -> None:
    """Bring a record back on purpose; nobody is asked."""
    if found.row[ARCHIVED] is None:
        work.remember(op.t, op.pk, ARCHIVED, {ARCHIVED: None}, {ARCHIVED: None}, "merged")
        work.space.touch(found, work.seq, work.actor.user_id, exact=True)
        return
    _set(work, found, None)
    work.space.touch(found, work.seq, work.actor.user_id, exact=True)


def revive(work: Applying, found: CentralRow, version: int) -> bool:
    """Bring back a record that was archived unseen, with a card to whoever archived it. Returns whether it was."""
    archived_at, archived_seq = found.row[ARCHIVED], found.version_of(ARCHIVED)
    if archived_at is None or work.knew(archived_seq, version):
        return False
    clash = Clash("revived", ARCHIVED, "FM", None, {ARCHIVED: None}, {ARCHIVED: archived_at}, archived_seq)
    cards.ask(work, found, clash, is_news=True)
    _set(work, found, None)
    work.space.touch(found, work.seq, work.actor.user_id, exact=False)
    return True


def _set(work: Applying, found: CentralRow, moment: int | None) -> None:
    work.remember(found.entity.entity_name, found.pk, ARCHIVED, {ARCHIVED: found.row[ARCHIVED]}, {ARCHIVED: moment}, "applied")
    found.row[ARCHIVED] = moment
    found.col_ver[ARCHIVED] = work.seq
