"""What happened with a company or contact: notes from the replica, past values from the centre when it can be reached."""

from collections.abc import Callable, Iterable, Mapping

from client.replica.replica import Replica
from client.usecases import decided
from client.usecases.answers import Change, Timeline, TimelineEntry
from client.usecases.shown import Names
from shared_models.errors import SyncError
from shared_models.fields import ARCHIVED, column_of, columns
from shared_models.protocol import HistoryEntry, HistoryPage

AskHistory = Callable[[str, str, int | None], HistoryPage]
"""(entity, record, before) -> a page; raises SyncError. `Transport.history`."""
OUT_OF_REACH = "-"
"""In the place of a next page: only decisions go on, as the centre did not answer."""
HIDDEN = ("created_at", "created_by", "updated_at", "updated_by", "value_normalised")


def timeline(replica: Replica, ask: AskHistory, entity: str, pk: str, after: str | None) -> Timeline:
    """Return the newest entries. Out of reach of the centre only notes and decisions are here, and `has_history` says so.

    after: `next` of the page before: the seq below which history goes on, and after a slash the place of the next decisions.
    Notes come with the first page.
    """
    names = Names(replica)
    seq, _, place = (after or "").partition("/")
    found = _notes(replica, names, entity, pk) if after is None else []
    decisions: str | None = None
    if after is None or place:
        more, decisions = decided.entries(replica, names, entity, pk, place or None)
        found += more
    following, has_history = ("", seq != OUT_OF_REACH)
    if after is None or seq not in ("", OUT_OF_REACH):
        try:
            page = ask(entity, pk, int(seq) if seq else None)
            found += _entries(replica, names, page.entries)
            following = str(page.entries[-1].seq) if page.more and page.entries else ""
        except SyncError:
            has_history = False
    if decisions:
        following = f"{following if has_history else OUT_OF_REACH}/{decisions}"
    return Timeline(tuple(sorted(found, key=lambda entry: -entry.at)), following or None, has_history)


def _notes(replica: Replica, names: Names, entity: str, pk: str) -> list[TimelineEntry]:
    rows = replica.children_of("note", f"{entity}_id", pk)
    states, me = replica.states_of("note", [row["id"] for row in rows]), replica.facts()["user"]
    return [
        TimelineEntry(
            id=row["id"],
            kind="note",
            entity="note",
            at=row["written_at"],
            by=names.name("user", row["created_by"]),
            is_mine=row["created_by"] == me,
            body=row["body"],
            is_pinned=row["is_pinned"],
            state=states[row["id"]],
        )
        for row in rows
    ]


def _entries(replica: Replica, names: Names, lines: Iterable[HistoryEntry]) -> list[TimelineEntry]:
    """Put the lines of one save together: one entry with all its changes; none for a save that found its values there already."""
    saves: dict[int, list[HistoryEntry]] = {}
    for line in lines:
        saves.setdefault(line.seq, []).append(line)
    me = replica.facts()["user"]
    found = [_entry(replica, names, seq, group, me) for seq, group in saves.items()]
    return [entry for entry in found if entry is not None]


def _entry(replica: Replica, names: Names, seq: int, lines: list[HistoryEntry], me: str | None) -> TimelineEntry | None:
    first = lines[0]
    moves = [line for line in lines if line.unit == ARCHIVED and _is_archived(line.before) != _is_archived(line.after)]
    changes = [change for line in lines if line.unit not in ("*", ARCHIVED) for change in _changes(replica, names, line)]
    if any(line.unit == "*" for line in lines):
        kind = "created"
    elif moves and not changes:
        kind = "archived" if _is_archived(moves[0].after) else "restored"
    elif not changes:
        return None
    else:
        kinds = {line.kind for line in lines}
        kind = "overwritten" if kinds == {"overwritten"} else "merged" if "merged" in kinds else "changed"
    return TimelineEntry(
        id=f"{first.record}/{seq}",
        kind=kind,  # type: ignore[arg-type]  # one of the kinds by construction
        entity=first.entity,
        at=first.typed_at or first.arrived_at,
        by=names.name("user", first.by),
        is_mine=first.by == me,
        changes=tuple(changes),
    )


def _is_archived(values: Mapping[str, object] | None) -> bool:
    return (values or {}).get(ARCHIVED) is not None


def _changes(replica: Replica, names: Names, line: HistoryEntry) -> list[Change]:
    entity = replica.registry.get(line.entity)
    known = {column.name for column in columns(entity)}  # a newer server tells of fields that this version does not have
    before, after = line.before or {}, line.after or {}
    found = []
    for field in dict.fromkeys([*before, *after]):
        if before.get(field) == after.get(field) or field in HIDDEN or field not in known:
            continue
        target = column_of(entity, field).col.references
        shown = [
            names.of(target, value) if target and isinstance(value, str) else None
            for value in (before.get(field), after.get(field))
        ]
        found.append(Change(field, before.get(field), after.get(field), shown[0], shown[1]))
    return found
