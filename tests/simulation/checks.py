"""What must be true after a run at rest, told from the central database, the devices, and what people did."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from client.replica import integrity
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, units
from sync_server.db import rows
from tests.simulation.acts import QUESTION, Act, People, Typed, Value, is_logged
from tests.simulation.entities import SIMULATED
from tests.simulation.organisation import Device, Organisation


class Broken(AssertionError):
    """A promise of the protocol is broken; the text begins with the number of the invariant."""


@dataclass(frozen=True)
class Line:
    """One line of the history, as the checks need it."""

    seq: int
    tx: str
    place: tuple[str, str, str]
    before: Value
    after: Value
    kind: str


def at_rest(organisation: Organisation, people: People, *, was_restored: bool) -> int:
    """Check every promise; returns how many edits were accounted for."""
    _queues(organisation)
    _equal(organisation)
    _codes(organisation)
    counted = _accounts(organisation, people)
    if not was_restored:
        _nothing_silent(organisation, people)
        _adds_kept(organisation, people)
        _no_false_questions(organisation, people)
    _groups(organisation, people)
    return counted


def verdicts(organisation: Organisation) -> None:
    """I4: no verdict was answered differently."""
    for device in organisation.devices:
        if device.network.broken:
            raise Broken(device.network.broken[0])


def _queues(organisation: Organisation) -> None:
    """I7: nothing waits once everything got through. I11: no row bypassed the log."""
    for device in organisation.devices:
        if waiting := device.replica.waiting():
            raise Broken(f"I7 {device.name}: {[(w.tx_id, w.state) for w in waiting]}")
        if found := integrity.check(device.replica):
            raise Broken(f"I11 {device.name}: {found}")


def _equal(organisation: Organisation) -> None:
    """I2: every replica is the central view, value by value."""
    central = organisation.central
    with central.store.read() as connection:
        for entity in organisation.registry:
            found = connection.execute(sa.select(central.tables.entities[entity.entity_name]))
            there = {row.id: rows.decode(entity, row) for row in found}
            for device in organisation.devices:
                page = device.replica.list_page(entity.entity_name, sort="id", limit=100_000, archived=None)
                here = {row["id"]: row for row in page.rows}
                if here != there:
                    pk = next(pk for pk in here.keys() | there.keys() if here.get(pk) != there.get(pk))
                    raise Broken(f"I2 {device.name} {entity.entity_name} {pk}: {_difference(here.get(pk), there.get(pk))}")


def _difference(here: Row | None, there: Row | None) -> str:
    if here is None or there is None:
        return f"here {here}, there {there}"
    return str({name: (here[name], there[name]) for name in here if here[name] != there[name]})


def _codes(organisation: Organisation) -> None:
    """I8: no two records hold one code."""
    found = [row["code"] for row in _all(organisation, "thing") if row["code"] is not None]
    if len(set(found)) != len(found):
        raise Broken(f"I8 a code twice: {sorted(found)}")


def _groups(organisation: Organisation, people: People) -> None:
    """I12: a group holds a combination that somebody had on the screen."""
    for row in _all(organisation, "thing"):
        if (row["street"], row["city"]) not in people.groups:
            raise Broken(f"I12 {row['id']}: {row['street']}, {row['city']}")


def _accounts(organisation: Organisation, people: People) -> int:
    """I1 and the accounting: each save has one verdict at the centre; each edit is in history, on a card or in a dead letter."""
    central, tables = organisation.central, organisation.central.tables
    with central.store.read() as connection:
        ledger = {row.tx_id: json.loads(row.verdict)["v"] for row in connection.execute(sa.select(tables.push))}
        origins = {row.origin for row in connection.execute(sa.select(tables.push.c.origin))}
        letters = {row.tx_id for row in connection.execute(sa.select(tables.deadletter.c.tx_id))}
    lines = history(organisation)
    written = {(line.tx, line.place) for line in lines}
    created = {(line.tx, line.place[:2]) for line in lines if line.place[2] == "*"}
    values = set(_values(lines))
    asked = _asked(organisation)
    counted = 0
    for act in people.acts.values():
        if act.tx in people.lost_devices:
            continue
        if act.tx not in ledger and act.tx not in origins:
            raise Broken(f"I1 {act.tx} of {act.device} is nowhere")
        if act.tx in letters or act.verb == "archive":
            counted += len(act.edits)
            continue
        for edit in act.edits:
            is_there = (act.tx, edit.place) in written or (act.tx, edit.place[:2]) in created or (act.tx, edit.place) in asked
            is_there |= (edit.place, str(edit.value)) in values  # it was there already when it arrived
            if not is_there and not _is_reissued(act, written, asked, organisation):
                raise Broken(f"accounting: {edit} of {act.tx} ({act.verb}, {ledger.get(act.tx)}) is in no place")
            counted += 1
    return counted


def _values(lines: Iterable[Line]) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield (place, value) of everything that the history holds."""
    for line in lines:
        if line.place[2] != "*":
            yield line.place, str(line.after)
            continue
        for name, unit in units(SIMULATED.get(line.place[0])).items():
            yield (*line.place[:2], name), str(tuple((line.after or {}).get(field) for field in unit.fields))


def _is_reissued(act: Act, written: set[Any], asked: set[Any], organisation: Organisation) -> bool:
    """Whether a deferred save was taken under a later id."""
    tables = organisation.central.tables
    with organisation.central.store.read() as connection:
        query = sa.select(tables.push.c.tx_id).where(tables.push.c.origin == act.tx, tables.push.c.tx_id != act.tx)
        later = {row.tx_id for row in connection.execute(query)}
    return bool(later)


def _nothing_silent(organisation: Organisation, people: People) -> None:
    """I5: a value that people are asked about is replaced only by someone who had it on the screen; no unseen line vanishes."""
    last: dict[tuple[str, str, str], Line] = {}
    for line in history(organisation):
        if line.place[2] == "*":
            entity, pk, _ = line.place
            for name, unit in units(SIMULATED.get(entity)).items():
                value = tuple((line.after or {}).get(f) for f in unit.fields)
                last[entity, pk, name] = Line(line.seq, line.tx, (entity, pk, name), None, value, "applied")
            continue
        if line.kind == "overwritten":
            continue
        previous = last.get(line.place)
        policy = _policy(line.place)
        act = people.acts.get(line.tx)
        if previous is not None and act is not None and line.after != line.before:
            typed = next((t for t in act.edits if t.place == line.place), None)
            if typed is not None and policy in QUESTION and not _knew(people, act, typed, previous):
                raise Broken(f"I5 {previous} silently replaced by {line} of {act.device}, who knew up to {typed.knew_upto}")
            if typed is not None and policy is Merge.LM:
                _lines_kept(previous, line, typed)
        last[line.place] = line


def _adds_kept(organisation: Organisation, people: People) -> None:
    """I5 for sets and links: what somebody added is there, unless someone who had seen that very add took it away."""
    tables = organisation.central.tables
    with organisation.central.store.read() as connection:
        ledger = {row.tx_id: row for row in connection.execute(sa.select(tables.push))}
    done = {
        tx: ledger[tx].seq for tx in people.acts
        if tx in ledger and json.loads(ledger[tx].verdict)["v"] not in ("rejected", "deferred")
    }  # fmt: skip
    alive = {("thing", row["id"], label) for row in _all(organisation, "thing") for label in row["labels"]}
    alive |= {("tie", row["id"], "") for row in _all(organisation, "tie") if row[ARCHIVED] is None}
    asked = {tx for tx, _ in _asked(organisation)}
    adds, removes = _adds_and_removes(act for act in people.acts.values() if act.tx in done)
    for member, act, _ in adds:
        is_removed = any(
            other == member and (done[act.tx] <= upto or (act.device == by.device and act.n < by.n))
            for other, by, upto in removes
        )
        if not is_removed and member not in alive and act.tx not in asked:
            raise Broken(f"I5 {member} that {act.tx} added is gone, though nobody who removed it had seen that")


Member = tuple[str, str, str]
"""Entity, record, element of its set; an empty element is the record itself, a link."""


def _adds_and_removes(acts: Iterable[Act]) -> tuple[list[tuple[Member, Act, int]], list[tuple[Member, Act, int]]]:
    """Return (member, act, row version that its author saw) of every add and of every remove."""
    adds, removes = list[tuple[Member, Act, int]](), list[tuple[Member, Act, int]]()
    for act in acts:
        for typed in act.edits:
            entity, pk, unit = typed.place
            if entity == "tie" and unit == "other":
                (removes if act.verb == "archive" else adds).append(((entity, pk, ""), act, typed.row_upto))
            if unit == "labels" and act.verb in ("insert", "update"):
                now, old = set(typed.value[0] or ()), set(typed.shown[0][0] or ())
                adds += [((entity, pk, label), act, typed.row_upto) for label in sorted(now - old)]
                removes += [((entity, pk, label), act, typed.row_upto) for label in sorted(old - now)]
    return adds, removes


def _knew(people: People, act: Act, typed: Typed, previous: Line) -> bool:
    """Whether the author of an edit had the previous value on the screen."""
    writer = people.acts.get(previous.tx)
    is_own = writer is not None and writer.device == act.device and writer.n < act.n
    return previous.seq <= typed.knew_upto or is_own or previous.after in typed.shown or previous.tx == act.tx or writer is None


def _lines_kept(previous: Line, line: Line, typed: Typed) -> None:
    old, new = _lines(previous.after), _lines(line.after)
    shown = set().union(*(_lines(value) for value in typed.shown))
    if lost := (old - new) - shown:
        raise Broken(f"I5 lines {lost} lost by {line}")


def _lines(value: Value) -> set[str]:
    return set((value[0] or "").split("\n")) - {""} if value else set()


def _no_false_questions(organisation: Organisation, people: People) -> None:
    """I5: nobody is asked about a value that he had seen when he typed."""
    seqs = {line.tx: line.seq for line in history(organisation)}
    for card in _all(organisation, "sync_conflict"):
        act = people.acts.get(card["transaction_id"])
        if card["kind"] != "value" or act is None or card["policy"] in ("LM", "SM"):
            continue
        place = (card["record_type"], card["record_id"], card["unit"])
        typed = next((t for t in act.edits if t.place == place), None)
        if typed is None or typed.is_stale_card or act.verb == "insert" or act.is_atomic or act.tx not in seqs:
            continue
        if 0 < card["theirs_version"] <= typed.knew_upto:
            raise Broken(f"I5 false question: {card['mine']} of {act.tx} had seen {card['theirs']} at {card['theirs_version']}")


def _asked(organisation: Organisation) -> set[tuple[str, tuple[str, str, str]]]:
    """Return (tx, place) of every card."""
    found = set()
    for card in _all(organisation, "sync_conflict"):
        found.add((card["transaction_id"], (card["record_type"], card["record_id"], card["unit"])))
    return found


def history(organisation: Organisation) -> list[Line]:
    """Return the whole history in order."""
    tables = organisation.central.tables
    with organisation.central.store.read() as connection:
        query = sa.select(tables.history).order_by(tables.history.c.seq, tables.history.c.n)
        found = connection.execute(query).all()
    return [
        Line(
            row.seq, row.tx_id, (row.entity, row.record_id, row.unit), _value(row, row.before), _value(row, row.after), row.kind
        )
        for row in found
    ]


def _value(row: Any, text: str | None) -> Value:  # Any: a row of the history
    values = json.loads(text) if text else {}
    if row.unit == "*":
        return values
    if row.unit == ARCHIVED:
        return (values.get(ARCHIVED),)
    fields = units(SIMULATED.get(row.entity))[row.unit].fields
    return tuple(tuple(v) if isinstance(v := values.get(name), list) else v for name in fields)


def _policy(place: tuple[str, str, str]) -> Merge | None:
    found = units(SIMULATED.get(place[0])).get(place[2])
    return found.policy if found else None


def _all(organisation: Organisation, entity: str) -> Iterable[Row]:
    kind = organisation.registry.get(entity)
    with organisation.central.store.read() as connection:
        return [rows.decode(kind, row) for row in connection.execute(sa.select(organisation.central.tables.entities[entity]))]


def screen_went_back(device: Device, before: dict[tuple[str, str], Row], people: People) -> None:
    """I9: a round puts no value back on the screen that an own value had replaced there, unless that was refused or asked."""
    drafts = {(op.t, op.pk) for draft in device.replica.drafts() for op in draft.ops}
    cards = {(card["record_type"], card["record_id"]) for card in device.replica.cards()}
    for (entity, pk), row in before.items():
        now = device.replica.get(entity, pk)
        if now is None or (entity, pk) in drafts | cards or not row:
            continue
        for act in people.acts.values():
            for edit in act.edits if act.device == device.name and is_logged(device, act.tx) else ():
                _check_place(entity, pk, row, now, edit)


def _check_place(entity: str, pk: str, row: Row, now: Row, edit: Typed) -> None:
    if edit.place[:2] != (entity, pk) or _policy(edit.place) not in QUESTION or edit.place[2] == "code":
        return
    fields = units(SIMULATED.get(entity))[edit.place[2]].fields
    was, is_now = tuple(row[f] for f in fields), tuple(now[f] for f in fields)
    if was == edit.value and is_now not in (was, ("same",)) and is_now in edit.shown and edit.value not in edit.shown:
        raise Broken(f"I9 {edit.place}: the screen went from {was} back to {is_now}")
