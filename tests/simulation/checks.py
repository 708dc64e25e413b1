"""What must be true of a run: after each round, and at rest."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping

from client.config import SyncTimes
from client.replica import integrity, soundness
from shared_models.codec import Row
from shared_models.fields import Merge, units
from sync_server.db import recounting
from sync_server.services.placing import has_cells
from tests.simulation import views
from tests.simulation.acts import QUESTION, People
from tests.simulation.device import Device
from tests.simulation.evidence import NEW, Broken, Evidence
from tests.simulation.knowledge import Act, Memory, Named, Typed, plain
from tests.simulation.organisation import Organisation
from tests.simulation.silence import adds_kept, no_false_questions, nothing_silent


def at_rest(organisation: Organisation, people: People, *, was_restored: bool) -> int:
    """Check every promise; returns how many edits were accounted for."""
    _queues(organisation)
    _nothing_put_off(organisation)
    _equal(organisation)
    counted_anew(organisation)
    evidence = Evidence(organisation, people.memory)
    _codes(evidence, people)
    _groups(evidence, people)
    counted = _accounts(evidence, people)
    nothing_silent(evidence)
    no_false_questions(evidence, was_restored=was_restored)
    if not was_restored:
        adds_kept(evidence, people)
    return counted


def verdicts(organisation: Organisation) -> None:
    """I4: no verdict was answered differently."""
    for device in organisation.devices:
        if device.network.broken:
            raise Broken(device.network.broken[0])


def parts(device: Device) -> None:
    """7.9: what a device has fetched of a snapshot is the start of one that it was sent."""
    if not device.network.files or device.network.is_spoilt:
        return
    path = device.replica.path
    for name in os.listdir(path.parent):  # after every round: a pattern is looked for ten times as long
        if not (name.startswith(f"{path.name}.") and name.endswith(".part")):
            continue
        content = path.with_name(name).read_bytes()
        if not any(file.startswith(content) for file in device.network.files.values()):
            raise Broken(f"7.9 {device.name} went on with a part of one snapshot with the rest of another")


def is_armed(device: Device) -> None:
    """I7: an attempt is made within the longest wait, unless only a person can lead to one."""
    due_ms, most_s = device.engine.scheduler.due_in_ms(), SyncTimes().backoff_most_s
    if due_ms is not None and due_ms > most_s * 1000:
        raise Broken(f"I7 {device.name} waits {due_ms / 1000} s for its next attempt, and {most_s} s is the most")


def counted_anew(organisation: Organisation) -> None:
    """13.11: the centre's figures are what its rows say, whatever they were."""
    tables = organisation.central.tables
    with organisation.central.store.read() as connection:
        for kind in organisation.registry:
            whole, parts = recounting.kept(connection, tables, kind.entity_name)
            counted = recounting.counted(connection, tables, kind.entity_name)
            if whole != recounting.total_of(counted) or (has_cells(organisation.registry) and parts != counted):
                raise Broken(f"I2 the centre's figure of {kind.entity_name} is wrong")


def _queues(organisation: Organisation) -> None:
    """I7: nothing waits once everything got through. I11: no row bypassed the log."""
    for device in organisation.devices:
        if waiting := device.replica.waiting():
            raise Broken(f"I7 {device.name}: {[(w.tx_id, w.state) for w in waiting]}")
        if found := integrity.check(device.replica):
            raise Broken(f"I11 {device.name}: {found}")
        if device.network.files and (wrong := soundness.mend_indexes(device.replica)):
            raise Broken(f"trap 32 {device.name} began with a snapshot whose indexes are wrong: {wrong}")


def _nothing_put_off(organisation: Organisation) -> None:
    """I7: no save is still put off (deferred) though every record that it needs is there."""
    for device in organisation.devices:
        for draft in device.replica.drafts():
            made = {op.pk for op in draft.ops if op.op == "i"}
            needed = {(op.t, op.pk) for op in draft.ops if op.op != "i"}
            for op in draft.ops:
                parents = organisation.registry.parents(organisation.registry.get(op.t))
                needed |= {(parent, op.set[name]) for name, parent in parents if op.set.get(name)}
                needed |= {(op.set["record_type"], op.set["record_id"])} if op.t == "record_share" and op.op == "i" else set()
            is_ready = all(pk in made or device.replica.get(entity, pk) is not None for entity, pk in needed)
            if draft.verdict == "deferred" and is_ready:
                raise Broken(f"I7 {device.name}: {draft.tx_id} is put off, though all that it needs is there")


def _equal(organisation: Organisation) -> None:
    """I2: every replica is what its person may see of the central rows, value by value."""
    for device in organisation.devices:
        for name, there in views.of(device).items():
            same(device, name, there)


def same(device: Device, name: str, there: Mapping[str, Row]) -> None:
    """I2: the records of an entity that a device has are those."""
    page = device.replica.list_page(name, sort="id", limit=100_000, archived=None)
    here = {row["id"]: row for row in page.rows}
    if here != there:
        pk = next(pk for pk in sorted(here.keys() | there.keys()) if here.get(pk) != there.get(pk))
        raise Broken(f"I2 {device.name} {name} {pk}: {_difference(here.get(pk), there.get(pk))}")


def _difference(here: Row | None, there: Row | None) -> str:
    if here is None or there is None:
        return f"here {here}, there {there}"
    return str({name: (here[name], there[name]) for name in here if here[name] != there[name]})


def _codes(evidence: Evidence, people: People) -> None:
    """I8: no two records hold one code."""
    code = people.cast.fields["code"]
    found = Counter(row[code] for row in evidence.all(people.cast.thing) if row[code] is not None)
    if twice := sorted(value for value, count in found.items() if count > 1):
        raise Broken(f"I8 a code twice: {twice}")


def _groups(evidence: Evidence, people: People) -> None:
    """I12: a group holds a combination that somebody had on the screen: one that somebody typed, or an empty one."""
    typed = {(edit.place, edit.value) for act in people.memory.acts.values() for edit in act.edits}
    for entity in people.cast.records:
        blank = people.cast.registry.get(entity)
        for row in evidence.all(entity):
            for name, unit in units(blank).items():
                value = tuple(plain(row[field]) for field in unit.fields)
                is_known = ((entity, row["id"], name), value) in typed or all(v is None for v in value)
                if unit.policy is Merge.GR and not is_known:
                    raise Broken(f"I12 {entity} {row['id']}: {value}")


def _accounts(evidence: Evidence, people: People) -> int:
    """I1 and the accounting: each save has one verdict at the centre; each edit is in history, on a card or in a dead letter."""
    written = {(line.tx, line.place) for line in evidence.lines}
    created = {(line.tx, line.place[:2]) for line in evidence.lines if line.place[2] == NEW}
    values = set(_values(evidence))
    asked = {(card["transaction_id"], (card["record_type"], card["record_id"], card["unit"])) for card in evidence.cards}
    reissued = set(people.memory.origins.values())
    counted = 0
    for act in people.memory.acts.values():
        if act.tx in people.lost:
            continue
        if act.tx not in evidence.verdicts and act.tx not in evidence.origins:
            raise Broken(f"I1 {act.tx} of {act.device} is nowhere")
        if act.tx in evidence.letters or act.verb == "archive":
            counted += len(act.edits)
            continue
        for edit in act.edits:
            is_there = (act.tx, edit.place) in written or (act.tx, edit.place[:2]) in created or (act.tx, edit.place) in asked
            is_there |= (edit.place, str(edit.value)) in values  # it was there already when it arrived
            if not is_there and act.tx not in reissued:
                raise Broken(f"accounting: {edit} of {act.tx} ({act.verb}, {evidence.verdicts.get(act.tx)}) is in no place")
            counted += 1
    return counted


def _values(evidence: Evidence) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield (place, value) of everything that the history holds."""
    for line in evidence.lines:
        if line.place[2] != NEW:
            yield line.place, str(line.after)
            continue
        for place, value in evidence.made(line).items():
            yield place, str(value)


def touched(device: Device) -> dict[Named, Row]:
    """Return the records with own unsettled values, as the screen shows them."""
    with device.replica.reading() as reader:
        found = reader.execute("SELECT tbl, pk FROM _sync_base").fetchall()
    return {(entity, pk): device.replica.get(entity, pk) or {} for entity, pk in found if entity != "sync_conflict"}


def screen_went_back(device: Device, before: dict[Named, Row], people: People) -> None:
    """I9: a round puts no value back on the screen that an own value had replaced there, unless that was refused, asked or closed."""
    if not before:
        return
    drafts = {(op.t, op.pk) for draft in device.replica.drafts() for op in draft.ops}
    cards = {(card["record_type"], card["record_id"]) for card in device.replica.cards()}
    with device.replica.reading() as reader:
        logged = {tx for (tx,) in reader.execute("SELECT id FROM _sync_tx")}
    for named, row in before.items():
        now = device.replica.get(*named)
        if now is None or named in drafts | cards or not row:
            continue
        for act in people.memory.by_record.get(named, ()):
            if act.device != device.name or act.tx not in logged:
                continue
            for edit in act.edits:
                if edit.place[:2] == named and _is_shown_again(people, row, now, edit) and not _is_news(device, act, edit, now):
                    raise Broken(f"I9 {edit.place}: the screen of {device.name} went from {edit.value} back to {edit.shown}")


def _is_shown_again(people: People, row: Row, now: Row, edit: Typed) -> bool:
    """Whether the screen showed what was typed, and shows what that had replaced."""
    unit = units(people.cast.registry.get(edit.place[0])).get(edit.place[2])
    if unit is None or unit.policy not in QUESTION or unit.policy is Merge.PN:
        return False
    was, is_now = (tuple(plain(one[field]) for field in unit.fields) for one in (row, now))
    return was == edit.value and is_now not in (was, ("same",)) and is_now in edit.shown and edit.value not in edit.shown


def _is_news(device: Device, act: Act, edit: Typed, now: Row) -> bool:
    """Whether the edit was not taken, or somebody gave the unit its old value again after that, or it is kept from its author now."""
    if views.is_closed(device, edit.place):
        return True
    evidence = Evidence(device.organisation, Memory())
    if evidence.verdicts.get(act.tx) in ("conflict", "rejected", "deferred"):
        return True
    arrived = evidence.seq_of.get(act.tx)
    is_now = tuple(plain(now[field]) for field in evidence.fields(edit.place))
    newer = (line for line in evidence.lines if arrived is not None and line.seq > arrived)
    return any(line.place == edit.place and line.after == is_now for line in newer)
