"""What happened with a company or contact: notes and own saves from the replica, the past from the centre if in reach."""

from collections.abc import Callable

from client.replica import talks
from client.replica.replica import Replica
from client.usecases import decision_rows
from client.usecases.decision_rows import Told
from client.usecases.own_saves import settled_entries, waiting_entries
from client.usecases.past_saves import Saves
from client.usecases.shown import Names
from client.usecases.timeline_answers import Timeline, TimelineEntry
from shared_models.codec import Row
from shared_models.errors import SyncError, Unreachable
from shared_models.protocol import HistoryPage

AskHistory = Callable[[str, str, int | None], HistoryPage]
"""(entity, record, before) -> a page; raises SyncError. `Transport.history`."""
OUT_OF_REACH = "-"
"""In the place of a next page: only decisions go on, as the centre did not answer."""


def nobody(_entity: str, _record: str, _before: int | None) -> HistoryPage:
    """Stand in for the centre where nobody waits for it. Raises Unreachable."""
    raise Unreachable(None, "not asked")


def timeline(replica: Replica, ask: AskHistory, entity: str, pk: str, after: str | None) -> Timeline:
    """Return the newest entries. Out of reach of the centre only notes, decisions and own saves are here; `has_history` says so.

    after: `next` of the page before: the seq below which history goes on, and after a slash the place of the next decisions.
    Notes and own saves come with the first page; of those that have settled the centre tells itself once it answers.
    """
    seq, _, place = (after or "").partition("/")
    page, has_history = None, seq != OUT_OF_REACH
    if after is None or seq not in ("", OUT_OF_REACH):
        try:
            page = ask(entity, pk, int(seq) if seq else None)
        except SyncError:
            has_history = False
    names = Names(replica)  # and all else after the answer, which may have taken long: a note may have been added meanwhile
    saves = Saves(replica, names, entity, pk)
    found = _notes(replica, names, entity, pk) if after is None else []
    if after is None:
        found += waiting_entries(replica, saves, {line.tx for line in page.entries} if page else ())
        found += settled_entries(replica, saves) if page is None else []
    decisions: str | None = None
    told: list[Told] = []
    if after is None or place:
        told, decisions = decision_rows.told(replica, names, entity, pk, place or None)
    following = ""
    typed: dict[str, Row] = {}
    if page is not None:
        again, lines, typed = decision_rows.again(replica, names, page.entries)
        told = [*again, *told]
        found += saves.entries(lines)
        following = str(page.entries[-1].seq) if page.more and page.entries else ""
    found = [*decision_rows.entries(replica, names, told, typed), *found]
    if decisions:
        following = f"{following if has_history else OUT_OF_REACH}/{decisions}"
    return Timeline(tuple(sorted(found, key=lambda entry: -entry.at)), following or None, has_history)


def _notes(replica: Replica, names: Names, entity: str, pk: str) -> list[TimelineEntry]:
    """Return the notes on a record; of a company also those on its people: the same ones that its last talk counts."""
    rows = replica.children_of("note", f"{entity}_id", pk)
    if entity == "company":
        with replica.reading() as reader:
            rows += talks.notes_on_people(reader, replica.registry.get("note"), pk)
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
            talked_with=names.name("contact", row["contact_id"]) if entity == "company" else "",
            is_pinned=row["is_pinned"],
            state=states[row["id"]],
        )
        for row in rows
    ]
