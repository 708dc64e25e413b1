"""The page of one company or contact with everything that belongs to it, but for its timeline."""

import logging

from client.replica import talks
from client.replica.replica import Replica
from client.replica.talks import Talk
from client.usecases import documents
from client.usecases.access import access
from client.usecases.allowed import Allowed, allowed
from client.usecases.answers import Owner
from client.usecases.causes import cause_of
from client.usecases.form_drafts import drafts_on, is_of_note
from client.usecases.main_points import in_order, main_of
from client.usecases.questions import questions_about
from client.usecases.record_answers import Part, Point, RecordPage, Tie
from client.usecases.sharing import sharing
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.errors import ReplicaDamaged, ReplicaError

log = logging.getLogger("fieldfare.usecases")
WRITTEN = ("note", "contact_point", "address", "bank_account", "related_person", "document")
"""Parts that a page offers to add, each to the one record that is open."""
PARTS = {
    "company": (("address", "company_id"), ("bank_account", "company_id")),
    "contact": (("address", "contact_id"), ("related_person", "contact_id")),
}
"""Parts that are shown as blocks; points, ties and notes have places of their own."""


def record_page(replica: Replica, entity: str, pk: str) -> RecordPage | None:
    """Return a record with its parts, or None when it is not in the replica; notes that it was looked at."""
    row = replica.get(entity, pk)
    if row is None:
        return None
    _note_use(replica, entity, pk)
    names, kind, may = Names(replica), replica.registry.get(entity), allowed(replica)
    state = replica.pending_of(entity, pk)
    parts, points = _parts(replica, names, entity, pk), _points(replica, entity, pk)
    files = documents.count(replica, Owner(entity, pk))
    notes = replica.children_of("note", f"{entity}_id", pk)
    talk = _last_talk(replica, entity, pk, notes)
    ties = _ties(replica, names, may, entity, pk)
    mine = {
        pk,
        *(note["id"] for note in notes),
        *(part.id for part in parts),
        *(point.id for point in points),
        *(tie.link_id for tie in ties),
        *(row["id"] for row in replica.children_of("document", f"{entity}_id", pk)),
    }
    shared = sharing(replica, names, may, entity, pk)
    waiting = [one for one in replica.waiting() if any(record in mine for _, record in one.records)]
    return RecordPage(
        id=pk,
        entity=entity,
        title=replica.titles(entity, (pk,)).get(pk, ""),
        values=row,
        shown=names.shown(kind, row),
        state=state,
        place=next((str(part.values["city"]) for part in parts if part.entity == "address" and part.values["city"]), ""),
        waiting=len(waiting),
        waiting_since=waiting[0].saved_at if waiting else None,
        last_note_at=talk.at if talk else None,
        last_note_by=names.name("user", talk.by) if talk else "",
        last_note_with=names.name("contact", talk.person) if talk and entity == "company" else "",
        status=names.unusual(row["status_id"]),
        points=points,
        ties=ties,
        parts=parts,
        pending=frozenset(replica.pending_fields(entity, pk)),
        denied=_denied(may, entity, pk),
        refused=replica.refused_at(entity, pk),
        access=access(replica, names, may, entity, pk),
        shares=shared.shares,
        may_share=shared.levels,
        needless_shares=shared.needless,
        questions=questions_about(replica, entity, pk),
        drafts=tuple(one for one in drafts_on(replica).get((entity, pk), ()) if not is_of_note(one)),
        files=files,
        sees_all_ties=may.sees_all(_other(entity)),
        is_own=may.is_at_home(entity, row, state),
    )


def _note_use(replica: Replica, entity: str, pk: str) -> None:
    """Note that a record was looked at, where that can be written: a disk that is full keeps nobody from reading."""
    try:
        replica.used(entity, pk)
    except ReplicaDamaged:
        raise
    except ReplicaError as error:
        log.warning("what was looked at is not noted", extra={"code": cause_of(error)})


def _last_talk(replica: Replica, entity: str, pk: str, notes: list[Row]) -> Talk | None:
    """Return the last talk: with a company also through its people."""
    if entity == "company":
        with replica.reading() as reader:
            return talks.last_talk(reader, pk)
    newest = max(notes, key=lambda note: note["written_at"], default=None)
    return Talk(newest["written_at"], newest["created_by"], pk) if newest else None


def _denied(may: Allowed, entity: str, pk: str) -> dict[str, str]:
    """Return what the reader may not do with a record and its parts, and why."""
    found = {"change": may.change(entity, pk), "archive": may.archive(entity, pk)}
    found |= {part: may.part(part, {f"{entity}_id": pk}) for part in WRITTEN}
    found["tie"] = may.tie(entity, pk, _other(entity))
    return {what: why for what, why in found.items() if why}


def _other(entity: str) -> str:
    """Return the kind of record that is tied to one of this kind."""
    return "contact" if entity == "company" else "company"


def _points(replica: Replica, entity: str, pk: str) -> tuple[Point, ...]:
    rows = replica.children_of("contact_point", f"{entity}_id", pk)
    states, main = replica.states_of("contact_point", [row["id"] for row in rows]), main_of(rows)
    return tuple(
        Point(
            row["id"],
            row["kind"],
            row["value"],
            row["label"] or "",
            row["id"] in main,
            "opted_out" if row["opted_out_at"] else row["validity"],
            states[row["id"]],
        )
        for row in in_order(rows)
    )


def _parts(replica: Replica, names: Names, entity: str, pk: str) -> tuple[Part, ...]:
    found: list[Part] = []
    for part, field in PARTS[entity]:
        rows = replica.children_of(part, field, pk)
        states = replica.states_of(part, [row["id"] for row in rows])
        kind = replica.registry.get(part)
        found += [Part(row["id"], part, row, names.shown(kind, row), states[row["id"]]) for row in rows]
    return tuple(found)


def _ties(replica: Replica, names: Names, may: Allowed, entity: str, pk: str) -> tuple[Tie, ...]:
    """Return the contacts of a company or the companies of a contact: present ones first, the primary one at the top."""
    other = _other(entity)
    links = replica.children_of("company_contact", f"{entity}_id", pk)
    states = replica.states_of("company_contact", [link["id"] for link in links])
    found = [
        _tie(replica, names, may, other, link, states[link["id"]])
        for link in sorted(links, key=lambda link: (link["ended_on"] is not None, not link["is_primary"]))
    ]
    return tuple(tie for tie in found if tie is not None)


def _tie(replica: Replica, names: Names, may: Allowed, other: str, link: Row, state: str) -> Tie | None:
    pk = link[f"{other}_id"]
    row = replica.get(other, pk)
    if row is not None and row["archived_at"] is not None:
        return None
    points = in_order(replica.children_of("contact_point", f"{other}_id", pk)) if row is not None else []
    return Tie(
        link_id=link["id"],
        id=pk,
        name=replica.titles(other, (pk,)).get(pk, ""),
        role=names.of("pick_list_item", link["role_id"]),
        job_title=(row or {}).get("job_title") or "",
        phone=next((point["value"] for point in points if point["kind"] in ("phone", "mobile")), ""),
        email=next((point["value"] for point in points if point["kind"] == "email"), ""),
        is_primary=link["is_primary"],
        ended_on=link["ended_on"],
        state="waiting" if state == "waiting" else "needs_you" if state == "needs_you" else "sent",
        denied=may.part("company_contact", link),
    )
