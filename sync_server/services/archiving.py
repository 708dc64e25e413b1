"""Delete against edit: an archive is an op on the whole record, and an edit of someone who did not know brings it back."""

from collections.abc import Iterable

from shared_models.codec import Row
from shared_models.entities.sync_conflict import ADDED, CHANGED
from shared_models.fields import ARCHIVED, Merge, column_of, data_columns, units
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
    if unseen := _unseen(work, found, op):
        news = max(version for version, _, _ in unseen)
        done = _told(work, found, [(key, name) for version, key, name in unseen if version == news])
        theirs = {ARCHIVED: found.row[ARCHIVED], **done}
        cards.ask(work, found, Clash("archived", ARCHIVED, "FM", None, {ARCHIVED: work.space.at}, theirs, news))
        work.space.touch(found, work.seq, None, exact=False)
        return
    _set(work, found, work.space.at)
    work.space.touch(found, work.seq, work.actor.user_id, exact=True)


def _unseen(work: Applying, found: CentralRow, op: Op) -> list[tuple[int, str, str]]:
    """Return what the author of an archive did not see: (version, CHANGED or ADDED, name of the unit or kind of the new child).

    What the server itself notes of a record (DV) is nobody's work: a file whose bytes have just come is archived as any other.
    """
    own = [
        (found.version_of(name), CHANGED, name)
        for name, unit in units(found.entity).items()
        if unit.policy is not Merge.DV and not work.knew(found.version_of(name), work.base_version(op, name))
    ]
    limit = work.row_version(op)
    children = [
        (child.created_seq, ADDED, child.entity.entity_name)
        for child in work.space.children(found)
        if not (child.created_seq <= limit or child.created_origin in work.after or child.created_origin == work.origin)
    ]
    return own + children


def _told(work: Applying, found: CentralRow, done: Iterable[tuple[str, str]]) -> Row:
    """Return what was done as a card tells it beside the archive flag: names, no values, and none of what is confidential."""
    names: dict[str, set[str]] = {}
    for key, name in done:
        kind = found.entity if key == CHANGED else work.space.central.registry.get(name)
        fields = units(kind)[name].fields if key == CHANGED else tuple(c.name for c in data_columns(kind))
        if name != ARCHIVED and not any(column_of(kind, field).col.right_group for field in fields):
            names.setdefault(key, set()).add(name)
    return {key: sorted(found) for key, found in names.items()}


def unarchive(work: Applying, found: CentralRow, op: Op) -> None:
    """Bring a record back on purpose; nobody is asked."""
    if found.row[ARCHIVED] is None:
        work.remember(op.t, op.pk, ARCHIVED, {ARCHIVED: None}, {ARCHIVED: None}, "merged")
        work.space.touch(found, work.seq, work.actor.user_id, exact=True)
        return
    _set(work, found, None)
    work.space.touch(found, work.seq, work.actor.user_id, exact=True)


def revive(work: Applying, found: CentralRow, version: int, done: Iterable[tuple[str, str]]) -> bool:
    """Bring back a record that was archived unseen, with a card to whoever archived it. Returns whether it was.

    done: (CHANGED, name of a unit) or (ADDED, kind of a child) of the work that brings it back.
    """
    archived_at, archived_seq = found.row[ARCHIVED], found.version_of(ARCHIVED)
    if archived_at is None or work.knew(archived_seq, version):
        return False
    mine = {ARCHIVED: None, **_told(work, found, done)}
    clash = Clash("revived", ARCHIVED, "FM", None, mine, {ARCHIVED: archived_at}, archived_seq)
    cards.ask(work, found, clash, is_news=True)
    _set(work, found, None)
    work.space.touch(found, work.seq, work.actor.user_id, exact=False)
    return True


def _set(work: Applying, found: CentralRow, moment: int | None) -> None:
    work.remember(found.entity.entity_name, found.pk, ARCHIVED, {ARCHIVED: found.row[ARCHIVED]}, {ARCHIVED: moment}, "applied")
    found.row[ARCHIVED] = moment
    found.col_ver[ARCHIVED] = work.seq
